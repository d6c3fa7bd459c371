//! From stored rows to values.
//!
//! INTEGER becomes a whole number, TEXT a text, BLOB a text of lower hex digits. A REAL becomes the shortest
//! decimal of 15 to 17 digits that `SQLite` reads back as the same REAL; `SQLite` writes it, so that no number
//! passes through binary floating point here.

use super::{
    table::{Table, quote},
    types::Affinity,
};
use engine_contract::{Map, Value, parse_number};
use rusqlite::{Row, types::ValueRef};
use std::fmt::Write;

/// The columns of a table, ready to select.
pub(super) struct Columns {
    names: Vec<String>,
    list: String,
}

impl Columns {
    pub(super) fn of(table: &Table) -> Self {
        let list = table.columns.iter().map(|column| {
            let name = quote(&column.name);
            let exact = match column.affinity {
                Affinity::Text => "NULL".to_owned(),
                Affinity::Integer | Affinity::Blob | Affinity::Real | Affinity::Numeric => shortest(&name),
            };
            format!("{name}, {exact}")
        });
        Self {
            list: list.collect::<Vec<_>>().join(", "),
            names: table.columns.iter().map(|column| column.name.clone()).collect(),
        }
    }

    /// `SELECT ... FROM table`.
    pub(super) fn select(&self, table: &str) -> String {
        format!("SELECT {} FROM {}", self.list, quote(table))
    }

    /// Reads a row that [`Columns::select`] gave.
    pub(super) fn read(&self, row: &Row<'_>) -> rusqlite::Result<Map> {
        let mut map = Map::with_capacity(self.names.len());
        for (index, name) in self.names.iter().enumerate() {
            let value = match row.get_ref(2 * index)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(_) => Value::Text(row.get(2 * index)?),
                ValueRef::Blob(bytes) => Value::Text(hex(bytes)),
                ValueRef::Real(_) => number(row.get(2 * index + 1)?),
            };
            map.insert(name.clone(), value);
        }
        Ok(map)
    }
}

fn shortest(column: &str) -> String {
    let digits = |count: u8| format!("printf('%!.{count}g', {column})");
    let (short, middle, long) = (digits(15), digits(16), digits(17));
    format!(
        "CASE WHEN typeof({column}) = 'real' THEN CASE WHEN CAST({short} AS REAL) = {column} THEN {short} \
         WHEN CAST({middle} AS REAL) = {column} THEN {middle} ELSE {long} END END"
    )
}

/// A number as `SQLite` writes it; infinities are no JSON numbers and stay texts.
fn number(text: String) -> Value {
    if text.parse::<serde_json::Number>().is_ok() { parse_number(&text) } else { Value::Text(text) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}
