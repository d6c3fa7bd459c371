//! JSON: one document, an array of objects or a single object.
//!
//! A syntax error ends the read: after it nobody knows where the next record begins. An element that is JSON
//! but no record (no object, nested too deep, an unpaired surrogate) is broken by itself, and reading goes on.

use super::{
    Piece, Pieces,
    split::{Broken, Element, Splitter},
};
use crate::{decode::Text, error};
use engine_contract::{ConnectorError, InvalidRecord, Kind, Record, Result};

/// Cuts a JSON document.
pub(super) struct Json {
    splitter: Splitter<Text>,
    file: String,
}

impl Json {
    pub(super) fn new(text: Text, file: &str) -> Self {
        Self { splitter: Splitter::new(text), file: file.to_owned() }
    }

    fn broken(&self, broken: Broken) -> ConnectorError {
        match broken {
            Broken::Io(error) => error::of_io(error, &self.file),
            Broken::Syntax(message, place) => error::corrupt(message, &self.file, place.line, place.column),
        }
    }

    /// Moves a place within an element to its place in the file.
    fn invalid(&self, invalid: &InvalidRecord, element: &Element) -> ConnectorError {
        let (line, column) = (invalid.line.max(1) as u64, invalid.column.max(1) as u64);
        let column = if line == 1 { element.place.column + column - 1 } else { column };
        error::corrupt(invalid.message.clone(), &self.file, element.place.line + line - 1, column)
    }
}

impl Pieces for Json {
    fn next(&mut self) -> Result<Option<Piece>> {
        let Some(mut element) = self.splitter.next().map_err(|broken| self.broken(broken))? else {
            return Ok(None);
        };
        let bytes = bytes::Bytes::from(std::mem::take(&mut element.bytes));
        let record = match Record::parse(bytes.clone()) {
            Ok(record) if record.kind() == Kind::Object => Ok(record),
            Ok(_) => Err(error::corrupt(
                "the element is not an object",
                &self.file,
                element.place.line,
                element.place.column,
            )),
            // The syntax is sound, so the element ends where it seems to: only this record is lost.
            Err(invalid) if serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() => {
                Err(self.invalid(&invalid, &element))
            }
            Err(invalid) => return Err(self.invalid(&invalid, &element)),
        };
        Ok(Some(Piece { line: element.place.line, record }))
    }
}
