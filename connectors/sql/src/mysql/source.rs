//! Reads tables and views as streams, page by page.
//!
//! A row that is changed while a read is under way gets a newer cursor and so comes again. Each page is one statement
//! and sees what was committed when it began; the position of the whole read is told at its end, and in between the
//! resume text carries it.

use super::{
    bind::bind,
    clock,
    connect::Database,
    error,
    page::{self, Walk},
    row::Columns,
    sequel::{Param, quote, raw, rows_once, statement},
    table::{self, Column, Table},
    types::Kind,
};
use engine_contract::{
    Batch, Checkpoint, ConnectorError, Context, Cursor, ErrorKind, Map, ReadRequest, Record, Result, Source,
    SourceRecord, StreamInfo, Value, async_trait, join_key, split_key,
};
use futures::TryStreamExt;
use sqlx::MySqlConnection;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Keys in one statement that fetches rows.
const KEYS: usize = 400;

/// One stream's settings.
#[derive(Clone, Debug)]
pub(super) struct StreamRule {
    pub(super) table: String,
    /// Empty means the primary key.
    pub(super) key: Vec<String>,
    pub(super) cursor: Option<String>,
    pub(super) visibility_lag: Duration,
}

/// The streams of a database.
pub(super) struct MysqlSource {
    db: Arc<Database>,
    streams: BTreeMap<String, StreamRule>,
}

/// A stream with what the server says about it.
struct Stream {
    table: Table,
    key: Vec<String>,
    cursor: Option<String>,
}

impl StreamRule {
    pub(super) fn info(&self, name: &str) -> StreamInfo {
        StreamInfo {
            name: name.to_owned(),
            cursors: self.cursor.iter().cloned().collect(),
            visibility_lag: self.visibility_lag,
            ..StreamInfo::default()
        }
    }
}

impl Stream {
    fn walk(&self) -> Walk<'_> {
        Walk {
            table: &self.table,
            key: self.key.iter().filter_map(|name| self.table.column(name)).collect(),
            cursor: self.cursor.as_deref().and_then(|name| self.table.column(name)),
        }
    }
}

impl MysqlSource {
    pub(super) fn new(db: Arc<Database>, streams: BTreeMap<String, StreamRule>) -> Self {
        Self { db, streams }
    }

    async fn stream(&self, db: &mut MySqlConnection, name: &str, cursor: Option<&str>) -> Result<Stream> {
        let rule = self.streams.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.streams.keys().map(String::as_str).collect();
            ConnectorError::new(ErrorKind::NotFound, "the connection has no such stream")
                .with_context("stream", name)
                .with_context("streams", known.join(", "))
        })?;
        let wrong =
            |message: String| ConnectorError::new(ErrorKind::Config, message).with_context("stream", name);
        let table = Table::load(db, &rule.table).await.map_err(|error| failed(&error))?;
        let Some(table) = table else { return Err(table::missing(db, &rule.table).await) };
        let key = if rule.key.is_empty() { table.key() } else { rule.key.clone() };
        if key.is_empty() {
            return Err(wrong(format!("`{}` has no primary key: name columns in `key`", table.name)));
        }
        let column = |name: &str| {
            table.column(name).ok_or_else(|| wrong(format!("`{}` has no column `{name}`", table.name)))
        };
        for name in &key {
            let column = column(name)?;
            if !can_be_key(column) {
                let declared = &column.declared;
                let message = format!(
                    "the key column `{name}` must be a number, a text, bytes or a date, and is {declared}"
                );
                return Err(wrong(message));
            }
        }
        if let Some(cursor) = cursor {
            clock::check(&table, column(cursor)?)?;
        }
        Ok(Stream { key, cursor: cursor.map(str::to_owned), table })
    }
}

#[async_trait]
impl Source for MysqlSource {
    fn streams(&self) -> Vec<StreamInfo> {
        self.streams.iter().map(|(name, rule)| rule.info(name)).collect()
    }

