//! Between columns and types.

use super::{Result, busy};
use crate::{
    key::{RecordKey, Scope},
    state::Link,
};
use engine_contract::{ContentHash, Cursor, Op};
use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql};

/// Keys as one JSON parameter, for `IN (SELECT value FROM json_each(?))`.
pub(super) fn json_list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    serde_json::Value::from_iter(items).to_string()
}

/// Runs a statement that changes rows.
pub(super) fn execute(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<usize> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| busy(&error))?;
    statement.execute(values).map_err(|error| busy(&error))
}

/// Runs a statement that returns rows.
pub(super) fn query<T>(
    connection: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| busy(&error))?;
    let rows = statement.query_map(values, read).map_err(|error| busy(&error))?;
    rows.collect::<rusqlite::Result<_>>().map_err(|error| busy(&error))
}

/// The five values of [`super::schema::RECORD`], in order.
pub(super) fn record<'a>(
    scope: &'a Scope,
    entity: &'a &'a str,
    side: &'a &'static str,
) -> [&'a dyn ToSql; 5] {
    [&scope.tenant, &scope.environment, &scope.pipeline, side, entity]
}

pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(super) fn timestamp(millis: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, millis))
}

pub(super) fn hash(row: &Row<'_>, column: usize) -> rusqlite::Result<ContentHash> {
    let bytes = row.get_ref(column)?.as_blob()?;
    ContentHash::from_slice(bytes).ok_or_else(|| bad("a hash"))
}

pub(super) fn op(word: &str) -> rusqlite::Result<Op> {
    Op::ALL.into_iter().find(|op| op.as_str() == word).ok_or_else(|| bad("op"))
}

pub(super) fn cursor(text: Option<String>) -> rusqlite::Result<Option<Cursor>> {
    text.map(|text| Cursor::parse(&text).map_err(|_| bad("cursor"))).transpose()
}

fn bad(column: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnName(format!("{column} holds what no engine wrote"))
}

/// The columns that links and intents share, in the order in which [`link`] reads them; the token's name comes
/// last.
pub(super) const LINK: &str = "entity, key, source_key, target_connection, target_object, target_id, route, \
    parent_key, source_revision, sent_hash, generation, mapping_hash, shared";

/// How many columns [`LINK`] and the token are.
pub(super) const LINK_WIDTH: usize = 14;

/// Reads [`LINK`] and the token.
pub(super) fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        record: RecordKey { entity: row.get(0)?, key: row.get(1)? },
        source_key: row.get(2)?,
        target_connection: row.get(3)?,
        target_object: row.get(4)?,
        target_id: row.get(5)?,
        route: row.get(6)?,
        parent_key: row.get(7)?,
        source_revision: row.get(8)?,
        sent_hash: hash(row, 9)?,
        generation: row.get(10)?,
        mapping_hash: row.get(11)?,
        shared: row.get(12)?,
        target_token: row.get(13)?,
    })
}
