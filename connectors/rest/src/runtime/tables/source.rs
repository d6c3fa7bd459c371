//! Reads tables.
//!
//! Along a cursor the order is the cursor, then the key; without one it is the key. A page asks for what comes behind
//! the last row by value. Filters of a pipeline are judged on the row and never sent: a row that was written and leaves
//! the filter must be seen.

use super::{
    known::{Stream, Tables},
    place::{self, Place},
    rows::{self, Page},
};
use crate::runtime::{
    path,
    query::Query,
    read::{Bag, Row},
};
use engine_contract::{
    Batch, Checkpoint, ConnectorError, Context, Cursor, ErrorKind, Map, ReadRequest, Record, Result, Source,
    SourceRecord, StreamInfo, Value, async_trait, split_key,
};
use std::{sync::Arc, time::Duration};

/// Reads the tables of one connection.
pub(crate) struct TableSource {
    tables: Arc<Tables>,
}

impl TableSource {
    pub(super) fn new(tables: Arc<Tables>) -> Self {
        Self { tables }
    }

    /// What narrows a read, beside its place.
    fn filter(request: &ReadRequest) -> Query {
        let mut filter = Query::new();
        if let Some(column) = &request.cursor {
            place::since(column, request.since, &mut filter);
        }
        filter
    }

    /// Says once per whole read that there are rows without a place on the cursor: they are never read.
    async fn without_cursor(
        &self,
        context: &Context,
        table: &str,
        column: &str,
    ) -> Result<Option<ConnectorError>> {
        let filter = vec![super::filter::condition(column, "is.null")];
        let page =
            Page { table, order: &[], columns: &[column.to_owned()], filter: &filter, behind: None, size: 1 };
        let is_there = !rows::page(&self.tables, context, page).await?.is_empty();
        let message =
            format!("rows without a `{column}` are not read: give the column a value, or sweep the table");
        Ok(is_there.then(|| ConnectorError::new(ErrorKind::Invalid, message)))
    }
}

#[async_trait]
impl Source for TableSource {
    /// None: what there is, only the service tells.
    fn streams(&self) -> Vec<StreamInfo> {
        Vec::new()
    }

    fn visibility_lag(&self, _: &str) -> Duration {
        self.tables.lag()
    }

    /// Rows are judged here, all of them are read.
    fn judges(&self, _: &str, _: &str, value: &Value) -> bool {
        values(value).is_some()
    }

    fn meets(&self, _: &str, (name, value): (&str, &Value), record: &Record) -> bool {
        let held = path::text(record, name);
        values(value).is_none_or(|values| held.is_some_and(|held| values.contains(&held)))
    }

