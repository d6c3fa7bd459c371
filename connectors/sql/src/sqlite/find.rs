//! Finding rows by the value of a column.

use super::{
    error,
    row::Columns,
    table::{self, Table, quote},
};
use engine_contract::{ConnectorError, ErrorKind, Result, natural_id};
use rusqlite::Connection;

/// The ids of the rows whose column has a value, at most two for each. `SQLite` compares by the column's own
/// type: the text `7` finds the whole number 7.
pub(super) fn find(
    db: &Connection,
    object: &str,
    by: &str,
    values: &[String],
) -> Result<Vec<(String, Vec<String>)>> {
    let failed = |error| error::of_database(error, "finding rows");
    let config =
        |message: String| ConnectorError::new(ErrorKind::Config, message).with_context("table", object);
    let table = Table::load(db, object).map_err(failed)?.ok_or_else(|| table::missing(db, object))?;
    if table.column(by).is_none() {
        return Err(config(format!("the column `{by}`, by which rows are found, does not exist")));
    }
    let key = table.key();
    if key.is_empty() {
        return Err(config("the table has no primary key, so that a found row has no id".to_owned()));
    }
    let columns = Columns::of(&table);
    let sql = format!("{} WHERE {} = ?1 LIMIT 2", columns.select(&table.name), quote(by));
    let mut statement = db.prepare_cached(&sql).map_err(failed)?;
    let mut found = Vec::with_capacity(values.len());
    for value in values {
        let rows = statement.query_map([value], |row| columns.read(row)).map_err(failed)?;
        let mut ids = Vec::new();
        for row in rows {
            let row = row.map_err(failed)?;
            ids.extend(natural_id(key.iter().map(|name| row.get(name))));
        }
        found.push((value.clone(), ids));
    }
    Ok(found)
}