    /// Not later than the start of any transaction whose rows nobody sees yet; see the module `clock`.
    async fn clock(&self, context: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>> {
        let Some(cursor) = cursor else { return Ok(None) };
        let mut db = self.db.acquire().await?;
        let table = self.stream(&mut db, stream, Some(cursor)).await?.table;
        match table.column(cursor) {
            Some(column) => clock::clock(&mut db, context, &table, column).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read(&self, _: &Context, request: &ReadRequest) -> Result<Batch> {
        refuse_options(request)?;
        let mut db = self.db.acquire().await?;
        let stream = self.stream(&mut db, &request.stream, request.cursor.as_deref()).await?;
        let walk = stream.walk();
        let mut batch = Batch::default();
        batch.checkpoint = fill(&mut batch, &mut db, &walk, request).await?;
        if batch.is_last()
            && let Some(sql) = walk.count_unplaced(request.since.is_none())
        {
            batch.broken.extend(unplaced(&mut db, sql, &stream.table.name).await?);
        }
        Ok(batch)
    }

    async fn fetch(&self, _: &Context, request: &ReadRequest, keys: &[String]) -> Result<Vec<SourceRecord>> {
        refuse_options(request)?;
        let mut db = self.db.acquire().await?;
        let stream = self.stream(&mut db, &request.stream, request.cursor.as_deref()).await?;
        let walk = stream.walk();
        let columns = Columns::of(&stream.table);
        let wanted: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
        let bound: Vec<Vec<Param>> = keys.iter().filter_map(|key| params_of(&walk, key)).collect();
        let terms = walk.key.iter().map(|column| format!("{} = {}", quote(&column.name), column.kind.mark()));
        let term = format!("({})", terms.collect::<Vec<_>>().join(" AND "));
        let mut found = Vec::new();
        for keys in bound.chunks(KEYS) {
            let (list, name) = (columns.list(), quote(&stream.table.name));
            let sql =
                format!("SELECT {list} FROM {name} WHERE {}", vec![term.as_str(); keys.len()].join(" OR "));
            let rows = rows_once(&mut db, sql, keys.iter().flatten()).await;
            for row in rows.map_err(|error| failed(&error))? {
                let row = columns.read(&row, 0).map_err(|error| failed(&error))?;
                let key = key_of(&walk, &row).unwrap_or_default();
                // Another spelling, which the column's collation calls equal, is another key.
                if wanted.contains(key.as_str()) {
                    let modified = walk.cursor.and_then(|cursor| modified(&row, cursor).ok());
                    found.push(record(key, modified, &row, &stream.table.name));
                }
            }
        }
        Ok(found)
    }
}

/// Whether a column's values have an order that is the same for the server and for a stored place.
fn can_be_key(column: &Column) -> bool {
    column.kind.can_match() || matches!(column.kind, Kind::Boolean | Kind::Time(_))
}

/// Adds rows up to the request's limits and returns where reading goes on.
async fn fill(
    batch: &mut Batch,
    db: &mut MySqlConnection,
    walk: &Walk<'_>,
    request: &ReadRequest,
) -> Result<Checkpoint> {
    let mut resume = walk.resume(request.resume.as_deref());
    let columns = Columns::of(walk.table);
    let limit = request.max_records.clamp(1, 1_000_000);
    let (sql, params) = walk.next(&columns, request.since, resume.as_ref(), limit + 1)?;
    let query = statement(sql, &params).map_err(|error| failed(&error))?;
    let mut rows = query.fetch(db);
    let mut newest = resume.as_ref().and_then(|resume| resume.newest);
    let (mut last, mut taken, mut bytes): (Option<Map>, usize, usize) = (None, 0, 0);
    while let Some(row) = rows.try_next().await.map_err(|error| failed(&error))? {
        let row = columns.read(&row, 0).map_err(|error| failed(&error))?;
        if last.as_ref().is_some_and(|last| walk.is_tie(last, &row)) {
            return Err(not_unique(walk));
        }
        let admitted = admit(walk, &row);
        let size = admitted.as_ref().map_or(0, |record| record.record.size());
        if taken >= limit || (taken > 0 && bytes.saturating_add(size) > request.max_bytes) {
            return Ok(Checkpoint { resume: resume.as_ref().map(to_text).transpose()?, cursor: None });
        }
        match admitted {
            Ok(record) => {
                newest = newest.max(record.modified);
                batch.records.push(record);
            }
            Err(broken) => batch.broken.push(broken),
        }
        (taken, bytes) = (taken + 1, bytes.saturating_add(size));
        resume = Some(walk.after(&row, newest));
        last = Some(row);
    }
    Ok(Checkpoint { resume: None, cursor: newest })
}

fn not_unique(walk: &Walk<'_>) -> ConnectorError {
    let names: Vec<&str> = walk.key.iter().map(|column| column.name.as_str()).collect();
    let message = format!("the key ({}) is not unique", names.join(", "));
    ConnectorError::new(ErrorKind::Config, message).with_context("table", walk.table.name.clone())
}

fn to_text(resume: &page::Resume) -> Result<String> {
    serde_json::to_string(resume).map_err(|error| {
        ConnectorError::new(ErrorKind::Protocol, "the place in the table cannot be written down")
            .with_source(error)
    })
}

/// Reports the rows that a read in order cannot come to.
async fn unplaced(
    db: &mut MySqlConnection,
    sql: String,
    table: &str,
) -> Result<Option<(String, ConnectorError)>> {
    let params: [&Param; 0] = [];
    let rows = rows_once(db, format!("SELECT CAST(({sql}) AS CHAR)"), params)
        .await
        .map_err(|error| failed(&error))?;
    let count = rows.first().map(|row| raw(row, 0)).transpose().map_err(|error| failed(&error))?.flatten();
    let count = String::from_utf8_lossy(count.unwrap_or(b"0"));
    if count == "0" {
        return Ok(None);
    }
    let message =
        format!("{count} rows have no value, or a date without month or day, in the key or cursor columns");
    let error = ConnectorError::new(ErrorKind::Invalid, message).with_context("table", table);
    Ok(Some((table.to_owned(), error)))
}

/// The parameters that a stream key stands for; nothing when no row can have it.
fn params_of(walk: &Walk<'_>, key: &str) -> Option<Vec<Param>> {
    let parts: Vec<Value> = split_key(key).into_iter().map(Value::Text).collect();
    if parts.len() != walk.key.len() {
        return None;
    }
    walk.key.iter().zip(&parts).map(|(column, part)| bind(part, column).ok()).collect()
}

/// The stream key of a row; the column without a value when it has none.
fn key_of(walk: &Walk<'_>, row: &Map) -> Result<String, String> {
    let part = |column: &&Column| {
        let text = row.get(&column.name).and_then(Value::scalar_text);
        text.filter(|text| !text.is_empty()).ok_or_else(|| column.name.clone())
    };
    let parts: Result<Vec<String>, String> = walk.key.iter().map(part).collect();
    parts.map(|parts| join_key(&parts))
}

fn admit(walk: &Walk<'_>, row: &Map) -> Result<SourceRecord, (String, ConnectorError)> {
    let table = &walk.table.name;
    let refused = |name: String, message: &str, column: &str| {
        let error = ConnectorError::new(ErrorKind::Invalid, message)
            .with_context("table", table.clone())
            .with_context("column", column);
        (name, error)
    };
    let key = key_of(walk, row).map_err(|column| refused(table.clone(), "a row has no key", &column))?;
    let modified = match walk.cursor.map(|cursor| (cursor, modified(row, cursor))) {
        None => None,
        Some((_, Ok(modified))) => Some(modified),
        Some((cursor, Err(()))) => {
            return Err(refused(key, "the cursor is no instant or number", &cursor.name));
        }
    };
    Ok(record(key, modified, row, table))
}

fn record(key: String, modified: Option<Cursor>, row: &Map, table: &str) -> SourceRecord {
    SourceRecord {
        key,
        modified,
        record: Record::from_value(&Value::Map(row.clone())),
        origin: table.to_owned(),
        is_admitted: true,
    }
}

fn modified(row: &Map, cursor: &Column) -> Result<Cursor, ()> {
    let text = row.get(&cursor.name).and_then(Value::scalar_text).ok_or(())?;
    if clock::is_number(cursor) { Ok(clock::floor(&text)) } else { Cursor::parse(&text).map_err(|_| ()) }
}

fn failed(error: &sqlx::Error) -> ConnectorError {
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