    async fn clock(&self, context: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>> {
        let Some(column) = cursor else { return Ok(None) };
        let service = &self.tables.service;
        if let Some(time) = service.heard.recent(context) {
            return Ok(Some(time));
        }
        let (columns, filter) = ([column.to_owned()], Query::new());
        let page =
            Page { table: stream, order: &[], columns: &columns, filter: &filter, behind: None, size: 1 };
        rows::page(&self.tables, context, page).await?;
        let time = service.heard.recent(context).ok_or_else(|| {
            let message =
                "the service does not tell its time, without which changes cannot be followed safely";
            ConnectorError::new(ErrorKind::Protocol, message)
        })?;
        Ok(Some(time))
    }

    async fn read(&self, context: &Context, request: &ReadRequest) -> Result<Batch> {
        let stream = self.tables.stream(context, &request.stream).await?;
        let wanted = filters(&stream, &request.options)?;
        let order = stream.order(request.cursor.as_deref())?;
        let filter = Self::filter(request);
        let mut behind: Option<Place> =
            request.resume.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let mut bag = Bag::new(request);
        if let Some(column) =
            request.cursor.as_deref().filter(|_| request.since.is_none() && behind.is_none())
            && let Some(error) = self.without_cursor(context, &request.stream, column).await?
        {
            bag.broken.push((request.stream.clone(), error));
        }
        let is_over = loop {
            let size = bag.left().min(self.tables.rules.page_rows);
            if size == 0 {
                break false;
            }
            let table = request.stream.as_str();
            let page =
                Page { table, order: &order, columns: &[], filter: &filter, behind: behind.as_ref(), size };
            let records = rows::page(&self.tables, context, page).await?;
            let Some(last) = records.last() else { break true };
            let end = rows::step(behind.as_ref(), &order, last)?;
            if !take(&stream, (request, &order), records, (&mut bag, &mut behind)) {
                break false;
            }
            behind = Some(end);
        };
        let resume = match behind.filter(|_| !is_over) {
            Some(place) => Some(to_text(&place)?),
            None => None,
        };
        let cursor = bag.rows.iter().filter_map(|row| row.modified).max();
        let records = bag.rows.into_iter().map(|row| record(&stream, &wanted, row)).collect();
        Ok(Batch { records, broken: bag.broken, checkpoint: Checkpoint { resume, cursor } })
    }

    async fn fetch(
        &self,
        context: &Context,
        request: &ReadRequest,
        keys: &[String],
    ) -> Result<Vec<SourceRecord>> {
        let stream = self.tables.stream(context, &request.stream).await?;
        let wanted = filters(&stream, &request.options)?;
        let columns = &stream.schema.key;
        let keys = keys.iter().map(|key| split_key(key)).filter(|parts| parts.len() == columns.len());
        let mut found = Vec::new();
        for chunk in rows::chunks(&self.tables, keys.collect()) {
            let filter = vec![super::filter::has_key(columns, &chunk)];
            let page = Page {
                table: &request.stream,
                order: columns,
                columns: &[],
                filter: &filter,
                behind: None,
                size: chunk.len(),
            };
            for record in rows::all(&self.tables, context, page, chunk.len()).await? {
                let Ok(mut row) = rows::row(&stream, record) else { continue };
                row.modified = request.cursor.as_deref().and_then(|column| cursor(&row.record, column));
                found.push(self::record(&stream, &wanted, row));
            }
        }
        Ok(found)
    }
}

/// Takes the rows of a page, and moves the place behind each: whether all of them had room.
fn take(
    stream: &Stream,
    (request, order): (&ReadRequest, &[String]),
    records: Vec<Record>,
    (bag, behind): (&mut Bag, &mut Option<Place>),
) -> bool {
    for record in records {
        let place = Place::of(order, &record);
        match rows::row(stream, record) {
            Ok(mut row) => {
                row.modified = request.cursor.as_deref().and_then(|column| cursor(&row.record, column));
                if bag.put(row).is_err() {
                    return false;
                }
            }
            Err(broken) => bag.broken.push(broken),
        }
        *behind = place.or_else(|| behind.take());
    }
    true
}

fn cursor(record: &Record, column: &str) -> Option<Cursor> {
    Cursor::parse(&path::text(record, column)?).ok()
}

/// What `source.filter` says: columns with the values that are wanted.
fn filters(stream: &Stream, options: &Map) -> Result<Vec<(String, Vec<String>)>> {
    let mut wanted = Vec::new();
    let given = options.get("filter").and_then(Value::as_map);
    for (name, value) in given.into_iter().flatten() {
        let wrong = |message: String| {
            ConnectorError::new(ErrorKind::Config, message).with_context("table", stream.schema.name.clone())
        };
        if stream.schema.field(name).is_none() {
            return Err(wrong(format!("the table has no column `{name}` to filter by")));
        }
        let values =
            values(value).ok_or_else(|| wrong(format!("filter `{name}` does not take this value")))?;
        wanted.push((name.clone(), values));
    }
    Ok(wanted)
}

/// A value, or the values of a list, as texts.
fn values(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::List(values) => values.iter().map(Value::scalar_text).collect(),
        one => one.scalar_text().map(|text| vec![text]),
    }
}

fn record(stream: &Stream, wanted: &[(String, Vec<String>)], row: Row) -> SourceRecord {
    let is_admitted = wanted
        .iter()
        .all(|(name, values)| path::text(&row.record, name).is_some_and(|held| values.contains(&held)));
    let origin = format!("{}/{}", stream.schema.name, row.key);
    SourceRecord { key: row.key, modified: row.modified, record: row.record, origin, is_admitted }
}

fn to_text(place: &Place) -> Result<String> {
    serde_json::to_string(place).map_err(|error| {
        ConnectorError::new(ErrorKind::Protocol, "the place in the table cannot be written down")
            .with_source(error)
    })
}
