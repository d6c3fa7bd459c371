//! What connector.toml says of streams and objects, with the templates of one connection filled in.

use super::settings::Settings;
use crate::manifest::{
    CursorTable, LanguageTable, Manifest, ObjectTable, PageKind, PageTable, ReadTable, StreamTable,
    WriteTable,
};
use engine_contract::{
    Amount, ConnectorError, Discovery, EntitySchema, ErrorKind, FieldType, Result, StreamInfo,
};
use std::{collections::BTreeMap, sync::Arc};

/// Streams and objects of one connection.
#[derive(Clone)]
pub(super) struct Catalog {
    manifest: Arc<Manifest>,
    discovery: Arc<Discovery>,
    /// The settings that calls may name, for `{realm}` in a path.
    values: Arc<Settings>,
    writes: Arc<BTreeMap<String, WriteTable>>,
}

/// A stream that can be read.
#[derive(Clone, Copy)]
pub(super) struct Stream<'a> {
    pub(super) name: &'a str,
    pub(super) table: &'a StreamTable,
    pub(super) read: &'a ReadTable,
    pub(super) catalog: &'a Catalog,
}

impl Catalog {
    pub(super) fn new(manifest: Arc<Manifest>, discovery: Arc<Discovery>, values: Arc<Settings>) -> Self {
        let writes = manifest.object.keys().filter_map(|name| Some((name.clone(), manifest.write(name)?)));
        let writes = Arc::new(writes.collect());
        Self { manifest, discovery, values, writes }
    }

    pub(super) fn streams(&self) -> Vec<StreamInfo> {
        self.discovery.streams.clone()
    }

    /// Where the records of a stream say what amount of money they are about.
    pub(super) fn amount(&self, stream: &str) -> Option<Amount> {
        self.manifest.stream.get(stream)?.amount.clone()
    }

    pub(super) fn created(&self, stream: &str) -> Option<String> {
        self.manifest.stream.get(stream)?.created.as_ref()?.field.clone()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.values
    }

    pub(super) fn language(&self) -> Option<&LanguageTable> {
        self.manifest.language.as_ref()
    }

    pub(super) fn stream(&self, name: &str) -> Result<Stream<'_>> {
        let missing = || {
            let known: Vec<_> = self.manifest.stream.keys().map(String::as_str).collect();
            ConnectorError::new(ErrorKind::NotFound, "the connection has no such stream")
                .with_context("stream", name)
                .with_context("streams", known.join(", "))
        };
        let (name, table) = self.manifest.stream.get_key_value(name).ok_or_else(missing)?;
        let read = table.read.as_ref().ok_or_else(missing)?;
        Ok(Stream { name, table, read, catalog: self })
    }

    /// Whether a cursor is a number that grows, not an instant.
    pub(super) fn is_number(&self, stream: &str, field: &str) -> bool {
        let schema = self.discovery.stream_schemas.iter().find(|schema| schema.name == stream);
        schema.and_then(|schema| schema.field(field)).is_some_and(|field| field.kind == FieldType::Integer)
    }

    pub(super) fn object(&self, name: &str) -> Result<&ObjectTable> {
        self.manifest.object.get(name).ok_or_else(|| {
            ConnectorError::new(ErrorKind::NotFound, "the connection has no such object")
                .with_context("object", name)
        })
    }

    /// The stream that lists the objects of a kind.
    pub(super) fn listing(&self, object: &str) -> Result<Stream<'_>> {
        let table = self.object(object)?;
        self.stream(table.listed_by.as_deref().unwrap_or(object))
    }

    pub(super) fn write(&self, object: &str) -> Result<&WriteTable> {
        self.object(object)?;
        self.writes.get(object).ok_or_else(|| {
            ConnectorError::new(ErrorKind::Unsupported, "such objects are not written")
                .with_context("object", object)
        })
    }

    pub(super) fn schema(&self, object: &str) -> Result<&EntitySchema> {
        let found = self.discovery.objects.iter().find(|schema| schema.name == object);
        found.ok_or_else(|| {
            ConnectorError::new(ErrorKind::NotFound, "the connection has no such object")
                .with_context("object", object)
        })
    }
}

impl<'a> Stream<'a> {
    /// The cursor that a pipeline chose.
    pub(super) fn cursor(&self, field: &str) -> Result<&'a CursorTable> {
        self.table.cursor.get(field).ok_or_else(|| {
            ConnectorError::new(ErrorKind::Config, format!("the stream has no cursor `{field}`"))
                .with_context("stream", self.name)
        })
    }

    /// How the list is read to its end: along a cursor, or whole.
    pub(super) fn page(&self, follows_cursor: bool) -> Result<&'a PageTable> {
        let (page, sweep) = (self.read.page.as_ref(), self.read.sweep.as_ref());
        let name = if follows_cursor { page } else { sweep.or(page) };
        let found = name.and_then(|name| self.catalog.manifest.page.get(name));
        found.ok_or_else(|| {
            ConnectorError::new(ErrorKind::Unsupported, "the connector does not say how the stream is paged")
                .with_context("stream", self.name)
        })
    }

    /// The order of a list that is read whole and whose pages are windows: any cursor of the stream.
    pub(super) fn sweep_cursor(&self, page: &PageTable) -> Option<(&'a str, &'a CursorTable)> {
        let first = self.table.cursor.iter().next().map(|(field, cursor)| (field.as_str(), cursor));
        first.filter(|_| page.kind == PageKind::Window)
    }
}
