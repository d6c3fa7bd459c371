//! The one pipeline whose links a command is about.

use crate::{
    args::Which,
    error::{CommandError, Result, remedy},
    exit::Exit,
    output::Output,
    ready::{Ready, check_entities, check_tenants, ready},
    select::select,
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_run::{
    RunReport, RunRequest, Scope, Side,
    links::{Change, Kept, LinkRequest, Traced, Tracer},
    plan::Purpose,
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// A pipeline, and an engine for it.
pub(super) struct Opened {
    pub(super) workspace: Workspace,
    pub(super) ready: Ready,
    pub(super) blueprint: Arc<Blueprint>,
}

/// Opens the state to read.
pub(super) fn reading(
    pipeline: &str,
    which: &Which,
    project: Option<&Path>,
    output: &Output,
) -> Result<Opened> {
    opened(pipeline, which, (project, true), output)
}

/// Opens the state to write.
pub(super) fn writing(
    pipeline: &str,
    which: &Which,
    project: Option<&Path>,
    output: &Output,
) -> Result<Opened> {
    opened(pipeline, which, (project, false), output)
}

fn opened(
    pipeline: &str,
    which: &Which,
    (project, dry): (Option<&Path>, bool),
    output: &Output,
) -> Result<Opened> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let several = |number: usize| {
        let message = format!("links are one pipeline's, and these are {number}");
        let help = "name one pipeline, and one tenant with `--tenant`";
        CommandError::new(Exit::Usage, "link/one-pipeline", message).help(help)
    };
    let selections = select(std::slice::from_ref(&pipeline.to_owned()), project)?;
    let [selection] = selections.as_slice() else { return Err(several(selections.len())) };
    let workspace = Workspace::load(selection, which, &cancel)?;
    workspace.insist(output)?;
    check_tenants(&workspace, which)?;
    let [blueprint] = workspace.blueprints.as_slice() else {
        return Err(several(workspace.blueprints.len()));
    };
    let blueprint = Arc::clone(blueprint);
    let ready = ready(&workspace, dry, output)?;
    if let Some(connector) = ready.emulation.lacks(&blueprint) {
        let message = format!("{}: there is no emulator for `{connector}`", workspace.title(&blueprint));
        return Err(CommandError::new(Exit::Failed, "connection/emulate", message));
    }
    ready.progress.name(workspace.title(&blueprint));
    Ok(Opened { workspace, ready, blueprint })
}

impl Opened {
    /// Refuses an entity that the pipeline does not have.
    pub(super) fn check(&self, entities: &[String]) -> Result<()> {
        check_entities(&self.workspace, entities)
    }

    pub(super) fn scope(&self) -> Scope {
        Scope {
            tenant: self.blueprint.tenant.clone(),
            environment: self.blueprint.environment.clone(),
            pipeline: self.blueprint.pipeline.clone(),
            side: Side::Source,
        }
    }

    /// A request that reads, and writes nothing.
    pub(super) fn request(&self, only: &[String], tracer: &Arc<Tracer>) -> RunRequest {
        RunRequest {
            only: only.to_vec(),
            full: true,
            actor: surroundings::actor(),
            ..RunRequest::new(Arc::clone(&self.blueprint), Purpose::Trace(Arc::clone(tracer)))
        }
    }

    /// Goes through the source with a tracer.
    pub(super) fn trace(
        &self,
        only: &[String],
        tracer: Tracer,
    ) -> Result<(RunReport, Vec<Traced>, BTreeMap<String, u64>)> {
        let tracer = Arc::new(tracer);
        let request = self.request(only, &tracer);
        let report = runtime()?.block_on(Box::pin(self.ready.engine.run(&request)));
        self.ready.progress.clear();
        let report = report?;
        if let Some((code, message)) = &report.error {
            return Err(CommandError {
                code: code.clone(),
                message: message.clone(),
                help: remedy(code).map(str::to_owned),
                exit: super::super::run::exit_of(&report),
            });
        }
        let (found, linked) = tracer.close();
        Ok((report, found, linked))
    }

    /// Writes links.
    pub(super) fn change(&self, mode: &str, changes: Vec<Change>, together: bool) -> Result<Kept> {
        let request = LinkRequest {
            blueprint: Arc::clone(&self.blueprint),
            actor: surroundings::actor(),
            mode: mode.to_owned(),
        };
        let kept = runtime()?.block_on(Box::pin(self.ready.engine.change_links(&request, changes, together)));
        Ok(kept?)
    }
}
