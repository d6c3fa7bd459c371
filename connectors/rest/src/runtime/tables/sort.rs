//! Which rows go together in one request.
//!
//! PostgREST takes the columns of a request from its first row: rows with others are refused (PGRST102), or, where the
//! columns are listed, null is written over what they leave out. So rows share a request only when they have the same
//! columns. And one statement cannot meet a row twice (21000): a second write of a row waits for the next request.

use super::key;
use crate::manifest::TablesTable;
use engine_contract::{ConnectorError, EntitySchema, ErrorKind, Map, Op, Outcome, Value, Write};
use std::collections::BTreeMap;

/// A row on its way.
pub(super) struct Row<'a> {
    pub(super) write: &'a Write,
    pub(super) fields: Map,
    /// The id that its content gives it.
    pub(super) id: String,
}

/// Writes, by the way that they go.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    /// What cannot be sent at all.
    pub(super) refused: Vec<(String, Outcome)>,
    pub(super) removals: Vec<&'a Write>,
    /// Rows that are marked where they are.
    pub(super) marks: Vec<&'a Write>,
    /// Rows that are changed where they are, each alone.
    pub(super) changes: Vec<Row<'a>>,
    /// The requests of upserts, in the order in which they must go.
    pub(super) puts: Vec<Vec<Row<'a>>>,
}

/// Sorts the writes of one call.
pub(super) fn sort<'a>(rules: &TablesTable, schema: &EntitySchema, writes: &'a [Write]) -> Sorted<'a> {
    let mut sorted = Sorted::default();
    let mut rows = Vec::new();
    for write in writes {
        match write.op {
            Op::Delete => sorted.removals.push(write),
            Op::SoftDelete => sorted.marks.push(write),
            Op::Create | Op::Update => match row(write) {
                Ok(row) if is_changed_in_place(schema, &row) => sorted.changes.push(row),
                Ok(row) => rows.push(row),
                Err(error) => sorted.refused.push((write.id.clone(), Outcome::NotApplied(error))),
            },
            Op::Void | Op::Deactivate => {
                let message = "rows can be deleted or marked, and in no other way taken back";
                let error = ConnectorError::new(ErrorKind::Unsupported, message);
                sorted.refused.push((write.id.clone(), Outcome::NotApplied(error)));
            }
        }
    }
    sorted.puts = together(rules, rows);
    sorted
}

fn row(write: &Write) -> Result<Row<'_>, ConnectorError> {
    let fields = match serde_json::from_slice(&write.payload) {
        Ok(Value::Map(fields)) => fields,
        _ => Map::new(),
    };
    let id = key::id(&write.match_on, &fields).ok_or_else(|| {
        let message = "a column of the natural key has no value: `write.match` names it";
        ConnectorError::new(ErrorKind::Invalid, message).with_context("table", write.object.clone())
    })?;
    Ok(Row { write, fields, id })
}

/// An update whose natural key has changed finds its row under the old one. And one that leaves out a column that every
/// new row needs is no upsert: the database looks at that before it looks for the row (23502).
fn is_changed_in_place(schema: &EntitySchema, row: &Row<'_>) -> bool {
    let Some(old) = row.write.target_id.as_deref() else { return false };
    let lacks = || schema.fields.iter().any(|field| field.required && !row.fields.contains_key(&field.name));
    old != row.id || lacks()
}

/// What rows of one request have in common: how often their object came before, their columns, their match columns.
type Kind = (usize, Vec<String>, Vec<String>);

fn together<'a>(rules: &TablesTable, rows: Vec<Row<'a>>) -> Vec<Vec<Row<'a>>> {
    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: BTreeMap<Kind, Vec<Vec<Row<'a>>>> = BTreeMap::new();
    for row in rows {
        let turn = turns.entry(row.id.clone()).or_default();
        let mut columns: Vec<String> = row.fields.keys().cloned().collect();
        columns.sort_unstable();
        let requests = groups.entry((*turn, columns, row.write.match_on.clone())).or_default();
        *turn += 1;
        let has_room = |request: &&mut Vec<Row<'a>>| {
            let bytes: usize = request.iter().map(|row| row.write.payload.len() + 1).sum();
            request.len() < rules.write_rows && bytes + row.write.payload.len() <= rules.write_bytes
        };
        match requests.last_mut().filter(has_room) {
            Some(request) => request.push(row),
            None => requests.push(vec![row]),
        }
    }
    groups.into_values().flatten().collect()
}
