//! Reads tables and views as streams, page by page.
//!
//! A row that is changed while a read is under way gets a newer cursor and so comes again. The position of the whole
//! read is told at its end: until then a read that was stopped goes on where it was, however many rows have one
//! cursor.

use super::{
    clock,
    page::{self, MOST_COUNTED, Walk},
    rows,
    session::{Session, Sessions},
    table::{Column, Table},
    types::Shape,
};
use engine_contract::{
    Batch, Checkpoint, ConnectorError, Context, Cursor, ErrorKind, ReadRequest, Result, Source, SourceRecord,
    StreamInfo, async_trait, join_key, split_key,
};
use sqlx::{Row, postgres::PgRow};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// One stream's settings.
#[derive(Clone, Debug)]
pub(super) struct StreamRule {
    pub(super) table: String,
    /// Empty means the primary key.
    pub(super) key: Vec<String>,
    pub(super) cursor: Option<String>,
    pub(super) lag: Duration,
    /// The settings name it.
    pub(super) is_named: bool,
}

/// The streams of a schema.
pub(super) struct PostgresSource {
    sessions: Arc<Sessions>,
    schema: String,
    streams: BTreeMap<String, StreamRule>,
}

/// A stream with what the server says about it.
struct Stream {
    table: Table,
    key: Vec<String>,
    cursor: Option<Column>,
}

impl StreamRule {
    /// A table of its own name.
    pub(super) fn of_table(name: &str) -> Self {
        let lag = Duration::from_secs(60);
        Self { table: name.to_owned(), key: Vec::new(), cursor: None, lag, is_named: false }
    }

    pub(super) fn info(&self, name: &str) -> StreamInfo {
        StreamInfo {
            name: name.to_owned(),
            cursors: self.cursor.iter().cloned().collect(),
            visibility_lag: self.lag,
            ..StreamInfo::default()
        }
    }
}

impl PostgresSource {
    pub(super) fn new(
        sessions: Arc<Sessions>,
        schema: String,
        streams: BTreeMap<String, StreamRule>,
    ) -> Self {
        Self { sessions, schema, streams }
    }

    fn rule(&self, name: &str) -> StreamRule {
        self.streams.get(name).cloned().unwrap_or_else(|| StreamRule::of_table(name))
    }

    async fn stream(&self, session: &mut Session<'_>, name: &str, cursor: Option<&str>) -> Result<Stream> {
        let rule = self.rule(name);
        let wrong =
            |message: String| ConnectorError::new(ErrorKind::Config, message).with_context("stream", name);
        let table = Table::find(session, &self.schema, &rule.table).await?;
        let key = if rule.key.is_empty() { table.key() } else { rule.key };
        if key.is_empty() {
            return Err(wrong(format!("`{}` has no primary key: name columns in `key`", table.name)));
        }
        for name in &key {
            match table.column(name) {
                None => return Err(wrong(format!("`{}` has no column `{name}`", table.name))),
                Some(column) if !column.shape.can_be_key() => {
                    let declared = &column.declared;
                    return Err(wrong(format!("the key column `{name}` ({declared}) has no exact texts")));
                }
                Some(_) => {}
            }
        }
        let cursor = match cursor.map(|name| (name, table.column(name))) {
            None => None,
            Some((name, None)) => return Err(wrong(format!("`{}` has no column `{name}`", table.name))),
            Some((name, Some(column))) if !column.shape.can_be_cursor() => {
                let message = format!(
                    "the cursor column `{name}` ({}) is no timestamp, date or number that grows",
                    column.declared
                );
                return Err(wrong(message));
            }
            Some((_, Some(column))) => Some(column.clone()),
        };
        Ok(Stream { table, key, cursor })
    }
}

#[async_trait]
impl Source for PostgresSource {
    fn streams(&self) -> Vec<StreamInfo> {
        self.streams.iter().map(|(name, rule)| rule.info(name)).collect()
    }

