//! `engine failures`: records that could not be synced, one by one or by cause.

use crate::{
    args::Failures,
    error::Result,
    exit::Exit,
    output::Output,
    progress::at,
    select::{Selection, current},
    table::columns,
    workspace::{Depth, Workspace, runtime, title},
};
use engine_contract::Cancel;
use engine_run::state::FailedRow;
use std::{collections::BTreeMap, path::Path};

pub(super) fn run(arguments: &Failures, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load_to(Depth::Files, &selection, &arguments.which, &Cancel::default())?;
    let store = workspace.state.read()?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let filter = workspace.filter(&arguments.which, arguments.pipeline.clone(), limit);
    let rows = runtime()?.block_on(store.failures(&filter, arguments.run.as_deref()))?;
    if !output.is_text() {
        output.json(&serde_json::json!({ "failures": rows }));
        return Ok(Exit::Done);
    }
    if !rows.is_empty() {
        let lines = if arguments.group { grouped(&workspace, &rows) } else { listed(&workspace, &rows) };
        for line in lines {
            output.result(&line);
        }
    }
    output.talk(&match rows.len() {
        0 => "no failed records".to_owned(),
        1 => "1 failed record".to_owned(),
        many => format!("{many} failed records"),
    });
    Ok(Exit::Done)
}

fn retry_word(retry: bool) -> String {
    (if retry { "next run" } else { "after a change" }).to_owned()
}

/// `pipeline::entity`.
fn entity(workspace: &Workspace, row: &FailedRow) -> String {
    format!("{}::{}", title(&workspace.project, &row.tenant, &row.pipeline), row.entity)
}

fn listed(workspace: &Workspace, rows: &[FailedRow]) -> Vec<String> {
    let cells = |row: &FailedRow| {
        vec![
            entity(workspace, row),
            if row.origin.is_empty() { format!("key {}", row.source_key) } else { row.origin.clone() },
            row.code.clone(),
            retry_word(row.retry),
            at(row.place.as_ref()),
            row.message.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    columns(&["ENTITY", "RECORD", "CODE", "TRIED AGAIN", "MAPPING", "WHY"], &rows)
}

fn grouped(workspace: &Workspace, rows: &[FailedRow]) -> Vec<String> {
    let mut groups: BTreeMap<(String, String, String, bool, String), usize> = BTreeMap::new();
    for row in rows {
        let cause = (
            entity(workspace, row),
            row.code.clone(),
            at(row.place.as_ref()),
            row.retry,
            row.message.clone(),
        );
        *groups.entry(cause).or_default() += 1;
    }
    let rows: Vec<Vec<String>> = groups
        .into_iter()
        .map(|((entity, code, place, retry, message), count)| {
            vec![entity, count.to_string(), code, retry_word(retry), place, message]
        })
        .collect();
    columns(&["ENTITY", "COUNT", "CODE", "TRIED AGAIN", "MAPPING", "WHY"], &rows)
}
