//! Reads tables and views as streams, page by page.
//!
//! A row that is changed while a read is under way gets a newer cursor and so comes again. The position of the
//! whole read is told at its end, because texts of instants in different spellings are not in the order of
//! time; in between, the resume text carries it.

use super::{
    bind::bind,
    database::Database,
    error,
    page::{self, Walk},
    row::Columns,
    table::{self, Table, quote},
    types::Affinity,
};
use engine_contract::{
    Batch, Checkpoint, ConnectorError, Context, Cursor, ErrorKind, Map, ReadRequest, Record, Result, Source,
    SourceRecord, StreamInfo, Value, async_trait, join_key, split_key,
};
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// One stream's settings.
#[derive(Clone, Debug)]
pub(super) struct StreamRule {
    pub(super) table: String,
    /// Empty means the primary key.
    pub(super) key: Vec<String>,
    pub(super) cursor: Option<String>,
}

/// The streams of a database.
pub(super) struct SqliteSource {
    db: Arc<Database>,
    streams: BTreeMap<String, StreamRule>,
}

/// A stream with what the database says about it.
struct Stream {
    table: Table,
    key: Vec<String>,
}

impl StreamRule {
    pub(super) fn info(&self, name: &str) -> StreamInfo {
        StreamInfo {
            name: name.to_owned(),
            cursors: self.cursor.iter().cloned().collect(),
            // A row is stamped before its transaction commits, and others may commit in between.
            visibility_lag: Duration::from_secs(60),
            ..StreamInfo::default()
        }
    }
}

impl SqliteSource {
    pub(super) fn new(db: Arc<Database>, streams: BTreeMap<String, StreamRule>) -> Self {
        Self { db, streams }
    }

    fn stream(&self, db: &Connection, name: &str, cursor: Option<&str>) -> Result<Stream> {
        let rule = self.streams.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.streams.keys().map(String::as_str).collect();
            ConnectorError::new(ErrorKind::NotFound, "the connection has no such stream")
                .with_context("stream", name)
                .with_context("streams", known.join(", "))
        })?;
        let wrong =
            |message: String| ConnectorError::new(ErrorKind::Config, message).with_context("stream", name);
        let table = Table::load(db, &rule.table).map_err(failed)?;
        let table = table.ok_or_else(|| table::missing(db, &rule.table))?;
        let key = if rule.key.is_empty() { table.key() } else { rule.key.clone() };
        if key.is_empty() {
            return Err(wrong(format!("`{}` has no primary key: name columns in `key`", table.name)));
        }
        for name in key.iter().map(String::as_str).chain(cursor) {
            if table.column(name).is_none() {
                return Err(wrong(format!("`{}` has no column `{name}`", table.name)));
            }
        }
        Ok(Stream { table, key })
    }
}

#[async_trait]
impl Source for SqliteSource {
    fn streams(&self) -> Vec<StreamInfo> {
        self.streams.iter().map(|(name, rule)| rule.info(name)).collect()
    }

