//! A stream's settings, checked once when the connection opens.

use crate::{
    config::{Format, Stream, delimiter},
    error,
    folder::Globs,
    key::{FieldRule, KeyRule},
};
use engine_contract::{ConnectorError, Cursor, ErrorKind, Record, Result, StreamInfo};

/// One stream, ready to read.
#[derive(Clone, Debug)]
pub(crate) struct StreamRule {
    pub(crate) name: String,
    pub(crate) globs: Globs,
    pub(crate) key_names: Vec<String>,
    pub(crate) key: KeyRule,
    cursor: Option<String>,
    pub(crate) format: Option<Format>,
    pub(crate) delimiter: u8,
}

impl StreamRule {
    /// Checks a stream's settings.
    pub(crate) fn new(name: &str, stream: &Stream) -> Result<Self> {
        let wrong = |message: &str| error::config(message).with_context("stream", name);
        if stream.key.is_empty() || stream.key.iter().any(String::is_empty) {
            return Err(wrong("`key` must name at least one member"));
        }
        Ok(Self {
            name: name.to_owned(),
            globs: Globs::new(&stream.files).map_err(|error| error.with_context("stream", name))?,
            key_names: stream.key.clone(),
            key: KeyRule::new(&stream.key),
            cursor: stream.cursor.clone(),
            format: stream.format,
            delimiter: delimiter(stream.delimiter.as_deref()).ok_or_else(|| {
                wrong("`delimiter` must be one ASCII character, not a quote or a line break")
            })?,
        })
    }

    pub(crate) fn info(&self) -> StreamInfo {
        StreamInfo {
            name: self.name.clone(),
            cursors: self.cursor.iter().cloned().collect(),
            ..StreamInfo::default()
        }
    }

    /// How `file` is written.
    pub(crate) fn format_of(&self, file: &str) -> Result<Format> {
        self.format.or_else(|| Format::by_ending(file)).ok_or_else(|| {
            error::config("the file's ending does not tell its format: set `format`")
                .with_context("stream", self.name.clone())
                .with_context("file", file)
        })
    }
}

/// The value of a record's cursor field.
pub(crate) fn modified(field: &FieldRule, record: &Record) -> Result<Cursor> {
    let text = field.value(record).and_then(|value| value.scalar_text());
    text.and_then(|text| Cursor::parse(&text).ok()).ok_or_else(|| {
        ConnectorError::new(ErrorKind::Invalid, "the cursor field is missing, or no instant or whole number")
            .with_context("field", field.name.clone())
    })
}
