//! `engine revert`: takes back what a run made, where nobody has touched it since.

use super::apply::made_by;
use crate::{
    args::{Format, Revert, Show, Which},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    plan::{self, Gathered, Gatherer, Keeper, Writer},
    ready::ready,
    report,
    select::{Selection, current},
    surroundings,
    words::many,
    workspace::{Depth, Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_run::{
    Records, RunReport, RunRequest,
    plan::{Approved, Head, Purpose},
    state::{PipelineKey, Run, RunFilter},
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// A plan of what is taken back.
struct Taking {
    report: RunReport,
    gathered: Gathered,
    approved: Approved,
}

pub(super) fn run(arguments: &Revert, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let run = find(arguments, project, &cancel)?;
    let (workspace, blueprint) =
        Workspace::of_pipeline(&current(project)?, &PipelineKey::of(&run.scope), &cancel, output)?;
    let records = made_by(&workspace, &run.id)?;
    let taking = plan(&workspace, &blueprint, (Arc::clone(&records), &run.id), (arguments, output))?;
    let mut exit = super::run::exit_of(&taking.report);
    let planned = taking.approved.len();
    if output.is_text() {
        report::print_results(&taking.report, output);
        plan::print(&taking.gathered, &taking.report, &blueprint, output, arguments.show != Show::Failures);
        say_rest(&records, &taking.report, output);
    }
    let mut document = plan::document(&taking.gathered, &taking.report, &blueprint);
    if let (true, None) = (arguments.yes, &taking.report.error) {
        let report = carry_out(&workspace, &blueprint, (records, taking.approved), output)?;
        exit = exit.worse(super::run::exit_of(&report));
        document = report::document(&report, &blueprint.tenant);
    } else {
        super::plan::keep(taking.gathered, &taking.report, arguments.out.as_deref(), output)?;
        if output.is_text() {
            output.talk("Nothing was taken back.");
            if arguments.out.is_none() && planned > 0 {
                output.talk(&format!("  next: engine revert --run {} --yes", run.id));
            }
        }
    }
    if output.format() == Format::Json {
        output.json(&serde_json::json!({
            "reverted": run.id, "planned": planned, "run": document, "exit_code": exit.number(),
        }));
    }
    Ok(exit)
}

/// The run of this ID, of whatever pipeline.
fn find(arguments: &Revert, project: Option<&Path>, cancel: &Cancel) -> Result<Run> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load_to(Depth::Files, &selection, &Which::default(), cancel)?;
    let store = workspace.state.read()?;
    let all = RunFilter { limit: usize::MAX, ..RunFilter::default() };
    let runs = runtime()?.block_on(store.runs(&all))?;
    runs.into_iter().find(|run| run.id == arguments.run).ok_or_else(|| {
        let message = format!("there is no run `{}`", arguments.run);
        CommandError::new(Exit::NotFound, "command/unknown-run", message)
            .help("`engine history` lists the runs")
    })
}

fn plan(
    workspace: &Workspace,
    blueprint: &Arc<Blueprint>,
    (records, run): (Arc<Records>, &str),
    (arguments, output): (&Revert, &Output),
) -> Result<Taking> {
    let ready = ready(workspace, true, output)?;
    ready.progress.name(workspace.title(blueprint));
    let head = Head { revert: Some(run.to_owned()), ..plan::head(blueprint, &ready.engine.context) };
    let writer = arguments.out.as_ref().map(|path| Writer::create(path, &head)).transpose()?;
    let shows_all = arguments.show == Show::All || output.format() != Format::Text;
    let sheet = Arc::new(Gatherer::new(false, shows_all, writer));
    let keeper = Arc::new(Keeper::new(Arc::clone(&sheet), head.salt));
    let request = RunRequest {
        records: Some(records),
        trigger: "plan".to_owned(),
        ..RunRequest::new(Arc::clone(blueprint), Purpose::Plan(Arc::<Keeper>::clone(&keeper)))
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    let gathered = sheet.close();
    match report {
        Ok(report) => Ok(Taking { report, gathered, approved: keeper.close() }),
        Err(error) => {
            if let Some(writer) = gathered.writer {
                writer.give_up();
            }
            Err(error.into())
        }
    }
}

/// Carries the plan out, as `engine apply` does.
fn carry_out(
    workspace: &Workspace,
    blueprint: &Arc<Blueprint>,
    (records, approved): (Arc<Records>, Approved),
    output: &Output,
) -> Result<RunReport> {
    let ready = ready(workspace, false, output)?;
    let title = workspace.title(blueprint);
    ready.progress.name(title.clone());
    let request = RunRequest {
        records: Some(records),
        trigger: "revert".to_owned(),
        actor: surroundings::actor(),
        ..RunRequest::new(Arc::clone(blueprint), Purpose::Apply(Arc::new(approved)))
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    let report = report?;
    if output.is_text() {
        let place = (workspace.dir.as_path(), workspace.project.environment.as_str());
        report::print(&report, &title, place, output);
    }
    Ok(report)
}

/// Says what the run made and the plan does not show: master data, and what is taken back already.
fn say_rest(records: &Records, report: &RunReport, output: &Output) {
    let Records::Made(made) = records else { return };
    let taken: BTreeMap<&str, u64> =
        report.entities.iter().map(|(entity, counts)| (entity.as_str(), counts.mapped)).collect();
    for (entity, made) in made {
        let shown = taken.get(entity.as_str()).copied().unwrap_or_default();
        let rest = made.len().saturating_sub(usize::try_from(shown).unwrap_or(usize::MAX));
        if rest > 0 {
            let message = format!("{} of {entity}: master data, or not there any more", many(rest, "object"));
            output.step(output::WARN, "Left", &message);
        }
    }
}
