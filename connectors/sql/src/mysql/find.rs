//! Finding rows by the value of a column.

use super::{
    bind::bind,
    error,
    key::Natural,
    row::Columns,
    sequel::{Param, quote, rows_once},
    table::{self, Table},
};
use engine_contract::{ConnectorError, ErrorKind, Result, Value};
use sqlx::{MySqlConnection, Row};

/// Values in one statement.
const VALUES: usize = 100;

/// The ids of the rows whose column has a value, at most two for each. The server compares, by the column's own
/// collation. A value that the column cannot hold is one that no row has.
pub(super) async fn find(
    db: &mut MySqlConnection,
    object: &str,
    by: &str,
    values: &[String],
) -> Result<Vec<(String, Vec<String>)>> {
    let failed = |error: &sqlx::Error| error::of_database(error, "finding rows");
    let config =
        |message: String| ConnectorError::new(ErrorKind::Config, message).with_context("table", object);
    let table = Table::load(db, object).await.map_err(|error| failed(&error))?;
    let Some(table) = table else { return Err(table::missing(db, object).await) };
    let Some(column) = table.column(by) else {
        return Err(config(format!("the column `{by}`, by which rows are found, does not exist")));
    };
    if table.key().is_empty() {
        return Err(config("the table has no primary key, so that a found row has no id".to_owned()));
    }
    let natural = Natural::new(&table, &[])?;
    let columns = Columns::some(natural.columns.iter().collect());
    let mut found: Vec<(String, Vec<String>)> =
        values.iter().map(|value| (value.clone(), Vec::new())).collect();
    let bound: Vec<(usize, Param)> = values
        .iter()
        .enumerate()
        .filter_map(|(place, value)| Some((place, bind(&Value::from(value.as_str()), column).ok()?)))
        .collect();
    for bound in bound.chunks(VALUES) {
        let (name, mark) = (quote(&table.name), column.kind.mark());
        let one = |(place, _): &(usize, Param)| {
            format!("(SELECT {place}, {} FROM {name} WHERE {} = {mark} LIMIT 2)", columns.list(), quote(by))
        };
        let sql = bound.iter().map(one).collect::<Vec<_>>().join(" UNION ALL ");
        let rows = rows_once(db, sql, bound.iter().map(|(_, param)| param)).await;
        for row in rows.map_err(|error| failed(&error))? {
            let place: i64 = row.try_get(0).map_err(|error| failed(&error))?;
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            let row = columns.read(&row, 1).map_err(|error| failed(&error))?;
            if let (Some(key), Some((_, ids))) = (natural.of_row(&row), found.get_mut(place)) {
                ids.push(key.id);
            }
        }
    }
    Ok(found)
}
