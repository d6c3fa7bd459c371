//! The source of a described connector.

use super::{
    admit, ask,
    bag::Bag,
    fetch::fetch,
    join,
    narrow::{self, Narrow},
    rows::Row,
    walk::Reading,
};
use crate::runtime::{instant, path, service::Service};
use engine_contract::{
    Amount, Batch, Checkpoint, ConnectorError, Context, Cursor, ErrorKind, ReadRequest, Record, Result,
    Source, SourceRecord, StreamInfo, Value, async_trait,
};
use std::sync::Arc;

/// Reads the streams of one connection.
pub(crate) struct RestSource {
    service: Arc<Service>,
}

impl RestSource {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Self { service }
    }

    fn reading<'a>(
        &'a self,
        stream: &str,
        cursor: Option<&'a str>,
        request: Option<&ReadRequest>,
    ) -> Result<Reading<'a>> {
        let stream = self.service.catalog.stream(stream)?;
        let cursor = cursor.map(|field| Ok((field, stream.cursor(field)?))).transpose()?;
        let page = stream.page(cursor.is_some())?;
        let narrow = match request {
            Some(request) => narrow::of_options(stream, &request.options)?,
            None => Narrow::default(),
        };
        Ok(Reading {
            service: &self.service,
            stream,
            page,
            cursor: cursor.or_else(|| stream.sweep_cursor(page)),
            narrow,
        })
    }
}

#[async_trait]
impl Source for RestSource {
    fn streams(&self) -> Vec<StreamInfo> {
        self.service.catalog.streams()
    }

    fn amount(&self, stream: &str) -> Option<Amount> {
        self.service.catalog.amount(stream)
    }

    fn created(&self, stream: &str) -> Option<String> {
        self.service.catalog.created(stream)
    }

    fn judges(&self, stream: &str, filter: &str, value: &Value) -> bool {
        self.service.catalog.stream(stream).is_ok_and(|stream| admit::judges(stream, filter, value))
    }

    fn meets(&self, stream: &str, filter: (&str, &Value), record: &Record) -> bool {
        self.service.catalog.stream(stream).map_or(true, |stream| admit::meets_one(stream, filter, record))
    }

    /// The time at which the service answers a list of one record, or answered anything else a moment ago.
    async fn clock(&self, context: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>> {
        let Some(field) = cursor else { return Ok(None) };
        let reading = self.reading(stream, Some(field), None)?;
        if self.service.catalog.is_number(stream, field) {
            return Ok(None);
        }
        if let Some(time) = self.service.heard.recent(context) {
            return Ok(Some(time));
        }
        let answer = self.service.read(context, ask::call(&self.service, reading.ask(1))?).await?;
        let time = self.service.time_of(&answer).ok_or_else(|| {
            let message =
                "the service does not tell its time, without which changes cannot be followed safely";
            ConnectorError::new(ErrorKind::Protocol, message)
        })?;
        Ok(Some(time))
    }

    async fn read(&self, context: &Context, request: &ReadRequest) -> Result<Batch> {
        let reading = self.reading(&request.stream, request.cursor.as_deref(), Some(request))?;
        let mut bag = Bag::new(request);
        let resume = request.resume.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let grain = reading.cursor.map_or(1, |(_, cursor)| cursor.precision_seconds);
        let since = request.since.map(|since| instant::floor(since, grain));
        let next = reading.walk(context, (resume, since), &mut bag).await?;
        let resume = next.map(|next| to_text(&next)).transpose()?;
        let follows = request.cursor.is_some();
        let cursor = bag.rows.iter().filter_map(|row| row.modified).max().filter(|_| follows);
        join::join(&self.service, context, reading.stream, &mut bag.rows).await?;
        let stream = reading.stream;
        let records = bag.rows.into_iter().map(|row| {
            let is_admitted = admit::admits(stream, &request.options, &row.record);
            record(row, follows, (stream.name, is_admitted))
        });
        let records = records.collect();
        Ok(Batch { records, broken: bag.broken, checkpoint: Checkpoint { resume, cursor } })
    }

    async fn fetch(
        &self,
        context: &Context,
        request: &ReadRequest,
        keys: &[String],
    ) -> Result<Vec<SourceRecord>> {
        let stream = self.service.catalog.stream(&request.stream)?;
        let shape = narrow::shape(stream, &request.options)?;
        let extra = narrow::extra_fetches(stream, &request.options, &shape);
        let mut found = fetch(&self.service, context, stream, keys, &shape).await?;
        for narrow in extra {
            let missing: Vec<String> =
                keys.iter().filter(|key| found.iter().all(|row| row.key != **key)).cloned().collect();
            found.extend(fetch(&self.service, context, stream, &missing, &narrow).await?);
        }
        if let Some(field) = request.cursor.as_deref() {
            for row in &mut found {
                let text = path::text(&row.record, field);
                row.modified = text.and_then(|text| Cursor::parse(&text).ok());
            }
        }
        join::join(&self.service, context, stream, &mut found).await?;
        let records = found.into_iter().map(|row| {
            let is_admitted = admit::admits(stream, &request.options, &row.record);
            record(row, true, (stream.name, is_admitted))
        });
        Ok(records.collect())
    }
}

fn record(row: Row, keeps_cursor: bool, (origin, is_admitted): (&str, bool)) -> SourceRecord {
    let modified = row.modified.filter(|_| keeps_cursor);
    let origin = format!("{origin}/{}", row.key);
    SourceRecord { key: row.key, modified, record: row.record, origin, is_admitted }
}

pub(super) fn to_text(resume: &super::walk::Resume) -> Result<String> {
    serde_json::to_string(resume).map_err(|error| {
        ConnectorError::new(ErrorKind::Protocol, "the place in the list cannot be written down")
            .with_source(error)
    })
}
