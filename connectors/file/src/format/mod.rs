//! The formats: each cuts a decoded file into records, in order, one at a time.

mod csv;
mod json;
mod ndjson;
mod split;

use crate::{config::Format, decode::Text};
use engine_contract::{Record, Result};

/// A larger record is an error: it could not be held, sent or stored.
const MAX_RECORD: usize = 16 * 1024 * 1024;

/// A record as a file has it.
pub(crate) struct Piece {
    /// The line on which it starts, from 1.
    pub(crate) line: u64,
    /// The record, or why it is none; reading goes on either way.
    pub(crate) record: Result<Record>,
}

/// Cuts one file into records.
pub(crate) trait Pieces: Send {
    /// The next record, `None` at the end.
    ///
    /// # Errors
    /// When nothing after this place can be read safely. Asking again is pointless.
    fn next(&mut self) -> Result<Option<Piece>>;
}

/// Begins to cut `text`, which `file` names in messages.
pub(crate) fn pieces(text: Text, file: &str, format: Format, delimiter: u8) -> Result<Box<dyn Pieces>> {
    Ok(match format {
        Format::Json => Box::new(json::Json::new(text, file)),
        Format::Ndjson => Box::new(ndjson::Ndjson::new(text, file)),
        Format::Csv => Box::new(csv::Csv::new(text, file, delimiter)?),
    })
}

/// The names of a CSV file's columns.
pub(crate) fn columns(text: Text, file: &str, delimiter: u8) -> Result<Vec<String>> {
    Ok(csv::Csv::new(text, file, delimiter)?.into_names())
}
