//! What columns hold when nothing is given.

use super::{cell::Cell, parse};
use crate::supabase::{
    error::DatabaseError,
    tables::{
        TablesError,
        kind::Kind,
        table::{Column, Default, Table},
    },
};
use jiff::{Timestamp, tz::Offset};
use sha2::{Digest, Sha256};

/// A default that is understood.
#[derive(Clone, Debug)]
pub(super) enum Filling {
    Value(Cell),
    Now,
    Uuid,
    Counted,
}

/// The defaults of a table, by the numbers of columns.
pub(super) fn of(table: &Table) -> Result<Vec<Option<Filling>>, TablesError> {
    table.columns.iter().map(|column| filling(table, column)).collect()
}

fn filling(table: &Table, column: &Column) -> Result<Option<Filling>, TablesError> {
    let expression = match &column.default {
        None => return Ok(None),
        Some(Default::Identity | Default::AlwaysIdentity) => return Ok(Some(Filling::Counted)),
        Some(Default::Expression(expression)) => expression,
    };
    let word = expression.trim();
    let read = match word.to_ascii_lowercase().as_str() {
        "now()" | "current_timestamp" => {
            matches!(column.kind, Kind::Timestamptz | Kind::Timestamp | Kind::Date).then_some(Filling::Now)
        }
        "gen_random_uuid()" => Some(Filling::Uuid),
        "null" => Some(Filling::Value(Cell::Null)),
        _ => parse::text(&literal(word), &column.kind).ok().map(Filling::Value),
    };
    read.map(Some).ok_or_else(|| TablesError::Default {
        table: table.name.clone(),
        column: column.name.clone(),
        default: expression.clone(),
    })
}

/// `'new'::text` without its quotes and its type.
fn literal(expression: &str) -> String {
    let Some(rest) = expression.strip_prefix('\'') else { return expression.to_owned() };
    match rest.rfind('\'') {
        Some(end) => rest.get(..end).unwrap_or_default().replace("''", "'"),
        None => expression.to_owned(),
    }
}

impl Filling {
    /// The value: `count` gives the next number of the column, `uuid` the next that is unlike all others.
    pub(super) fn value(
        &self,
        kind: &Kind,
        now: Timestamp,
        count: impl FnOnce() -> i64,
        uuid: impl FnOnce() -> u64,
    ) -> Result<Cell, DatabaseError> {
        match self {
            Self::Value(cell) => Ok(cell.clone()),
            Self::Now => Ok(match kind {
                Kind::Date => Cell::Date(Offset::UTC.to_datetime(now).date()),
                Kind::Timestamp => Cell::Local(Offset::UTC.to_datetime(now)),
                _ => Cell::Moment(now),
            }),
            Self::Counted => Ok(Cell::Int(count())),
            Self::Uuid => parse::text(&made_uuid(uuid()), kind),
        }
    }
}

/// A UUID of version 4 that only looks random.
fn made_uuid(number: u64) -> String {
    let hash = Sha256::digest(number.to_be_bytes());
    let mut digits: Vec<char> =
        hash.iter().take(16).flat_map(|byte| format!("{byte:02x}").chars().collect::<Vec<_>>()).collect();
    for (place, digit) in [(12, '4'), (16, 'a')] {
        if let Some(found) = digits.get_mut(place) {
            *found = digit;
        }
    }
    digits.into_iter().collect()
}
