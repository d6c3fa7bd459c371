//! `engine history`: past runs.

use crate::{
    args::History,
    error::Result,
    exit::Exit,
    output::Output,
    select::{Selection, current},
    table::columns,
    workspace::{Depth, Workspace, runtime, title},
};
use engine_contract::Cancel;
use engine_run::state::{Counts, Run, Status};
use std::path::Path;

pub(super) fn run(arguments: &History, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load_to(Depth::Files, &selection, &arguments.which, &Cancel::default())?;
    let store = workspace.state.read()?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let filter = workspace.filter(&arguments.which, arguments.pipeline.clone(), limit);
    let runs = runtime()?.block_on(store.runs(&filter))?;
    if !output.is_text() {
        output.json(&serde_json::json!({ "runs": runs.iter().map(document).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let started = run.started_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
            vec![
                run.id.clone(),
                title(&workspace.project, &run.scope.tenant, &run.scope.pipeline),
                run.mode.clone(),
                started,
                took(run),
                result_of(run),
            ]
        })
        .collect();
    for line in columns(&["RUN", "PIPELINE", "MODE", "STARTED", "TOOK", "RESULT"], &rows) {
        output.result(&line);
    }
    Ok(Exit::Done)
}

/// A run's counts over all its entities.
fn sum(run: &Run) -> Counts {
    run.entities.iter().fold(Counts::default(), |mut sum, (_, counts)| {
        sum.merge(counts);
        sum
    })
}

/// How a run ended, in a few words.
pub(super) fn result_of(run: &Run) -> String {
    let counts = sum(run);
    let failed = counts.of(Status::Failed) + counts.of(Status::Blocked);
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    format!("{} {} written{failed}", run.status.as_str(), counts.written())
}

fn took(run: &Run) -> String {
    run.finished_at.map_or_else(
        || "-".to_owned(),
        |end| {
            let took = end.duration_since(run.started_at).as_millis();
            format!("{}.{}s", took / 1000, took % 1000 / 100)
        },
    )
}

fn document(run: &Run) -> serde_json::Value {
    let entities: serde_json::Map<String, serde_json::Value> = run
        .entities
        .iter()
        .map(|(name, counts)| (name.clone(), serde_json::to_value(counts).unwrap_or_default()))
        .collect();
    serde_json::json!({
        "run": run.id, "tenant": run.scope.tenant, "pipeline": run.scope.pipeline, "trigger": run.trigger, "mode": run.mode,
        "status": run.status, "started_at": run.started_at, "finished_at": run.finished_at,
        "fingerprint": run.fingerprint, "error": run.error, "entities": entities,
    })
}
