//! `engine run`: runs pipelines once.

use crate::{
    args::{Format, Run},
    by_filter, by_id,
    confirm::{self, Ended, Word},
    emulate,
    error::{CommandError, Result, exit_for},
    exit::Exit,
    moment::Moment,
    output::Output,
    plan::Gatherer,
    ready::{Ready, check_entities, check_tenants, ready, skip},
    report,
    select::{Selection, current, select},
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::{Cancel, Context};
use engine_plan::Blueprint;
use engine_run::{ErrorRate, Limits, RunReport, RunRequest, Window, plan::Purpose, state::RunStatus};
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
        check_token(arguments, &workspace)?;
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
            let report = match one(&engine, &workspace, blueprint, (arguments, output)) {
                Ok(Ended::Ran(report)) => *report,
                Ok(Ended::Asked(question)) => {
                    exit = exit.worse(question.error().exit);
                    if output.format() != Format::Json {
                        output.error(question.error());
                    }
                    let mut document = report::never_began(blueprint, question.error());
                    report::add_question(&mut document, &question.document());
                    runs.push(document);
                    continue;
                }
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
            by_id::check(&report, &arguments.id)?;
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

/// What a run is for. A dry run is a plan that nobody looks at.
pub(super) fn purpose(is_dry: bool) -> Purpose {
    if is_dry { Purpose::Plan(Arc::new(Gatherer::new(false, false, None))) } else { Purpose::Write }
}

/// What changed since a moment.
pub(super) fn since(moment: Option<&Moment>, blueprint: &Blueprint, context: &Context) -> Option<Window> {
    let from = moment?.of(blueprint, context.clock.now());
    Some(Window { from: Some(from), until: None, is_backfill: false, before_start_date: false })
}

/// A token is of the plan of one pipeline.
fn check_token(arguments: &Run, workspace: &Workspace) -> Result<()> {
    if arguments.asking.confirm.is_none() || workspace.blueprints.len() == 1 {
        return Ok(());
    }
    let message =
        format!("a token is of the plan of one pipeline, and these are {}", workspace.blueprints.len());
    let help = "name one pipeline, and one tenant with `--tenant`; or `engine confirm TOKEN`";
    Err(CommandError::new(Exit::Usage, "confirm/several", message).help(help))
}

/// What a run that nobody watches may do.
fn limits(workspace: &Workspace, blueprint: &Blueprint) -> Limits {
    let safety = workspace.project.limits(&blueprint.tenant);
    Limits {
        max_writes: safety.max_writes,
        max_deletes: safety.max_deletes,
        max_error_rate: safety.max_error_rate.map(|(above, min_records)| ErrorRate { above, min_records }),
        is_unattended: true,
    }
}

fn one(
    ready: &Ready,
    workspace: &Workspace,
    blueprint: &Arc<Blueprint>,
    (arguments, output): (&Run, &Output),
) -> Result<Ended> {
    let mut request = RunRequest {
        only: arguments.entity.clone(),
        full: arguments.full,
        records: by_id::records(blueprint, &arguments.entity, &arguments.id),
        narrow: by_filter::narrow(&arguments.filter),
        limit: arguments.limit.and_then(|limit| usize::try_from(limit).ok()),
        window: since(arguments.since.as_ref(), blueprint, &ready.engine.context),
        first_run: arguments.first_run,
        actor: surroundings::actor(),
        ..RunRequest::new(Arc::clone(blueprint), purpose(arguments.dry_run))
    };
    let asking = &arguments.asking;
    if asking.unattended {
        request.limits = limits(workspace, blueprint);
        "unattended".clone_into(&mut request.trigger);
    } else if asking.confirm.is_some() || (!arguments.dry_run && workspace.is_production(blueprint)) {
        let word = match &asking.confirm {
            Some(token) => Word::Token(token.clone()),
            None if asking.yes => Word::Yes,
            None => Word::Ask,
        };
        return confirm::run(ready, workspace, &request, (&word, asking.confirm_deletes), output);
    }
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    Ok(Ended::Ran(Box::new(report?)))
}

pub(super) fn exit_of(report: &RunReport) -> Exit {
    match (report.status, &report.error) {
        (RunStatus::Cancelled, _) => Exit::Signal(surroundings::signal().unwrap_or(2)),
        (_, Some((code, _))) => exit_for(code),
        (RunStatus::Partial, None) => Exit::Partial,
        _ => Exit::Done,
    }
}
