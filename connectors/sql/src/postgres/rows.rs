//! From stored rows to values: the server writes each row as JSON, and nothing is read from it but what is asked for.
//!
//! Numbers keep their digits, `real` and `double precision` become the shortest decimal that reads back equal, dates
//! and times are ISO 8601 (in UTC where they have an offset), arrays are lists. `bytea` becomes a text of lower hex
//! digits, `money` a number; NaN and infinities are texts.

use super::{
    error,
    group::key_of,
    session::Session,
    table::{Column, Table, quote},
    types::Shape,
};
use engine_contract::{ConnectorError, ErrorKind, Record, Result};
use sqlx::{Arguments, Row, postgres::PgArguments};

/// The columns of a table, ready to select.
pub(super) fn columns(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| {
        let name = quote(&column.name);
        match column.shape {
            Shape::Bytes => format!("encode({name}, 'hex') AS {name}"),
            Shape::Money => format!("{name}::numeric AS {name}"),
            _ => name,
        }
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// A row as a record.
pub(super) fn record(json: String, table: &str) -> Result<Record> {
    Record::parse(json).map_err(|error| {
        ConnectorError::new(ErrorKind::Invalid, "a row cannot be read as JSON")
            .with_context("table", table)
            .with_source(error)
    })
}

/// A row that was asked for by its key: the place of the key, the row, and the text of one more column.
pub(super) struct Found {
    pub(super) place: usize,
    pub(super) json: String,
    pub(super) extra: Option<String>,
}

/// The rows whose columns `names` have the texts of `keys`. Texts that no value of a column's type has find nothing.
pub(super) async fn by_keys(
    session: &mut Session<'_>,
    table: &Table,
    names: &[String],
    keys: &[Vec<String>],
    extra: Option<&str>,
) -> Result<Vec<Found>> {
    let sql = by_keys_sql(table, names, extra);
    let mut found = Vec::new();
    let mut open: Vec<_> = std::iter::once(0..keys.len()).collect();
    while let Some(range) = open.pop() {
        let Some(part) = keys.get(range.clone()).filter(|part| !part.is_empty()) else { continue };
        match session.rows(&sql, columns_of(part, names.len())).await {
            Ok(rows) => {
                for row in &rows {
                    found.push(read(row, range.start).map_err(|error| failed(table, &error))?);
                }
            }
            Err(error) if error::is_about_rows(&error) => {
                // Some key is no value of its column's type: alone it finds nothing.
                if part.len() > 1 {
                    let middle = range.start + part.len() / 2;
                    open.push(middle..range.end);
                    open.push(range.start..middle);
                }
            }
            Err(error) => return Err(failed(table, &error)),
        }
    }
    Ok(found)
}

fn by_keys_sql(table: &Table, names: &[String], extra: Option<&str>) -> String {
    let columns: Vec<&Column> = names.iter().filter_map(|name| table.column(name)).collect();
    let places = || 0..columns.len();
    let arrays: Vec<String> = places().map(|place| format!("${}::text[]", place + 1)).collect();
    let aliases: Vec<String> = places().map(|place| format!("k{place}")).collect();
    let terms = columns.iter().enumerate();
    let terms =
        terms.map(|(place, column)| format!("x.{} = k.k{place}::{}", quote(&column.name), column.cast));
    format!(
        "SELECT k.place, row_to_json(r)::text, {} FROM unnest({}) WITH ORDINALITY k ({}, place) \
         CROSS JOIN LATERAL (SELECT {} FROM {} x WHERE {} LIMIT 1) r",
        extra.map_or_else(|| "NULL::text".to_owned(), |name| format!("r.{}::text", quote(name))),
        arrays.join(", "),
        aliases.join(", "),
        self::columns(table),
        table.sql(),
        terms.collect::<Vec<_>>().join(" AND ")
    )
}

fn columns_of(keys: &[Vec<String>], count: usize) -> PgArguments {
    let mut arguments = PgArguments::default();
    for place in 0..count {
        let column: Vec<&str> = keys.iter().map(|key| key.get(place).map_or("", String::as_str)).collect();
        // Texts can always be encoded.
        arguments.add(column).ok();
    }
    arguments
}

fn read(row: &sqlx::postgres::PgRow, start: usize) -> Result<Found, sqlx::Error> {
    let place: i64 = row.try_get(0)?;
    let place = start + usize::try_from(place - 1).unwrap_or_default();
    Ok(Found { place, json: row.try_get(1)?, extra: row.try_get(2)? })
}

/// The rows of target ids, each with its id.
pub(super) async fn by_ids(
    session: &mut Session<'_>,
    table: &Table,
    match_on: &[String],
    ids: &[String],
) -> Result<Vec<(String, String)>> {
    let known = ids.iter().filter_map(|id| Some((id, key_of(id, match_on.len())?)));
    let (ids, keys): (Vec<&String>, Vec<Vec<String>>) = known.unzip();
    let found = by_keys(session, table, match_on, &keys, None).await?;
    let with_id = found.into_iter().filter_map(|found| Some(((*ids.get(found.place)?).clone(), found.json)));
    Ok(with_id.collect())
}

fn failed(table: &Table, error: &sqlx::Error) -> ConnectorError {
    error::of_database(error, "reading rows").with_context("table", table.name.clone())
}
