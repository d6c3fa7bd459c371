//! Copies of everything, and what is put back from one.

use super::{Result, StateError, busy, keys, row::execute};
use crate::state::{
    Sealer,
    copy::{Cell, Content, Reader, Writer, key_of},
    table::{DATA_KEY, Kind, TABLES, Table},
};
use rusqlite::{Connection, Row, ToSql, Transaction, TransactionBehavior, types::ValueRef};

/// Writes everything as it is at one moment: in a file with a log of writes, readers hinder no writer.
pub(super) fn snapshot(db: &Connection, master: &Sealer, writer: Writer) -> Result<Content> {
    let snapshot =
        Transaction::new_unchecked(db, TransactionBehavior::Deferred).map_err(|error| busy(&error))?;
    copy(&snapshot, master, writer)
}

/// Writes everything as the caller's transaction sees it.
pub(super) fn copy(db: &Connection, master: &Sealer, mut writer: Writer) -> Result<Content> {
    let keys = keys::plain(db, master)?;
    for table in TABLES {
        writer.begin(table)?;
        write_rows(db, table, &mut writer)?;
    }
    writer.begin(&DATA_KEY)?;
    for (purpose, key) in keys {
        writer.row(vec![purpose.into(), key.as_slice().into()])?;
    }
    writer.finish()
}

fn write_rows(db: &Connection, table: &'static Table, writer: &mut Writer) -> Result<()> {
    let sql = format!("SELECT {} FROM {}", table.list(), table.name);
    let mut statement = db.prepare(&sql).map_err(|error| busy(&error))?;
    let mut rows = statement.query([]).map_err(|error| busy(&error))?;
    while let Some(row) = rows.next().map_err(|error| busy(&error))? {
        let cells = table.columns.iter().enumerate().map(|(index, (_, kind))| cell(row, index, *kind));
        writer.row(cells.collect::<Result<_>>()?)?;
    }
    Ok(())
}

fn cell(row: &Row<'_>, index: usize, kind: Kind) -> Result<Cell> {
    let unknown = || StateError::Corrupt("a column holds what no engine wrote".to_owned());
    Ok(match row.get_ref(index).map_err(|error| busy(&error))? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) if kind == Kind::Flag => Cell::Flag(number != 0),
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Text(bytes) => Cell::Text(String::from_utf8(bytes.to_vec()).map_err(|_| unknown())?),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(unknown()),
    })
}

/// Puts what a copy holds in the place of everything. The caller's transaction is taken back on an error.
pub(super) fn fill(db: &Connection, master: &Sealer, mut reader: Reader) -> Result<Content> {
    for table in TABLES {
        execute(db, &format!("DELETE FROM {}", table.name), &[])?;
    }
    let mut keys = Vec::new();
    while let Some((table, row)) = reader.next()? {
        if *table == DATA_KEY {
            keys.push(key_of(row)?);
        } else {
            insert(db, table, &row)?;
        }
    }
    keys::replace(db, &keys, master)?;
    Ok(reader.content())
}

/// No value.
const NULL: Option<i64> = None;

fn insert(db: &Connection, table: &Table, row: &[Cell]) -> Result<()> {
    let places: Vec<String> = (1..=row.len()).map(|place| format!("?{place}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, table.list(), places.join(", "));
    let value = |cell| -> &dyn ToSql {
        match cell {
            &Cell::Null => &NULL,
            Cell::Text(text) => text,
            Cell::Number(number) => number,
            Cell::Flag(flag) => flag,
            Cell::Bytes(bytes) => bytes,
        }
    };
    let values: Vec<&dyn ToSql> = row.iter().map(value).collect();
    execute(db, &sql, &values).map(drop)
}
