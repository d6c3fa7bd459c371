//! `engine backfill`: reads a part of the past again, with a cursor of its own.

use super::run;
use crate::{
    args::{Backfill, Format},
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    ready::{Ready, check_entities, check_production, check_tenants, ready, skip},
    report,
    select::select,
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_run::{RunReport, RunRequest, Window};
use std::{path::Path, sync::Arc};

pub(super) fn run(arguments: &Backfill, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let mut exit = Exit::Done;
    let mut runs = Vec::new();
    for selection in select(std::slice::from_ref(&arguments.pipeline), project)? {
        let workspace = Workspace::load(&selection, &arguments.which, &cancel)?;
        workspace.insist(output)?;
        check_tenants(&workspace, &arguments.which)?;
        check_entities(&workspace, &arguments.entity)?;
        let engine = ready(&workspace, arguments.dry_run, output)?;
        for blueprint in &workspace.blueprints {
            if let Some(connector) = engine.emulation.lacks(blueprint) {
                skip(&workspace, blueprint, connector, output)?;
                continue;
            }
            if !arguments.dry_run {
                check_production(&workspace, blueprint, arguments.yes)?;
            }
            engine.progress.name(workspace.title(blueprint));
            let report = one(&engine, blueprint, arguments)?;
            if output.is_text() {
                let place = (workspace.dir.as_path(), workspace.project.environment.as_str());
                report::print(&report, &workspace.title(blueprint), place, output);
            }
            exit = exit.worse(run::exit_of(&report));
            runs.push(report::document(&report, &blueprint.tenant));
        }
    }
    if output.format() == Format::Json {
        output.json(&serde_json::json!({ "runs": runs, "exit_code": exit.number() }));
    }
    Ok(exit)
}

fn one(ready: &Ready, blueprint: &Arc<Blueprint>, arguments: &Backfill) -> Result<RunReport> {
    let now = ready.engine.context.clock.now();
    let window = Window {
        from: Some(arguments.from.of(blueprint, now)),
        until: arguments.to.as_ref().map(|until| until.of(blueprint, now)),
        is_backfill: true,
        before_start_date: arguments.before_start_date,
    };
    let request = RunRequest {
        only: arguments.entity.clone(),
        limit: arguments.limit.and_then(|limit| usize::try_from(limit).ok()),
        window: Some(window),
        trigger: "backfill".to_owned(),
        actor: surroundings::actor(),
        ..RunRequest::new(Arc::clone(blueprint), run::purpose(arguments.dry_run))
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    Ok(report?)
}
