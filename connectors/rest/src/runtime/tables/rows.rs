//! Rows by a filter, to the last of them.

use super::{
    filter,
    known::{Stream, Tables},
    place::Place,
};
use crate::runtime::{path, query::Query, read::Row, service::Call};
use engine_contract::{ConnectorError, Context, ErrorKind, Record, Result, Retry, join_key};

/// One page of a table.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) table: &'a str,
    /// The columns of the order.
    pub(super) order: &'a [String],
    /// The columns that are wanted; all when empty.
    pub(super) columns: &'a [String],
    /// What else narrows it.
    pub(super) filter: &'a Query,
    pub(super) behind: Option<&'a Place>,
    pub(super) size: usize,
}

/// The rows of a page: at most as many as were asked for, and fewer where the service gives no more at once.
pub(super) async fn page(tables: &Tables, context: &Context, page: Page<'_>) -> Result<Vec<Record>> {
    let columns = if page.columns.is_empty() { "*".to_owned() } else { filter::names(page.columns) };
    let mut query = vec![("select".to_owned(), columns)];
    query.extend(page.filter.iter().cloned());
    if let Some(place) = page.behind {
        place.narrow(page.order, &mut query);
    }
    if !page.order.is_empty() {
        filter::add(&mut query, filter::order(page.order));
    }
    filter::add(&mut query, ("limit".to_owned(), page.size.to_string()));
    let about = |error: ConnectorError| error.with_context("table", page.table.to_owned());
    let call = Call::get(crate::runtime::query::encode(page.table), query);
    let answer = tables.service.read(context, call).await.map_err(about)?;
    answer.body.as_ref().and_then(Record::elements).ok_or_else(|| answer.unreadable())
}

/// All rows that a filter admits, in the order of some columns that tell them apart. `most` is how many there can be.
pub(super) async fn all(
    tables: &Tables,
    context: &Context,
    first: Page<'_>,
    most: usize,
) -> Result<Vec<Record>> {
    let mut found: Vec<Record> = Vec::new();
    let mut behind = None;
    loop {
        let rows = page(tables, context, Page { behind: behind.as_ref(), ..first }).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        behind = Some(step(behind.as_ref(), first.order, last)?);
        found.extend(rows);
        if found.len() >= most {
            return Ok(found);
        }
    }
}

/// The place of the last row, which must lie behind the one before.
pub(super) fn step(before: Option<&Place>, order: &[String], last: &Record) -> Result<Place> {
    let place = Place::of(order, last);
    place.filter(|place| Some(place) != before).ok_or_else(|| {
        let message =
            "the service does not keep to the place that it was asked for: reading on would not end";
        ConnectorError::new(ErrorKind::Protocol, message).with_retry(Retry::Soon)
    })
}

/// A record with the key of its stream.
pub(super) fn row(stream: &Stream, record: Record) -> Result<Row, (String, ConnectorError)> {
    let parts: Option<Vec<String>> = stream.schema.key.iter().map(|name| path::text(&record, name)).collect();
    let Some(parts) = parts else {
        let message = format!("a row has no `{}`", stream.schema.key.join("`, `"));
        let error = ConnectorError::new(ErrorKind::Invalid, message);
        return Err((stream.schema.name.clone(), error));
    };
    Ok(Row { key: join_key(&parts), modified: None, record })
}

/// Keys in parts that an address has room for.
pub(super) fn chunks(tables: &Tables, keys: Vec<Vec<String>>) -> Vec<Vec<Vec<String>>> {
    let (most, most_bytes) = (tables.rules.address_keys.max(1), tables.rules.address_bytes);
    let mut chunks: Vec<Vec<Vec<String>>> = Vec::new();
    let mut bytes = 0;
    for key in keys {
        // Encoded, a letter takes up to three places, and each value has its quotes.
        let size: usize = key.iter().map(|part| 3 * part.len() + 12).sum();
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < most && bytes + size <= most_bytes => chunk.push(key),
            _ => {
                chunks.push(vec![key]);
                bytes = 0;
            }
        }
        bytes += size;
    }
    chunks
}