    /// `SQLite`'s own time for instants, the greatest value for numbers.
    async fn clock(&self, _: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>> {
        let Some(cursor) = cursor else { return Ok(None) };
        let db = self.db.lock();
        let table = self.stream(&db, stream, Some(cursor))?.table;
        clock(&db, &table, cursor).map(Some).map_err(failed)
    }

    async fn read(&self, _: &Context, request: &ReadRequest) -> Result<Batch> {
        refuse_options(request)?;
        let db = self.db.lock();
        let cursor = request.cursor.as_deref();
        let stream = self.stream(&db, &request.stream, cursor)?;
        let walk = Walk { table: &stream.table, key: &stream.key, cursor };
        let mut batch = Batch::default();
        batch.checkpoint = fill(&mut batch, &db, &walk, request)?;
        if batch.is_last()
            && let Some(sql) = walk.count_unplaced()
        {
            let count: i64 = db.query_row(&sql, [], |row| row.get(0)).map_err(failed)?;
            if count > 0 {
                let message =
                    format!("{count} rows have no whole number or text in the key or cursor columns");
                let error = ConnectorError::new(ErrorKind::Invalid, message);
                batch
                    .broken
                    .push((stream.table.name.clone(), error.with_context("table", stream.table.name)));
            }
        }
        Ok(batch)
    }

    async fn fetch(&self, _: &Context, request: &ReadRequest, keys: &[String]) -> Result<Vec<SourceRecord>> {
        refuse_options(request)?;
        let db = self.db.lock();
        let cursor = request.cursor.as_deref();
        let Stream { table, key: names } = self.stream(&db, &request.stream, cursor)?;
        let columns = Columns::of(&table);
        let terms = names.iter().enumerate().map(|(index, name)| {
            let keeps_all = table.column(name).is_some_and(|column| column.affinity == Affinity::Blob);
            let column = if keeps_all { format!("CAST({} AS TEXT)", quote(name)) } else { quote(name) };
            format!("{column} = ?{}", index + 1)
        });
        let sql =
            format!("{} WHERE {}", columns.select(&table.name), terms.collect::<Vec<_>>().join(" AND "));
        let mut statement = db.prepare_cached(&sql).map_err(failed)?;
        let mut found = Vec::new();
        for key in keys {
            let parts: Vec<Value> = split_key(key).into_iter().map(Value::Text).collect();
            let known = names.iter().filter_map(|name| table.column(name));
            let bound: Result<Vec<_>> = known.zip(&parts).map(|(column, part)| bind(part, column)).collect();
            let (Ok(bound), true) = (bound, parts.len() == names.len()) else { continue };
            let mut rows = statement.query(params_from_iter(&bound)).map_err(failed)?;
            if let Some(row) = rows.next().map_err(failed)? {
                let row = columns.read(row).map_err(failed)?;
                let modified = cursor.and_then(|cursor| modified(&row, cursor).ok());
                found.push(record(key.clone(), modified, row, &table.name));
            }
        }
        Ok(found)
    }
}

/// Adds rows up to the request's limits and returns where reading goes on.
fn fill(batch: &mut Batch, db: &Connection, walk: &Walk<'_>, request: &ReadRequest) -> Result<Checkpoint> {
    let mut resume = walk.resume(request.resume.as_deref());
    let columns = Columns::of(walk.table);
    let limit = request.max_records.clamp(1, 1_000_000);
    let (sql, values) = walk.next(&columns, request.since, resume.as_ref(), limit + 1);
    let mut statement = db.prepare_cached(&sql).map_err(failed)?;
    let mut rows = statement.query(params_from_iter(&values)).map_err(failed)?;
    let mut newest = resume.as_ref().and_then(|resume| resume.newest);
    let (mut last, mut taken, mut bytes): (Option<Map>, usize, usize) = (None, 0, 0);
    while let Some(row) = rows.next().map_err(failed)? {
        let row = columns.read(row).map_err(failed)?;
        if last.as_ref().is_some_and(|last| walk.is_tie(last, &row)) {
            let message = format!("the key ({}) is not unique", walk.key.join(", "));
            return Err(ConnectorError::new(ErrorKind::Config, message)
                .with_context("table", walk.table.name.clone()));
        }
        let admitted = admit(walk, request, row.clone());
        let size = admitted.as_ref().map_or(0, |record| record.record.size());
        if taken >= limit || (taken > 0 && bytes + size > request.max_bytes) {
            return Ok(Checkpoint { resume: resume.as_ref().map(to_text).transpose()?, cursor: None });
        }
        match admitted {
            Ok(record) if request.since.is_some_and(|since| record.modified < Some(since)) => {}
            Ok(record) => {
                newest = newest.max(record.modified);
                batch.records.push(record);
            }
            Err(broken) => batch.broken.push(broken),
        }
        (taken, bytes) = (taken + 1, bytes + size);
        resume = Some(walk.after(&row, newest));
        last = Some(row);
    }
    Ok(Checkpoint { resume: None, cursor: newest })
}

fn to_text(resume: &page::Resume) -> Result<String> {
    serde_json::to_string(resume).map_err(|error| {
        ConnectorError::new(ErrorKind::Protocol, "the place in the table cannot be written down")
            .with_source(error)
    })
}

fn admit(walk: &Walk<'_>, request: &ReadRequest, row: Map) -> Result<SourceRecord, (String, ConnectorError)> {
    let parts = walk.key.iter().map(|name| row.get(name).and_then(Value::scalar_text).unwrap_or_default());
    let parts: Vec<String> = parts.collect();
    let refused = |name: String, message: &str, column: &str| {
        let error = ConnectorError::new(ErrorKind::Invalid, message)
            .with_context("table", walk.table.name.clone())
            .with_context("column", column);
        (name, error)
    };
    if let Some((_, column)) = parts.iter().zip(walk.key).find(|(part, _)| part.is_empty()) {
        return Err(refused(walk.table.name.clone(), "a row has no key", column));
    }
    let key = join_key(&parts);
    let modified = match request.cursor.as_deref().map(|cursor| (cursor, modified(&row, cursor))) {
        None => None,
        Some((_, Ok(modified))) => Some(modified),
        Some((cursor, Err(()))) => {
            return Err(refused(key, "the cursor is no instant or whole number", cursor));
        }
    };
    Ok(record(key, modified, row, &walk.table.name))
}

fn record(key: String, modified: Option<Cursor>, row: Map, table: &str) -> SourceRecord {
    SourceRecord {
        key,
        modified,
        record: Record::from_value(&Value::Map(row)),
        origin: table.to_owned(),
        is_admitted: true,
    }
}

fn modified(row: &Map, cursor: &str) -> Result<Cursor, ()> {
    let text = row.get(cursor).and_then(Value::scalar_text).ok_or(())?;
    Cursor::parse(&text).map_err(|_| ())
}

fn clock(db: &Connection, table: &Table, cursor: &str) -> rusqlite::Result<Cursor> {
    let (column, name) = (quote(cursor), quote(&table.name));
    let sample = format!("SELECT CAST({column} AS TEXT) FROM {name} WHERE {column} IS NOT NULL LIMIT 1");
    let sample: Option<String> = db.query_row(&sample, [], |row| row.get(0)).optional()?;
    let is_number = match sample.as_deref().map(Cursor::parse) {
        Some(Ok(sample)) => matches!(sample, Cursor::Number(_)),
        _ => table.column(cursor).is_some_and(|column| column.affinity == Affinity::Integer),
    };
    if is_number {
        let sql = format!("SELECT max(CAST({column} AS INTEGER)) FROM {name}");
        let greatest: Option<i64> = db.query_row(&sql, [], |row| row.get(0))?;
        return Ok(Cursor::Number(greatest.unwrap_or_default()));
    }
    let now: String = db.query_row(&page::now(), [], |row| row.get(0))?;
    Cursor::parse(&now).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn failed(error: rusqlite::Error) -> ConnectorError {
    error::of_database(error, "reading")
}

fn refuse_options(request: &ReadRequest) -> Result<()> {
    match request.options.keys().next() {
        None => Ok(()),
        Some(option) => {
            Err(ConnectorError::new(ErrorKind::Config, format!("tables take no option `{option}`"))
                .with_context("stream", request.stream.clone()))
        }
    }
}
