//! `engine state ls` and `engine state show`: how far streams were read.

use crate::{
    args::Which,
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    table::columns,
    workspace::{Workspace, runtime, title},
};
use engine_run::state::{CursorRow, KeptCursor, PipelineKey, StateStore};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// The cursors of the tenants, environment and pipeline that are asked for.
pub(super) fn cursors(
    workspace: &Workspace,
    (which, pipeline): (&Which, Option<&str>),
    store: &dyn StateStore,
) -> Result<Vec<KeptCursor>> {
    let filter = workspace.filter(which, pipeline.map(str::to_owned), usize::MAX);
    let mut all = runtime()?.block_on(store.cursors())?;
    all.retain(|cursor| {
        let scope = &cursor.key.scope;
        let is = |wanted: &Option<String>, name: &String| wanted.as_ref().is_none_or(|wanted| wanted == name);
        is(&filter.tenant, &scope.tenant)
            && is(&filter.environment, &scope.environment)
            && is(&filter.pipeline, &scope.pipeline)
    });
    Ok(all)
}

/// The clocks of a tenant.
pub(super) fn zone(workspace: &Workspace, tenant: &str) -> TimeZone {
    let own = workspace.project.tenant(tenant).and_then(|tenant| tenant.timezone.as_deref());
    TimeZone::get(own.unwrap_or(&workspace.project.timezone)).unwrap_or(TimeZone::UTC)
}

/// Where a cursor is, in a few words.
pub(super) fn place(row: &CursorRow) -> String {
    match (&row.value, &row.resume) {
        (Some(value), None) => value.to_string(),
        (Some(value), Some(_)) => format!("{value}, in the middle of a read"),
        (None, Some(_)) => "in the middle of a first read".to_owned(),
        (None, None) => "-".to_owned(),
    }
}

/// The group, and the word for a cursor that is not that of runs.
fn group(cursor: &KeptCursor) -> String {
    if cursor.key.shard.is_empty() {
        return cursor.key.group.clone();
    }
    format!("{} ({})", cursor.key.group, cursor.key.shard)
}

fn document(cursor: &KeptCursor) -> Value {
    json!({
        "tenant": cursor.key.scope.tenant, "environment": cursor.key.scope.environment,
        "pipeline": cursor.key.scope.pipeline, "group": cursor.key.group,
        "of": if cursor.key.shard.is_empty() { "runs" } else { &cursor.key.shard },
        "cursor": cursor.row.value.map(|value| value.to_string()), "is_reading": cursor.row.resume.is_some(),
        "updated_at": cursor.updated_at,
    })
}

pub(super) fn list(workspace: &Workspace, asked: (&Which, Option<&str>), output: &Output) -> Result<Exit> {
    let store = workspace.state.read()?;
    let all = cursors(workspace, asked, &*store)?;
    if !output.is_text() {
        output.json(&json!({ "cursors": all.iter().map(document).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    print(workspace, &all, output);
    Ok(Exit::Done)
}

fn print(workspace: &Workspace, all: &[KeptCursor], output: &Output) {
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|cursor| {
            let scope = &cursor.key.scope;
            let moved = cursor.updated_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
            vec![
                title(&workspace.project, &scope.tenant, &scope.pipeline),
                group(cursor),
                place(&cursor.row),
                moved,
            ]
        })
        .collect();
    for line in columns(&["PIPELINE", "GROUP", "CURSOR", "MOVED"], &rows) {
        output.result(&line);
    }
}

pub(super) fn show(
    workspace: &Workspace,
    (which, pipeline): (&Which, &str),
    output: &Output,
) -> Result<Exit> {
    let store = workspace.state.read()?;
    let all = cursors(workspace, (which, Some(pipeline)), &*store)?;
    let waiting = runtime()?.block_on(store.waiting())?;
    let environment = &workspace.project.environment;
    let is_meant = |key: &PipelineKey| {
        key.pipeline == pipeline
            && key.environment == *environment
            && which.one_tenant().is_none_or(|tenant| key.tenant == tenant)
    };
    let waiting: Vec<(PipelineKey, (u64, u64, u64))> =
        waiting.into_iter().filter(|(key, _)| is_meant(key)).collect();
    if all.is_empty() && waiting.is_empty() {
        let message = format!("nothing is kept of pipeline `{pipeline}`");
        return Err(CommandError::new(Exit::NotFound, "state/no-cursor", message)
            .help("`engine state ls` lists what is kept; the first run begins it"));
    }
    if !output.is_text() {
        let waiting = waiting.iter().map(|(key, (failed, held, open))| {
            json!({ "tenant": key.tenant, "failed": failed, "held": held, "open": open })
        });
        output.json(&json!({
            "cursors": all.iter().map(document).collect::<Vec<_>>(), "waiting": waiting.collect::<Vec<_>>(),
        }));
        return Ok(Exit::Done);
    }
    print(workspace, &all, output);
    let rows: Vec<Vec<String>> = waiting
        .iter()
        .map(|(key, (failed, held, open))| {
            let title = title(&workspace.project, &key.tenant, &key.pipeline);
            vec![title, failed.to_string(), held.to_string(), open.to_string()]
        })
        .collect();
    if !rows.is_empty() {
        output.result("");
        for line in columns(&["PIPELINE", "FAILED", "HELD", "OPEN"], &rows) {
            output.result(&line);
        }
    }
    Ok(Exit::Done)
}
