//! A stream's settings, checked once when the connection opens.

use crate::{
    config::{Format, Stream},
    decode, error,
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
        let plain = decode::gzip_stem(file).unwrap_or(file);
        let ending = plain.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let by_ending = match ending.as_deref() {
            Some("json") => Some(Format::Json),
            Some("ndjson" | "jsonl") => Some(Format::Ndjson),
            Some("csv") => Some(Format::Csv),
            _ => None,
        };
        self.format.or(by_ending).ok_or_else(|| {
            error::config("the file's ending does not tell its format: set `format`")
                .with_context("stream", self.name.clone())
                .with_context("file", file)
        })
    }
}

fn delimiter(setting: Option<&str>) -> Option<u8> {
    match setting.unwrap_or(",").as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
        _ => None,
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
