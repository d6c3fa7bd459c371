//! NDJSON: one object per line; blank lines are skipped, a broken line is broken by itself.

use super::{MAX_RECORD, Piece, Pieces};
use crate::{decode::Text, error};
use engine_contract::{Kind, Record, Result};
use std::io::{self, BufRead};

/// Cuts NDJSON.
pub(super) struct Ndjson {
    text: Text,
    file: String,
    line: u64,
}

enum Line {
    End,
    Whole(Vec<u8>),
    TooLong,
}

impl Ndjson {
    pub(super) fn new(text: Text, file: &str) -> Self {
        Self { text, file: file.to_owned(), line: 0 }
    }

    /// Reads to the next line break and drops what no record can hold.
    fn read_line(&mut self) -> io::Result<Line> {
        let mut bytes = Vec::new();
        let (mut any, mut too_long) = (false, false);
        loop {
            let chunk = self.text.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            any = true;
            let found = chunk.iter().position(|byte| *byte == b'\n');
            let taken = chunk.get(..found.unwrap_or(chunk.len())).unwrap_or_default();
            too_long |= bytes.len() + taken.len() > MAX_RECORD;
            if too_long {
                bytes.clear();
            } else {
                bytes.extend_from_slice(taken);
            }
            let length = taken.len() + usize::from(found.is_some());
            self.text.consume(length);
            if found.is_some() {
                break;
            }
        }
        self.line += 1;
        Ok(match (any, too_long) {
            (false, _) => Line::End,
            (true, true) => Line::TooLong,
            (true, false) => Line::Whole(bytes),
        })
    }

    fn record(&self, bytes: Vec<u8>) -> Result<Record> {
        let corrupt = |message: &str, column| error::corrupt(message, &self.file, self.line, column);
        let record = Record::parse(bytes)
            .map_err(|invalid| corrupt(&invalid.message, invalid.column.max(1) as u64))?;
        if record.kind() != Kind::Object {
            return Err(corrupt("the line is not an object", 1));
        }
        Ok(record)
    }
}

impl Pieces for Ndjson {
    fn next(&mut self) -> Result<Option<Piece>> {
        loop {
            let record = match self.read_line().map_err(|error| error::of_io(error, &self.file))? {
                Line::End => return Ok(None),
                Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Whole(bytes) => self.record(bytes),
                Line::TooLong => {
                    Err(error::corrupt("the record is larger than 16 MiB", &self.file, self.line, 1))
                }
            };
            return Ok(Some(Piece { line: self.line, record }));
        }
    }
}