    async fn clock(&self, context: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>> {
        let Some(cursor) = cursor else { return Ok(None) };
        let mut session = self.sessions.lend(context).await?;
        let found = self.stream(&mut session, stream, Some(cursor)).await?;
        let shape = found.cursor.map_or(Shape::Timestamptz, |column| column.shape);
        let now = clock::clock(context, &mut session, &found.table, cursor, &shape).await?;
        let rule = self.rule(stream);
        // The engine asks for the lag of streams that are listed; for others the clock itself stays behind.
        Ok(Some(if rule.is_named { now } else { now.minus(rule.lag) }))
    }

    async fn read(&self, context: &Context, request: &ReadRequest) -> Result<Batch> {
        refuse_options(request)?;
        let mut session = self.sessions.lend(context).await?;
        let stream = self.stream(&mut session, &request.stream, request.cursor.as_deref()).await?;
        let walk = Walk { table: &stream.table, key: &stream.key, cursor: stream.cursor.as_ref() };
        let mut batch = Batch::default();
        batch.checkpoint = fill(&mut batch, &mut session, &walk, request).await?;
        if batch.is_last()
            && let Some((sql, arguments)) = walk.count_unplaced()
        {
            let counted = session.rows(&sql, arguments).await.map_err(|error| failed(&walk, &error))?;
            let count: i64 =
                counted.first().map_or(Ok(0), |row| row.try_get(0)).map_err(|error| failed(&walk, &error))?;
            if count > 0 {
                let more = if count == MOST_COUNTED { " or more" } else { "" };
                let message = format!("{count}{more} rows have no value in the key or cursor columns");
                let error = ConnectorError::new(ErrorKind::Invalid, message);
                let table = stream.table.name.clone();
                batch.broken.push((table.clone(), error.with_context("table", table)));
            }
        }
        Ok(batch)
    }

    async fn fetch(
        &self,
        context: &Context,
        request: &ReadRequest,
        keys: &[String],
    ) -> Result<Vec<SourceRecord>> {
        refuse_options(request)?;
        let mut session = self.sessions.lend(context).await?;
        let Stream { table, key: names, cursor } =
            self.stream(&mut session, &request.stream, request.cursor.as_deref()).await?;
        let wanted = keys.iter().map(|key| (key, split_key(key)));
        let (keys, parts): (Vec<&String>, Vec<Vec<String>>) =
            wanted.filter(|(_, parts)| parts.len() == names.len()).unzip();
        let extra = cursor.as_ref().map(|column| column.name.as_str());
        let found = rows::by_keys(&mut session, &table, &names, &parts, extra).await?;
        let records = found.into_iter().filter_map(|found| {
            let key = (*keys.get(found.place)?).clone();
            let modified = cursor
                .as_ref()
                .zip(found.extra)
                .and_then(|(column, text)| page::cursor_of(&column.shape, &text));
            Some(record(key, modified, found.json, &table.name))
        });
        records.collect()
    }
}

/// Adds rows up to the request's limits and returns where reading goes on.
async fn fill(
    batch: &mut Batch,
    session: &mut Session<'_>,
    walk: &Walk<'_>,
    request: &ReadRequest,
) -> Result<Checkpoint> {
    let mut resume = walk.resume(request.resume.as_deref());
    let limit = request.max_records.clamp(1, 1_000_000);
    let (sql, arguments) = walk.next(request.since, resume.as_ref(), limit + 1);
    let found = session.rows(&sql, arguments).await.map_err(|error| failed(walk, &error))?;
    let mut newest = resume.as_ref().and_then(|resume| resume.newest);
    let (mut last, mut taken, mut bytes): (Option<Vec<String>>, usize, usize) = (None, 0, 0);
    let columns = walk.order().len();
    for row in &found {
        let (json, texts) = read(row, columns).map_err(|error| failed(walk, &error))?;
        if last.as_ref() == Some(&texts) {
            let message = format!("the key ({}) is not unique", walk.key.join(", "));
            return Err(ConnectorError::new(ErrorKind::Config, message)
                .with_context("table", walk.table.name.clone()));
        }
        if taken >= limit || (taken > 0 && bytes + json.len() > request.max_bytes) {
            return Ok(Checkpoint { resume: resume.as_ref().map(to_text).transpose()?, cursor: None });
        }
        (taken, bytes) = (taken + 1, bytes + json.len());
        match admit(walk, &texts, json) {
            Ok(record) => {
                newest = newest.max(record.modified);
                batch.records.push(record);
            }
            Err(broken) => batch.broken.push(broken),
        }
        resume = Some(walk.after(&texts, newest));
        last = Some(texts);
    }
    Ok(Checkpoint { resume: None, cursor: newest })
}

/// The row as JSON, and the texts of the columns of the order.
fn read(row: &PgRow, columns: usize) -> Result<(String, Vec<String>), sqlx::Error> {
    let texts = (1..=columns).map(|index| row.try_get(index)).collect::<Result<_, _>>()?;
    Ok((row.try_get(0)?, texts))
}

fn to_text(resume: &page::Resume) -> Result<String> {
    serde_json::to_string(resume).map_err(|error| {
        ConnectorError::new(ErrorKind::Protocol, "the place in the table cannot be written down")
            .with_source(error)
    })
}

fn admit(walk: &Walk<'_>, texts: &[String], json: String) -> Result<SourceRecord, (String, ConnectorError)> {
    let order = walk.order();
    let part = |name: &String| {
        let place = order.iter().position(|column| column == name)?;
        texts.get(place).map(String::as_str)
    };
    let parts: Vec<&str> = walk.key.iter().map(|name| part(name).unwrap_or_default()).collect();
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
    let modified = match walk.cursor {
        None => None,
        Some(column) => {
            let text = texts.first().map(String::as_str).unwrap_or_default();
            match page::cursor_of(&column.shape, text) {
                Some(modified) => Some(modified),
                None => {
                    return Err(refused(key, "the cursor is no instant or number of 64 bits", &column.name));
                }
            }
        }
    };
    record(key.clone(), modified, json, &walk.table.name).map_err(|error| (key, error))
}

fn record(key: String, modified: Option<Cursor>, json: String, table: &str) -> Result<SourceRecord> {
    let record = rows::record(json, table)?;
    Ok(SourceRecord { key, modified, record, origin: table.to_owned(), is_admitted: true })
}

fn failed(walk: &Walk<'_>, error: &sqlx::Error) -> ConnectorError {
    super::error::of_database(error, "reading").with_context("table", walk.table.name.clone())
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
