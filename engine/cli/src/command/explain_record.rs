//! `engine explain-record`: why a record is as it is.

use crate::{
    args::ExplainRecord,
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    ready::{check_entities, check_tenants, ready},
    record::{self, Life, Listener},
    select::select,
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_run::{
    RecordKey, Records, RunReport, RunRequest, Scope, Side, Unobserved,
    plan::{How, Planned, Purpose},
    state::{FailedRow, NamedRecord, RunFilter, StateDatabase},
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// What a look at the source and at the target came to.
struct Look {
    report: Result<RunReport>,
    hows: Vec<How>,
    planned: Vec<Planned>,
}

pub(super) fn run(arguments: &ExplainRecord, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let selections = select(std::slice::from_ref(&arguments.pipeline), project)?;
    let mut lives = Vec::new();
    for selection in &selections {
        let workspace = Workspace::load(selection, &arguments.which, &cancel)?;
        workspace.insist(output)?;
        check_tenants(&workspace, &arguments.which)?;
        check_entities(&workspace, std::slice::from_ref(&arguments.entity))?;
        let store = workspace.state.read()?;
        for blueprint in &workspace.blueprints {
            lives.extend(of_pipeline(&workspace, &*store, blueprint, (arguments, output))?);
        }
    }
    if lives.is_empty() {
        let (pipeline, entity, key) = (&arguments.pipeline, &arguments.entity, &arguments.key);
        let message = format!("nothing is known of `{key}` as a record of `{entity}` of `{pipeline}`");
        let help =
            "it takes the record's key, the key of its source record, or the id of its object in the target";
        return Err(CommandError::new(Exit::NotFound, "command/unknown-record", message).help(help));
    }
    if output.is_text() {
        for life in &lives {
            record::print(life, arguments.reveal, output);
        }
    } else {
        let records: Vec<_> = lives.iter().map(|life| record::document(life, arguments.reveal)).collect();
        output.json(&serde_json::json!({ "records": records }));
    }
    Ok(Exit::Done)
}

fn of_pipeline(
    workspace: &Workspace,
    store: &dyn StateDatabase,
    blueprint: &Arc<Blueprint>,
    (arguments, output): (&ExplainRecord, &Output),
) -> Result<Vec<Life>> {
    let ExplainRecord { entity, key, .. } = arguments;
    let scope = Scope {
        tenant: blueprint.tenant.clone(),
        environment: blueprint.environment.clone(),
        pipeline: blueprint.pipeline.clone(),
        side: Side::Source,
    };
    let runtime = runtime()?;
    let mut named = runtime.block_on(store.named(&scope, entity, key))?;
    let mut sources: Vec<String> = named.iter().filter_map(|named| named.source_key.clone()).collect();
    sources.sort_unstable();
    sources.dedup();
    if sources.is_empty() {
        sources.push(key.clone());
    }
    let look = look(workspace, blueprint, (entity, sources), output)?;
    if named.is_empty() {
        let own = look.hows.iter().filter(|how| how.key == *key || how.source_key == *key);
        named = own.map(|how| NamedRecord { key: how.key.clone(), source_key: None }).collect();
    }
    let keys: Vec<String> = named.iter().map(|named| named.key.clone()).collect();
    let mut known = runtime.block_on(store.recall(&scope, entity, &keys))?;
    let of = RunFilter {
        tenant: Some(scope.tenant.clone()),
        environment: Some(scope.environment.clone()),
        pipeline: Some(scope.pipeline.clone()),
        limit: usize::MAX,
    };
    let failed = runtime.block_on(store.failures(&of, None))?;
    let mut failed: BTreeMap<RecordKey, FailedRow> =
        failed.into_iter().map(|row| (row.key.record.clone(), row)).collect();
    let mut lives = Vec::new();
    for key in keys {
        let record = RecordKey { entity: entity.clone(), key: key.clone() };
        lives.push(Life {
            entity: format!("{}::{entity}", workspace.title(blueprint)),
            name: shown(&key, &arguments.key),
            known: known.remove(&key).unwrap_or_default(),
            notes: runtime.block_on(store.notes(&scope, &record))?,
            failed: failed.remove(&record),
            how: look.hows.iter().find(|how| how.key == key).cloned(),
            planned: look.planned.iter().find(|planned| planned.key == key).cloned(),
            troubles: look.report.as_ref().map(|report| report.failures.clone()).unwrap_or_default(),
            unasked: unasked(&look.report),
        });
    }
    Ok(lives)
}

/// A key that is an e-mail address is shown only to who gave it.
fn shown(key: &str, given: &str) -> String {
    match key.chars().next() {
        Some(first) if key.contains('@') && key != given => format!("{first}...@..."),
        _ => key.to_owned(),
    }
}

/// Why nobody can say what would happen now.
fn unasked(report: &Result<RunReport>) -> Option<String> {
    let said = |code: &str, message: &str| format!("because of {code}: {message}");
    match report {
        Err(error) => Some(said(&error.code, &error.message)),
        Ok(report) => report.error.as_ref().map(|(code, message)| said(code, message)),
    }
}

/// A plan of these records alone. That it cannot be made is part of the answer.
fn look(
    workspace: &Workspace,
    blueprint: &Arc<Blueprint>,
    (entity, sources): (&str, Vec<String>),
    output: &Output,
) -> Result<Look> {
    let mut ready = ready(workspace, true, output)?;
    ready.engine.observer = Arc::new(Unobserved);
    let listener = Arc::new(Listener::default());
    let keys = BTreeMap::from([(entity.to_owned(), sources)]);
    let request = RunRequest {
        only: vec![entity.to_owned()],
        records: Some(Arc::new(Records::Now(keys))),
        trigger: "explain".to_owned(),
        ..RunRequest::new(Arc::clone(blueprint), Purpose::Plan(Arc::<Listener>::clone(&listener)))
    };
    let report = runtime()?.block_on(Box::pin(ready.engine.run(&request)));
    let (hows, planned) = listener.close();
    Ok(Look { report: report.map_err(CommandError::from), hows, planned })
}
