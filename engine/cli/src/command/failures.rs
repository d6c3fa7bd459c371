//! `engine failures`: records that could not be synced, by cause with what to do, or one by one; and what a person says
//! about them.

use crate::{
    args::{FailureFilter, Failures, FailuresVerb},
    error::{CommandError, Result},
    exit::Exit,
    failed::{filtered, named, tried_again, whereabouts},
    output::{self, Output},
    progress::at,
    remedy,
    select::{Selection, current},
    table::columns,
    words::many,
    workspace::{Depth, Workspace, runtime, title},
};
use engine_contract::Cancel;
use engine_run::state::{FailedRow, FailedState};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, path::Path};

pub(super) fn run(arguments: &Failures, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load_to(Depth::Files, &selection, &arguments.which, &Cancel::default())?;
    match &arguments.verb {
        None => list(&workspace, arguments, output),
        Some(FailuresVerb::Show { id }) => show(&workspace, id, output),
        Some(FailuresVerb::Ignore { ids, filter, note }) => {
            let chosen = chosen(&workspace, arguments, (ids, filter))?;
            mark(&workspace, (&chosen, Some(FailedState::Ignored)), Some(note), output)
        }
        Some(FailuresVerb::Unignore { ids }) => mark(&workspace, (ids, None), None, output),
    }
}

