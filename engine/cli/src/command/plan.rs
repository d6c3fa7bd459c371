//! `engine plan`: what a run would write, record by record, beside what is there.

use crate::{
    args::{Format, Plan, Show},
    by_filter, by_id,
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    plan::{self, Gathered, Gatherer, Writer},
    ready::{Ready, check_entities, check_tenants, ready, skip},
    report,
    select::select,
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_run::{RunReport, RunRequest, plan::Purpose};
use std::{path::Path, sync::Arc};

pub(super) fn run(arguments: &Plan, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let mut exit = Exit::Done;
    let mut plans = Vec::new();
    let mut writes = 0;
    for selection in select(&arguments.pipelines, project)? {
        let workspace = Workspace::load(&selection, &arguments.which, &cancel)?;
        workspace.insist(output)?;
        check_tenants(&workspace, &arguments.which)?;
        check_entities(&workspace, &arguments.entity)?;
        check_file(arguments, &workspace)?;
        let engine = ready(&workspace, true, output)?;
        for blueprint in &workspace.blueprints {
            if let Some(connector) = engine.emulation.lacks(blueprint) {
                skip(&workspace, blueprint, connector, output)?;
                continue;
            }
            engine.progress.name(workspace.title(blueprint));
            let (report, gathered) = one(&engine, blueprint, arguments, output)?;
            by_id::check(&report, &arguments.id)?;
            writes += gathered.writes();
            if output.is_text() {
                report::print_results(&report, output);
                plan::print(&gathered, &report, blueprint, output, arguments.show != Show::Failures);
                report::warn_of_lost_state(&report, output);
            }
            exit = exit.worse(super::run::exit_of(&report));
            plans.push(plan::document(&gathered, &report, blueprint));
            keep(gathered, &report, arguments.out.as_deref(), output)?;
        }
    }
    if arguments.detailed_exitcode && writes > 0 {
        exit = Exit::Changes.worse(exit);
    }
    if output.is_text() {
        output.talk(match &arguments.out {
            Some(_) => "Nothing was written to the target.",
            None => "Nothing was written.",
        });
    } else {
        output.json(&serde_json::json!({ "plans": plans, "exit_code": exit.number() }));
    }
    Ok(exit)
}

/// A file keeps one plan.
fn check_file(arguments: &Plan, workspace: &Workspace) -> Result<()> {
    if arguments.out.is_none() || workspace.blueprints.len() == 1 {
        return Ok(());
    }
    let message =
        format!("a file keeps the plan of one pipeline, and these are {}", workspace.blueprints.len());
    let help = "name one pipeline, and one tenant with `--tenant`";
    Err(CommandError::new(Exit::Usage, "plan/several", message).help(help))
}

fn one(
    ready: &Ready,
    blueprint: &Arc<Blueprint>,
    arguments: &Plan,
    output: &Output,
) -> Result<(RunReport, Gathered)> {
    let writer = match &arguments.out {
        Some(path) => Some(Writer::create(path, &plan::head(blueprint, &ready.engine.context))?),
        None => None,
    };
    let shows_all = arguments.show == Show::All || output.format() != Format::Text;
    let sheet = Arc::new(Gatherer::new(arguments.reveal, shows_all, writer));
    let request = RunRequest {
        only: arguments.entity.clone(),
        full: arguments.full,
        mapping_change: arguments.mapping_change,
        window: super::run::since(arguments.since.as_ref(), blueprint, &ready.engine.context),
        records: by_id::records(blueprint, &arguments.entity, &arguments.id),
        narrow: by_filter::narrow(&arguments.filter),
        limit: arguments.limit.and_then(|limit| usize::try_from(limit).ok()),
        trigger: "plan".to_owned(),
        ..RunRequest::new(Arc::clone(blueprint), Purpose::Plan(Arc::<Gatherer>::clone(&sheet)))
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    let gathered = sheet.close();
    match report {
        Ok(report) => Ok((report, gathered)),
        Err(error) => {
            if let Some(writer) = gathered.writer {
                writer.give_up();
            }
            Err(error.into())
        }
    }
}

/// Puts the file in its place; a plan that was stopped on its way has none.
pub(super) fn keep(
    gathered: Gathered,
    report: &RunReport,
    out: Option<&Path>,
    output: &Output,
) -> Result<()> {
    if let Some((code, message)) = &report.error {
        if let Some(writer) = gathered.writer {
            writer.give_up();
        }
        if output.is_text() {
            output.error(&CommandError {
                code: code.clone(),
                message: message.clone(),
                help: crate::error::remedy(code).map(str::to_owned),
                exit: super::run::exit_of(report),
            });
        }
        return Ok(());
    }
    let (Some(writer), Some(path)) = (gathered.writer, out) else { return Ok(()) };
    let until = writer.finish()?;
    let path = path.display();
    output.step(output::GOOD, "Saved", &format!("{path}, valid until {until:.0}"));
    output.talk(&format!("  next: engine apply {path}"));
    Ok(())
}
