//! `engine status`: each pipeline in one line.

use crate::{
    args::Status as Arguments,
    command::history::result_of,
    error::Result,
    exit::Exit,
    output::Output,
    select::{Selection, current},
    table::columns,
    workspace::{Workspace, runtime, unknown_pipeline},
};
use engine_contract::Cancel;
use engine_run::state::{OwnerLocks, Owners, Run, RunFilter, RunStatus, StateStore};
use std::path::Path;

/// How many runs back one that still works is looked for.
const RECENT: usize = 50;

pub(super) fn run(arguments: &Arguments, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load(&selection, &Cancel::default())?;
    let store = workspace.read_state()?;
    let runtime = runtime()?;
    let waiting = runtime.block_on(store.waiting())?;
    let names: Vec<&str> =
        workspace.project.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    let wanted = |name: &&&str| arguments.pipeline.as_ref().is_none_or(|pipeline| pipeline == **name);
    let chosen: Vec<&&str> = names.iter().filter(wanted).collect();
    if chosen.is_empty() {
        // With no pipeline to show, what is wrong with the files is all there is to say.
        workspace.insist(output)?;
        let name = arguments.pipeline.clone().unwrap_or_default();
        return Err(unknown_pipeline(&name, &workspace.project));
    }
    let owners = OwnerLocks::watch(&workspace.owner_folder());
    let mut rows = Vec::new();
    let mut documents = Vec::new();
    for name in chosen {
        let filter = RunFilter { pipeline: Some((*name).to_owned()), limit: RECENT };
        let last = telling(runtime.block_on(store.runs(&filter))?, &owners);
        let valid = workspace.blueprints.iter().any(|blueprint| blueprint.pipeline == **name);
        let state = state(valid, last.as_ref(), &owners);
        let (failed, held, open) = waiting.get(*name).copied().unwrap_or_default();
        let (when, result) = last.as_ref().map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |run| (run.started_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(), result_of(run)),
        );
        documents.push(serde_json::json!({
            "pipeline": name, "state": state, "last_run": last.as_ref().map(|run| &run.id),
            "last_started_at": last.as_ref().map(|run| run.started_at), "failed": failed, "held": held, "open": open,
        }));
        let numbers = [failed, held, open].map(|number| number.to_string());
        rows.push(
            [(*name).to_owned(), state.to_owned(), when, result]
                .into_iter()
                .chain(numbers)
                .collect::<Vec<_>>(),
        );
    }
    if output.is_text() {
        for line in columns(&["PIPELINE", "STATE", "LAST RUN", "RESULT", "FAILED", "HELD", "OPEN"], &rows) {
            output.result(&line);
        }
    } else {
        output.json(&serde_json::json!({ "pipelines": documents }));
    }
    Ok(Exit::Done)
}

/// The run that tells most about a pipeline: one that works now, or else the last. A later one may have met
/// the pipeline busy.
fn telling(runs: Vec<Run>, owners: &OwnerLocks) -> Option<Run> {
    let working = runs.iter().position(|run| is_running(run, owners));
    runs.into_iter().nth(working.unwrap_or_default())
}

fn is_running(run: &Run, owners: &OwnerLocks) -> bool {
    run.status == RunStatus::Running && !owners.is_gone(&run.owner)
}

/// Whether a pipeline could run, runs, or was left by a process that is gone.
fn state(valid: bool, last: Option<&Run>, owners: &OwnerLocks) -> &'static str {
    match last {
        Some(run) if is_running(run, owners) => "running",
        Some(run) if run.status == RunStatus::Running => "interrupted",
        _ if valid => "idle",
        _ => "invalid",
    }
}