/// The IDs of the failed records that are meant: those that are named, or those that a filter lets through.
fn chosen(
    workspace: &Workspace,
    arguments: &Failures,
    (ids, filter): (&[String], &FailureFilter),
) -> Result<Vec<String>> {
    if !filter.is_empty() && !ids.is_empty() {
        let message = "failed records are named by IDs or by what they have in common, not by both";
        return Err(CommandError::new(Exit::Usage, "command/needs-filter", message));
    }
    if !ids.is_empty() {
        return Ok(ids.to_vec());
    }
    if filter.is_empty() {
        let message = "nothing says which failed records are of no matter";
        let help = "name IDs, or one of --pipeline, --entity, --code, --run and --filter";
        return Err(CommandError::new(Exit::Usage, "command/needs-filter", message).help(help));
    }
    let of = workspace.filter(&arguments.which, None, usize::MAX);
    let rows = runtime()?.block_on(filtered(&*workspace.state.read()?, &of, filter))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn list(workspace: &Workspace, arguments: &Failures, output: &Output) -> Result<Exit> {
    let store = workspace.state.read()?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let of = workspace.filter(&arguments.which, None, limit);
    let rows = runtime()?.block_on(filtered(&*store, &of, &arguments.filter))?;
    let groups = grouped(workspace, &rows);
    if !output.is_text() {
        let groups: Vec<Json> = groups.iter().map(Group::document).collect();
        output.json(&json!({ "failures": rows, "groups": groups }));
        return Ok(Exit::Done);
    }
    if !rows.is_empty() {
        let lines = if arguments.list { listed(workspace, &rows) } else { table(&groups) };
        for line in lines {
            output.result(&line);
        }
    }
    output.talk(&match (rows.len(), groups.len()) {
        (0, _) => "no failed records".to_owned(),
        (1, _) => "1 failed record".to_owned(),
        (all, _) if arguments.list => format!("{all} failed records"),
        (all, groups) => format!("{all} failed records in {}", many(groups, "group")),
    });
    if let (Some(first), false) = (groups.first(), arguments.list) {
        output
            .talk(&format!("  help: engine failures --list shows each; engine retry --code {}", first.code));
    }
    Ok(Exit::Done)
}

/// `pipeline::entity`.
fn entity(workspace: &Workspace, row: &FailedRow) -> String {
    format!("{}::{}", title(&workspace.project, &row.tenant, &row.pipeline), row.entity)
}

fn listed(workspace: &Workspace, rows: &[FailedRow]) -> Vec<String> {
    let cells = |row: &FailedRow| {
        vec![
            row.id.clone(),
            entity(workspace, row),
            whereabouts(row),
            row.code.clone(),
            tried_again(row).to_owned(),
            at(row.place.as_ref()),
            row.message.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    columns(&["ID", "ENTITY", "RECORD", "CODE", "RETRY", "MAPPING", "WHY"], &rows)
}

/// Records that failed for one reason.
struct Group {
    entity: String,
    code: String,
    retry: &'static str,
    what_to_do: String,
    count: usize,
    first: jiff::Timestamp,
    last: jiff::Timestamp,
}

impl Group {
    fn document(&self) -> Json {
        let Self { entity, code, retry, what_to_do, count, first, last } = self;
        json!({
            "entity": entity, "code": code, "retry": retry, "what_to_do": what_to_do, "count": count,
            "first_at": first, "last_at": last,
        })
    }
}

/// By entity, code, what can be done and when they are tried again: the largest groups first.
fn grouped(workspace: &Workspace, rows: &[FailedRow]) -> Vec<Group> {
    let mut groups: BTreeMap<(String, String, &str, String), Group> = BTreeMap::new();
    for row in rows {
        let (entity, retry, what_to_do) =
            (entity(workspace, row), tried_again(row), remedy::of(workspace, row));
        let key = (entity.clone(), row.code.clone(), retry, what_to_do.clone());
        let group = groups.entry(key).or_insert_with(|| Group {
            entity,
            code: row.code.clone(),
            retry,
            what_to_do,
            count: 0,
            first: row.first_at,
            last: row.last_at,
        });
        group.count += 1;
        group.first = group.first.min(row.first_at);
        group.last = group.last.max(row.last_at);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

fn table(groups: &[Group]) -> Vec<String> {
    let cells = |group: &Group| {
        vec![
            group.code.clone(),
            group.count.to_string(),
            group.entity.clone(),
            group.retry.to_owned(),
            format!("{:.0}", group.first).replace('T', " "),
            format!("{:.0}", group.last).replace('T', " "),
            group.what_to_do.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = groups.iter().map(cells).collect();
    columns(&["CODE", "COUNT", "ENTITY", "RETRY", "FIRST", "LAST", "WHAT TO DO"], &rows)
}

fn show(workspace: &Workspace, id: &str, output: &Output) -> Result<Exit> {
    let store = workspace.state.read()?;
    let rows = runtime()?.block_on(named(&*store, &[id.to_owned()]))?;
    let Some(row) = rows.first() else { return Ok(Exit::Done) };
    let what_to_do = remedy::of(workspace, row);
    if !output.is_text() {
        output.json(&json!({ "failure": row, "what_to_do": what_to_do }));
        return Ok(Exit::Done);
    }
    let attempts = match row.attempts {
        1 => "once".to_owned(),
        many => format!("{many} times"),
    };
    let lines = [
        ("record", format!("{} {}", entity(workspace, row), whereabouts(row))),
        ("environment", row.environment.clone()),
        ("code", row.code.clone()),
        ("why", row.message.clone()),
        ("mapping", at(row.place.as_ref())),
        ("what to do", what_to_do),
        ("failed", format!("{attempts}, first {:.0}, last {:.0} in {}", row.first_at, row.last_at, row.run)),
        ("tried again", tried_again(row).to_owned()),
        ("note", row.note.clone().unwrap_or_default()),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        output.result(&format!("{name:<12} {value}"));
    }
    output.talk(&format!("  help: engine explain {}; engine retry {}", row.code, row.id));
    Ok(Exit::Done)
}

fn mark(
    workspace: &Workspace,
    (ids, state): (&[String], Option<FailedState>),
    note: Option<&String>,
    output: &Output,
) -> Result<Exit> {
    let store = workspace.state.open()?;
    let runtime = runtime()?;
    let rows = runtime.block_on(named(&*store, ids))?;
    let mut marked = Vec::new();
    for row in &rows {
        // A dead one is not brought back by saying that it counts again.
        let state = state.or_else(|| row.state.filter(|state| *state == FailedState::Dead));
        if runtime.block_on(store.mark_failed(&row.key, state, note.cloned()))? {
            marked.push(row.id.as_str());
        }
    }
    if output.is_text() {
        let verb = if state.is_some() { "Ignored" } else { "Counted" };
        output.step(output::GOOD, verb, &many(marked.len(), "failed record"));
    } else {
        output.json(&json!({ "marked": marked, "state": state, "note": note }));
    }
    Ok(Exit::Done)
}
