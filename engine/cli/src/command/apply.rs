//! `engine apply`: carries out a plan, and nothing else.

use crate::{
    args::{Apply, Format, Which},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    plan::{self, Kept},
    ready::ready,
    report,
    select::{Selection, Wanted, current},
    surroundings,
    words::many,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_project::project::DEFAULT_ENVIRONMENT;
use engine_run::{
    Records, RunReport, RunRequest,
    plan::Purpose,
    state::{MadeObject, Status},
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

pub(super) fn run(arguments: &Apply, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let Kept { head, approved } = plan::read(&arguments.plan)?;
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let selection =
        Selection { project: current(project)?, pipelines: vec![Wanted::Name(head.pipeline.clone())] };
    let which = Which {
        tenant: Some(head.tenant.clone()),
        env: Some(head.environment.clone()).filter(|name| name != DEFAULT_ENVIRONMENT),
    };
    let workspace = Workspace::load(&selection, &which, &cancel)?;
    workspace.insist(output)?;
    let Some(blueprint) = workspace.blueprints.first() else {
        let message = format!("there is no pipeline `{}` for tenant `{}`", head.pipeline, head.tenant);
        return Err(CommandError::new(Exit::NotFound, "project/unknown-pipeline", message));
    };
    let again = || match &head.revert {
        Some(run) => format!("make another: engine revert --run {run} --out {}", arguments.plan.display()),
        None => format!("make another: engine plan {} --out {}", head.pipeline, arguments.plan.display()),
    };
    if blueprint.fingerprint != head.fingerprint {
        let message = "the pipeline or its connections have changed since the plan was made";
        return Err(CommandError::new(Exit::Failed, "plan/outdated", message).help(again()));
    }
    let engine = ready(&workspace, false, output)?;
    let now = engine.engine.context.clock.now();
    if now > head.valid_until {
        let message = format!("the plan was valid until {:.0}", head.valid_until);
        return Err(CommandError::new(Exit::NotFound, "plan/expired", message).help(again()));
    }
    let planned = approved.len();
    let title = workspace.title(blueprint);
    engine.progress.name(title.clone());
    let request = RunRequest {
        records: head.revert.as_deref().map(|run| made_by(&workspace, run)).transpose()?,
        trigger: "apply".to_owned(),
        first_run: arguments.first_run,
        actor: surroundings::actor(),
        ..RunRequest::new(Arc::clone(blueprint), Purpose::Apply(Arc::new(approved)))
    };
    let report = runtime()?.block_on(Box::pin(engine.engine.run(&request)));
    engine.progress.clear();
    let report = report?;
    let exit = super::run::exit_of(&report);
    if output.is_text() {
        let place = (workspace.dir.as_path(), workspace.project.environment.as_str());
        report::print(&report, &title, place, output);
        super::run::sum_up(&engine, blueprint, output)?;
        say_rest(planned, &report, output);
    }
    if output.format() == Format::Json {
        let document = report::document(&report, &blueprint.tenant);
        output
            .json(&serde_json::json!({ "runs": [document], "planned": planned, "exit_code": exit.number() }));
    }
    Ok(exit)
}

/// The objects that a run made, to be taken back.
pub(super) fn made_by(workspace: &Workspace, run: &str) -> Result<Arc<Records>> {
    let store = workspace.state.read()?;
    let mut by_entity: BTreeMap<String, Vec<MadeObject>> = BTreeMap::new();
    for made in runtime()?.block_on(store.made_in(run))? {
        by_entity.entry(made.record.entity.clone()).or_default().push(made);
    }
    Ok(Arc::new(Records::Made(by_entity)))
}

/// Says how many records of the plan were not carried out, when some were not.
fn say_rest(planned: usize, report: &RunReport, output: &Output) {
    let done = report.written() + report.total(Status::Unchanged);
    let rest = planned.saturating_sub(usize::try_from(done).unwrap_or(usize::MAX));
    if rest > 0 {
        let message = format!("{} of {planned} in the plan: not carried out", many(rest, "record"));
        output.step(output::WARN, "Left", &message);
    }
}
