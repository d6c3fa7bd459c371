//! `engine retry`: looks at failed records again, as they are now or as they were.

use crate::{
    args::{Format, Retry},
    error::{CommandError, Result},
    exit::Exit,
    failed::{filtered, named},
    output::{self, Output},
    ready::{check_production, ready},
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
    state::{FailedRow, FailedState, PipelineKey, RunFilter, StateDatabase},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// What came of it.
#[derive(Default)]
struct Sums {
    retried: usize,
    written: u64,
    failed_again: usize,
    codes: BTreeSet<String>,
}

pub(super) fn run(arguments: &Retry, project: Option<&Path>, output: &Output) -> Result<Exit> {
    if arguments.ids.is_empty() && arguments.filter.is_empty() && !arguments.all {
        let message = "nothing says which failed records are to be tried again";
        let help = "name IDs, or one of --pipeline, --entity, --code, --run and --filter; or say --all";
        return Err(CommandError::new(Exit::Usage, "command/needs-filter", message).help(help));
    }
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let project = current(project)?;
    let rows = chosen(&project, arguments, &cancel)?;
    let (rows, broken): (Vec<FailedRow>, Vec<FailedRow>) = rows.into_iter().partition(|row| !row.broken);
    if !broken.is_empty() {
        let places = many(broken.len(), "place");
        let message =
            format!("{places} that the source could not even read: only a read of everything looks there");
        output.step(output::WARN, "Left", &message);
    }
    let mut by_pipeline: BTreeMap<(String, String, String), Vec<FailedRow>> = BTreeMap::new();
    for row in rows {
        let key = (row.tenant.clone(), row.environment.clone(), row.pipeline.clone());
        by_pipeline.entry(key).or_default().push(row);
    }
    let (mut exit, mut sums, mut runs) = (Exit::Done, Sums::default(), Vec::new());
    for rows in by_pipeline.into_values() {
        if cancel.is_cancelled() {
            break;
        }
        let (report, tenant) = one(&project, rows, (arguments, &cancel, output), &mut sums)?;
        exit = exit.worse(super::run::exit_of(&report));
        runs.push(report::document(&report, &tenant));
    }
    sum_up(&sums, arguments.dry_run, output);
    if output.format() == Format::Json {
        output.json(&serde_json::json!({
            "runs": runs, "retried": sums.retried, "written": sums.written, "failed_again": sums.failed_again,
            "left": broken.len(), "exit_code": exit.number(),
        }));
    }
    Ok(exit)
}

/// The failed records that are meant. Those that a person ignores are meant only by their IDs.
fn chosen(project: &Path, arguments: &Retry, cancel: &Cancel) -> Result<Vec<FailedRow>> {
    let selection = Selection { project: project.to_owned(), pipelines: Vec::new() };
    let workspace = Workspace::load_to(Depth::Files, &selection, &arguments.which, cancel)?;
    let store = workspace.state.read()?;
    if !arguments.ids.is_empty() {
        return runtime()?.block_on(named(&*store, &arguments.ids));
    }
    let of = workspace.filter(&arguments.which, None, usize::MAX);
    let mut rows = runtime()?.block_on(filtered(&*store, &of, &arguments.filter))?;
    rows.retain(|row| row.state != Some(FailedState::Ignored));
    Ok(rows)
}

/// Tries those of one pipeline.
fn one(
    project: &Path,
    rows: Vec<FailedRow>,
    (arguments, cancel, output): (&Retry, &Cancel, &Output),
    sums: &mut Sums,
) -> Result<(RunReport, String)> {
    let Some(first) = rows.first() else {
        return Err(CommandError::new(Exit::NotFound, "command/unknown-failure", "no failed record is left"));
    };
    let key = PipelineKey {
        tenant: first.tenant.clone(),
        environment: first.environment.clone(),
        pipeline: first.pipeline.clone(),
    };
    let (workspace, blueprint) = Workspace::of_pipeline(project, &key, cancel, output)?;
    if !arguments.dry_run {
        check_production(&workspace, &blueprint, arguments.yes)?;
    }
    let (rows, records) = records(&workspace, &blueprint, rows, (arguments.as_of_run, output))?;
    let ready = ready(&workspace, arguments.dry_run, output)?;
    let title = workspace.title(&blueprint);
    ready.progress.name(title.clone());
    let request = RunRequest {
        records: Some(Arc::new(records)),
        trigger: "retry".to_owned(),
        actor: surroundings::actor(),
        ..RunRequest::new(Arc::clone(&blueprint), super::run::purpose(arguments.dry_run))
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    ready.progress.clear();
    let report = report?;
    if output.is_text() {
        let place = (workspace.dir.as_path(), workspace.project.environment.as_str());
        report::print(&report, &title, place, output);
    }
    let of =
        RunFilter { pipeline: Some(blueprint.pipeline.clone()), limit: usize::MAX, ..RunFilter::default() };
    let still = runtime()?.block_on(ready.engine.store.failures(&of, Some(&report.run_id)))?;
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let again: Vec<&FailedRow> = still.iter().filter(|row| ids.contains(row.id.as_str())).collect();
    sums.retried += rows.len();
    sums.written += report.written();
    sums.failed_again += again.len();
    sums.codes.extend(again.iter().map(|row| row.code.clone()));
    Ok((report, blueprint.tenant.clone()))
}

/// The source records of failed ones: their keys, or what was kept of them. Those that cannot be tried are told.
fn records(
    workspace: &Workspace,
    blueprint: &Blueprint,
    rows: Vec<FailedRow>,
    (as_of_run, output): (bool, &Output),
) -> Result<(Vec<FailedRow>, Records)> {
    let is_known = |row: &FailedRow| blueprint.steps().any(|entity| entity.name == row.entity);
    let (rows, gone): (Vec<FailedRow>, Vec<FailedRow>) = rows.into_iter().partition(is_known);
    if !gone.is_empty() {
        let message =
            format!("{} of entities that the pipeline does not have any more", many(gone.len(), "record"));
        output.step(output::WARN, "Left", &message);
    }
    if as_of_run {
        let store: Arc<dyn StateDatabase> = workspace.state.read()?;
        let (mut kept, mut whole) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
        let all = rows.len();
        for row in rows {
            let source = runtime()?.block_on(store.kept(&row.key))?.and_then(|kept| kept.source());
            if let Some(source) = source {
                kept.entry(row.entity.clone()).or_default().push(source);
                whole.push(row);
            }
        }
        if whole.len() < all {
            let message = format!("{} of which nothing was kept", many(all - whole.len(), "record"));
            output.step(output::WARN, "Left", &message);
        }
        return Ok((whole, Records::AsOfRun(kept)));
    }
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &rows {
        keys.entry(row.entity.clone()).or_default().push(row.key.source_key.clone());
    }
    Ok((rows, Records::Now(keys)))
}

fn sum_up(sums: &Sums, dry_run: bool, output: &Output) {
    if sums.retried == 0 {
        output.talk("no failed records to try again");
        return;
    }
    if dry_run {
        output.talk("Nothing was written.");
        return;
    }
    let again = match sums.failed_again {
        0 => "none failed again".to_owned(),
        some => {
            let codes: Vec<&str> = sums.codes.iter().map(String::as_str).collect();
            format!("{some} failed again ({})", codes.join(", "))
        }
    };
    let style = if sums.failed_again == 0 { output::GOOD } else { output::WARN };
    let Sums { retried, written, .. } = sums;
    output.step(style, "Retried", &format!("{retried}: {written} written, {again}"));
}
