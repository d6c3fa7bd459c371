//! Finding rows by the value of a column.

use super::{
    error, rows,
    session::Session,
    table::{Table, quote},
};
use engine_contract::{ConnectorError, ErrorKind, Result, Value, natural_id};
use sqlx::{Arguments, Row, postgres::PgArguments};

/// The ids of the rows whose column has a value, at most two for each. The server compares by the column's own type:
/// the text `7` finds the whole number 7, and `A` finds `a` in a `citext`.
pub(super) async fn find(
    session: &mut Session<'_>,
    table: &Table,
    by: &str,
    values: &[String],
) -> Result<Vec<(String, Vec<String>)>> {
    let config = |message: String| {
        ConnectorError::new(ErrorKind::Config, message).with_context("table", table.name.clone())
    };
    let Some(column) = table.column(by) else {
        return Err(config(format!("the column `{by}`, by which rows are found, does not exist")));
    };
    let key = table.key();
    if key.is_empty() {
        return Err(config("the table has no primary key, so that a found row has no id".to_owned()));
    }
    let sql = format!(
        "SELECT k.place, row_to_json(r)::text FROM unnest($1::text[]) WITH ORDINALITY k (value, place) \
         CROSS JOIN LATERAL (SELECT {} FROM {} x WHERE x.{} = k.value::{} LIMIT 2) r ORDER BY k.place",
        rows::columns(table),
        table.sql(),
        quote(by),
        column.cast
    );
    let mut found: Vec<(String, Vec<String>)> =
        values.iter().map(|value| (value.clone(), Vec::new())).collect();
    let mut open: Vec<_> = std::iter::once(0..values.len()).collect();
    while let Some(range) = open.pop() {
        let Some(part) = values.get(range.clone()).filter(|part| !part.is_empty()) else { continue };
        let mut arguments = PgArguments::default();
        arguments.add(part.to_vec()).ok();
        match session.rows(&sql, arguments).await {
            Ok(rows) => {
                for row in &rows {
                    let (place, json) = read(row).map_err(|error| failed(table, &error))?;
                    let id = id_of(&rows::record(json, &table.name)?.to_value(), &key);
                    if let Some((_, ids)) = found.get_mut(range.start + place) {
                        ids.extend(id);
                    }
                }
            }
            // A text that is no value of the column's type: nothing has it.
            Err(error) if error::is_about_rows(&error) && part.len() == 1 => {}
            Err(error) if error::is_about_rows(&error) => {
                let middle = range.start + part.len() / 2;
                open.extend([middle..range.end, range.start..middle]);
            }
            Err(error) => return Err(failed(table, &error)),
        }
    }
    Ok(found)
}

fn read(row: &sqlx::postgres::PgRow) -> Result<(usize, String), sqlx::Error> {
    let place: i64 = row.try_get(0)?;
    Ok((usize::try_from(place - 1).unwrap_or_default(), row.try_get(1)?))
}

fn id_of(row: &Value, key: &[String]) -> Option<String> {
    let row = row.as_map()?;
    natural_id(key.iter().map(|name| row.get(name)))
}

fn failed(table: &Table, error: &sqlx::Error) -> ConnectorError {
    error::of_database(error, "finding rows").with_context("table", table.name.clone())
}
