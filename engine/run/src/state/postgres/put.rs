//! Statements that write many rows at once: one array per column.

use super::{
    fault::{Fault, Outcome},
    row::{Values, execute, kept},
};
use crate::state::{
    copy::Cell,
    table::{Kind, Table},
};
use sqlx::postgres::PgConnection;
use std::collections::BTreeSet;

/// Writes rows in the place of those with the same keys; of several with one key the last stays.
pub(super) async fn put(db: &mut PgConnection, table: &'static Table, rows: Vec<Vec<Cell>>) -> Outcome<()> {
    put_but(db, table, &[], rows).await
}

/// Writes rows as [`put`] does, and leaves columns of rows that are there as they are.
pub(super) async fn put_but(
    db: &mut PgConnection,
    table: &'static Table,
    kept: &[&str],
    rows: Vec<Vec<Cell>>,
) -> Outcome<()> {
    let rest = table.columns.get(table.key..).unwrap_or_default();
    let set = rest.iter().filter(|(name, _)| !kept.contains(name));
    let set: Vec<String> = set.map(|(name, _)| format!("{name} = excluded.{name}")).collect();
    let clash = format!("ON CONFLICT ({}) DO UPDATE SET {}", table.key_list(), set.join(", "));
    insert(db, table, last_of_each(table, rows), &clash).await
}

/// Writes rows; `clash` says what happens where there are such already.
pub(super) async fn insert(
    db: &mut PgConnection,
    table: &'static Table,
    rows: Vec<Vec<Cell>>,
    clash: &str,
) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let kinds = table.columns.iter().map(|(_, kind)| *kind);
    let places: Vec<String> = kinds
        .clone()
        .enumerate()
        .map(|(index, kind)| format!("${}::{}[]", index + 1, sql_type(kind)))
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) SELECT * FROM UNNEST({}) {clash}",
        table.name,
        table.list(),
        places.join(", ")
    );
    let mut columns: Vec<Column> = kinds.map(Column::of).collect();
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            column.push(cell)?;
        }
    }
    let values = columns.into_iter().fold(Values::new(), |values, column| column.bind(values));
    execute(db, sql, values).await.map(drop)
}

fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "bigint",
        Kind::Flag => "boolean",
        Kind::Bytes => "bytea",
    }
}

/// One statement cannot write a row twice.
fn last_of_each(table: &Table, rows: Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
    let mut seen = BTreeSet::new();
    let mut last: Vec<Vec<Cell>> = rows
        .into_iter()
        .rev()
        .filter(|row| seen.insert(row.iter().take(table.key).cloned().collect::<Vec<_>>()))
        .collect();
    last.reverse();
    last
}

/// The values of a column, one per row.
enum Column {
    Text(Vec<Option<String>>),
    Number(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Column {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Vec::new()),
            Kind::Number => Self::Number(Vec::new()),
            Kind::Flag => Self::Flag(Vec::new()),
            Kind::Bytes => Self::Bytes(Vec::new()),
        }
    }

    fn push(&mut self, cell: Cell) -> Outcome<()> {
        match (self, cell) {
            (Self::Text(values), Cell::Text(text)) => values.push(Some(kept(&text).into_owned())),
            (Self::Number(values), Cell::Number(number)) => values.push(Some(number)),
            (Self::Flag(values), Cell::Flag(flag)) => values.push(Some(flag)),
            (Self::Bytes(values), Cell::Bytes(bytes)) => values.push(Some(bytes)),
            (Self::Text(values), Cell::Null) => values.push(None),
            (Self::Number(values), Cell::Null) => values.push(None),
            (Self::Flag(values), Cell::Null) => values.push(None),
            (Self::Bytes(values), Cell::Null) => values.push(None),
            _ => return Err(Fault::corrupt("a value is not of its column's kind")),
        }
        Ok(())
    }

    fn bind(self, values: Values) -> Values {
        match self {
            Self::Text(column) => values.add(column),
            Self::Number(column) => values.add(column),
            Self::Flag(column) => values.add(column),
            Self::Bytes(column) => values.add(column),
        }
    }
}
