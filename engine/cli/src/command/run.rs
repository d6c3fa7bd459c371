//! `engine run`: runs pipelines once.

use crate::{
    args::{Format, Run},
    emulate,
    error::{CommandError, Result, exit_for},
    exit::Exit,
    output::Output,
    plan::Gatherer,
    ready::{Ready, check_entities, check_tenants, ready, skip},
    report,
    select::{Selection, current, select},
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_run::{RunReport, RunRequest, plan::Purpose, state::RunStatus};
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
    let mut runs = Vec::new();
    for selection in selections {
        let workspace = Workspace::load(&selection, &arguments.which, &cancel)?;
        workspace.insist(output)?;
        check_tenants(&workspace, &arguments.which)?;
        check_entities(&workspace, &arguments.entity)?;
        let engine = ready(&workspace, arguments.dry_run, output)?;
        for blueprint in &workspace.blueprints {
            if cancel.is_cancelled() {
                break;
            }
            if let Some(connector) = engine.emulation.lacks(blueprint) {
                skip(&workspace, blueprint, connector, output)?;
                continue;
            }
            engine.progress.name(workspace.title(blueprint));
            let report = match one(&engine, Arc::clone(blueprint), arguments) {
                Ok(report) => report,
                // Without the state nothing else can be run either.
                Err(error) if error.code.starts_with("state/") => return Err(error),
                // It could not even begin: what else was asked for can.
                Err(error) => {
                    exit = exit.worse(error.exit);
                    if output.format() != Format::Json {
                        output.error(&error);
                    }
                    runs.push(report::never_began(blueprint, &error));
                    continue;
                }
            };
            if output.is_text() {
                let place = (workspace.dir.as_path(), workspace.project.environment.as_str());
                report::print(&report, &workspace.title(blueprint), place, output);
                report::warn_of_lost_state(&report, output);
                if !arguments.dry_run {
                    sum_up(&engine, blueprint, output)?;
                }
            }
            exit = exit.worse(exit_of(&report));
            runs.push(report::document(&report, &blueprint.tenant));
        }
    }
    if output.format() == Format::Json {
        output.json(&serde_json::json!({ "runs": runs, "exit_code": exit.number() }));
    }
    Ok(exit)
}

/// What an emulated store and emulated books hold after a run.
pub(super) fn sum_up(ready: &Ready, blueprint: &Blueprint, output: &Output) -> Result<()> {
    let (store, now) = (ready.engine.store.as_ref(), ready.engine.context.clock.now());
    let printed = emulate::print_summary(&ready.emulation, blueprint, store, now, output);
    Ok(runtime()?.block_on(printed)?)
}

fn one(ready: &Ready, blueprint: Arc<Blueprint>, arguments: &Run) -> Result<RunReport> {
    // A dry run is a plan that nobody looks at.
    let purpose = if arguments.dry_run {
        Purpose::Plan(Arc::new(Gatherer::new(false, false, None)))
    } else {
        Purpose::Write
    };
    let request = RunRequest {
        only: arguments.entity.clone(),
        full: arguments.full,
        limit: arguments.limit.and_then(|limit| usize::try_from(limit).ok()),
        first_run: arguments.first_run,
        actor: surroundings::actor(),
        ..RunRequest::new(blueprint, purpose)
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    Ok(report?)
}

pub(super) fn exit_of(report: &RunReport) -> Exit {
    match (report.status, &report.error) {
        (RunStatus::Cancelled, _) => Exit::Signal(surroundings::signal().unwrap_or(2)),
        (_, Some((code, _))) => exit_for(code),
        (RunStatus::Partial, None) => Exit::Partial,
        _ => Exit::Done,
    }
}
