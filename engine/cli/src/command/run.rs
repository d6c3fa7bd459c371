//! `engine run`: runs pipelines once.

use crate::{
    args::Run,
    error::{CommandError, Result, exit_for, remedy},
    exit::Exit,
    output::{self, Output},
    progress::{Progress, at},
    select::{Selection, current, select},
    surroundings,
    table::columns,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_project::diag::suggest;
use engine_run::{
    Engine, Options, RunReport, RunRequest,
    state::{NeverGone, Owners, RunStatus, StateStore, Status},
};
use std::{path::Path, sync::Arc};

pub(super) fn run(arguments: &Run, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selections = if arguments.all {
        vec![Selection { project: current(project)?, pipelines: Vec::new() }]
    } else {
        select(&arguments.pipelines, project)?
    };
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let mut exit = Exit::Done;
    let mut reports = Vec::new();
    for selection in selections {
        let workspace = Workspace::load(&selection, &cancel)?;
        workspace.insist(output)?;
        check_entities(&workspace, &arguments.entity)?;
        let engine = engine(&workspace, arguments.dry_run, output)?;
        for blueprint in &workspace.blueprints {
            if cancel.is_cancelled() {
                break;
            }
            let report = one(&engine, Arc::clone(blueprint), arguments, output)?;
            exit = exit.worse(exit_of(&report));
            reports.push(report);
        }
    }
    if output.format() == crate::args::Format::Json {
        output.json(&serde_json::json!({ "runs": reports, "exit_code": exit.number() }));
    }
    Ok(exit)
}

/// An engine over the project's state, and the progress that listens to it.
struct Ready {
    engine: Engine,
    progress: Arc<Progress>,
}

fn engine(workspace: &Workspace, dry_run: bool, output: &Output) -> Result<Ready> {
    let owner = format!("engine-{}", workspace.context.random_id());
    let (store, owners, gone): (Arc<dyn StateStore>, Arc<dyn Owners>, Vec<String>) = if dry_run {
        (Arc::new(workspace.read_state()?), Arc::new(NeverGone), Vec::new())
    } else {
        let store = workspace.open_state()?;
        let locks = workspace.hold_owner_lock(&owner)?;
        let gone = locks.sweep();
        (Arc::new(store), Arc::new(locks), gone)
    };
    let progress = Arc::new(Progress::new(output));
    let engine = Engine {
        registry: workspace.registry.clone(),
        store,
        context: workspace.context.clone(),
        options: Options::default(),
        owner,
        owners,
        gone,
        observer: Arc::<Progress>::clone(&progress),
    };
    Ok(Ready { engine, progress })
}

fn one(ready: &Ready, blueprint: Arc<Blueprint>, arguments: &Run, output: &Output) -> Result<RunReport> {
    let request = RunRequest {
        blueprint,
        only: arguments.entity.clone(),
        full: arguments.full,
        limit: arguments.limit.and_then(|limit| usize::try_from(limit).ok()),
        dry_run: arguments.dry_run,
        trigger: "manual".to_owned(),
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    let report = report?;
    if output.is_text() {
        print(&report, output);
    }
    Ok(report)
}

/// A misspelt `--entity` must not look like a run with nothing to do.
fn check_entities(workspace: &Workspace, wanted: &[String]) -> Result<()> {
    let all = || workspace.blueprints.iter().flat_map(|blueprint| blueprint.entities.iter());
    for name in wanted {
        if all().any(|entity| entity.name == *name) {
            continue;
        }
        let error = CommandError::new(
            Exit::NotFound,
            "project/unknown-entity",
            format!("there is no entity `{name}`"),
        );
        return Err(match suggest(name, all().map(|entity| entity.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
    }
    Ok(())
}

fn exit_of(report: &RunReport) -> Exit {
    match (report.status, &report.error) {
        (RunStatus::Cancelled, _) => Exit::Signal(surroundings::signal().unwrap_or(2)),
        (_, Some((code, _))) => exit_for(code),
        (RunStatus::Partial, None) => Exit::Partial,
        _ => Exit::Done,
    }
}

fn print(report: &RunReport, output: &Output) {
    let shown: Vec<Status> = Status::ALL.into_iter().filter(|status| report.total(*status) > 0).collect();
    let header: Vec<String> = ["ENTITY", "READ"]
        .into_iter()
        .map(str::to_owned)
        .chain(shown.iter().map(|status| status.as_str().to_uppercase()))
        .collect();
    let rows: Vec<Vec<String>> = report
        .entities
        .iter()
        .map(|(entity, counts)| {
            let numbers = shown.iter().map(|status| counts.of(*status).to_string());
            [entity.clone(), counts.read.to_string()].into_iter().chain(numbers).collect()
        })
        .collect();
    for line in columns(&header.iter().map(String::as_str).collect::<Vec<_>>(), &rows) {
        output.result(&line);
    }
    for group in &report.failures {
        let place = at(group.place.as_ref());
        let examples = group.examples.join(", ");
        let more = if group.count > group.examples.len() as u64 { ", ..." } else { "" };
        output.result(&format!("{:>5} x {}[{}]: {}", group.count, group.entity, group.code, group.message));
        let wheres = [place, examples + more].into_iter().filter(|part| !part.is_empty() && part != ", ...");
        output.result(&format!("        {}", wheres.collect::<Vec<_>>().join("   records: ")));
    }
    finish(report, output);
}

fn finish(report: &RunReport, output: &Output) {
    let took = format!("{}.{}s", report.duration_ms / 1000, report.duration_ms % 1000 / 100);
    let failed = report.total(Status::Failed) + report.total(Status::Blocked);
    let written = report.written();
    let wrote = if report.dry_run { "to write, nothing was written" } else { "written" };
    let summary = format!("{} in {took}: {written} {wrote}, {failed} failed", report.pipeline);
    match (&report.error, failed) {
        (Some((code, message)), _) => {
            output.step(output::BAD, "Stopped", &summary);
            output.print_error(&format!("{0}error[{code}]{0:#}: {message}", output::BAD));
            if let Some(help) = remedy(code) {
                output.print_error(&format!("  help: {help}"));
            }
        }
        (None, 0) => output.step(output::GOOD, "Finished", &summary),
        (None, _) => {
            output.step(output::WARN, "Finished", &summary);
            if !report.dry_run {
                output.talk(&format!("  help: engine failures --run {}", report.run_id));
            }
        }
    }
}
