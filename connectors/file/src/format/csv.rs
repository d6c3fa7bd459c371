//! CSV: a header row of names, then rows of texts. A row with more or fewer cells than the header, or with
//! bytes that are no UTF-8, is broken by itself.

use super::{MAX_RECORD, Piece, Pieces};
use crate::{decode::Text, error};
use csv::{ByteRecord, ReaderBuilder};
use engine_contract::{ConnectorError, ErrorKind, Record, Result};
use std::io::{self, BufRead, Read};

/// Cuts CSV.
pub(super) struct Csv {
    rows: csv::Reader<Lines>,
    row: ByteRecord,
    names: Vec<String>,
    file: String,
}

impl Csv {
    /// Reads the header row.
    pub(super) fn new(text: Text, file: &str, delimiter: u8) -> Result<Self> {
        let rows = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Lines::new(text));
        let mut csv = Self { rows, row: ByteRecord::new(), names: Vec::new(), file: file.to_owned() };
        if csv.advance()?.is_none() {
            return Err(error::corrupt("the file has no header row", file, 1, 1));
        }
        for (index, cell) in csv.row.iter().enumerate() {
            let name = std::str::from_utf8(cell).map_err(|_| {
                error::corrupt(format!("column {} has a name that is not UTF-8", index + 1), file, 1, 1)
            })?;
            if csv.names.iter().any(|known| known == name) {
                return Err(error::corrupt(format!("two columns are called `{name}`"), file, 1, 1));
            }
            csv.names.push(name.to_owned());
        }
        Ok(csv)
    }

    /// The columns' names.
    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }

    /// Reads the next row into `self.row` and returns its line.
    fn advance(&mut self) -> Result<Option<u64>> {
        self.rows.get_mut().begin_row();
        let more = self.rows.read_byte_record(&mut self.row).map_err(|error| self.unreadable(error))?;
        Ok(more.then_some(self.rows.get_ref().row_line()))
    }

    fn unreadable(&self, error: csv::Error) -> ConnectorError {
        let line = self.rows.get_ref().row_line();
        match error.into_kind() {
            csv::ErrorKind::Io(error)
                if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooLarge>) =>
            {
                error::corrupt("the record is larger than 16 MiB: is a quote left open?", &self.file, line, 1)
            }
            csv::ErrorKind::Io(error) => error::of_io(error, &self.file),
            _ => error::corrupt("the row cannot be read", &self.file, line, 1),
        }
    }

    fn record(&self, line: u64) -> Result<Record> {
        if self.row.len() != self.names.len() {
            let message =
                format!("the row has {} cells, the header has {}", self.row.len(), self.names.len());
            return Err(error::corrupt(message, &self.file, line, 1));
        }
        let mut json = Vec::with_capacity(self.row.as_slice().len() * 2);
        for (name, cell) in self.names.iter().zip(&self.row) {
            let text = std::str::from_utf8(cell).map_err(|_| {
                error::corrupt(format!("the cell of column `{name}` is not UTF-8"), &self.file, line, 1)
            })?;
            json.push(if json.is_empty() { b'{' } else { b',' });
            write_text(&mut json, name)?;
            json.push(b':');
            write_text(&mut json, text)?;
        }
        json.push(b'}');
        Record::parse(json).map_err(|invalid| error::corrupt(invalid.message, &self.file, line, 1))
    }
}

fn write_text(json: &mut Vec<u8>, text: &str) -> Result<()> {
    serde_json::to_writer(json, text).map_err(|error| {
        ConnectorError::new(ErrorKind::Corrupt, "the text cannot be written as JSON").with_source(error)
    })
}

impl Pieces for Csv {
    fn next(&mut self) -> Result<Option<Piece>> {
        let Some(line) = self.advance()? else { return Ok(None) };
        Ok(Some(Piece { line, record: self.record(line) }))
    }
}

/// Hands out one line at a time, so that it knows on which line a row began, and only so many bytes for one
/// row, so that a quote left open cannot fill the memory.
struct Lines {
    text: Text,
    /// The line handed out last, from 1.
    line: u64,
    at_start: bool,
    /// The first line of the present row that is not blank.
    row: Option<u64>,
    left: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("a row is too large")]
struct TooLarge;

impl Lines {
    fn new(text: Text) -> Self {
        Self { text, line: 0, at_start: true, row: None, left: 0 }
    }

    fn begin_row(&mut self) {
        self.row = None;
        self.left = MAX_RECORD;
    }

    fn row_line(&self) -> u64 {
        self.row.unwrap_or(self.line).max(1)
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let chunk = self.text.fill_buf()?;
        let line = chunk.iter().position(|byte| *byte == b'\n').map_or(chunk.len(), |end| end + 1);
        let count = line.min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(chunk.iter().take(count)) {
            *to = *from;
        }
        let handed = chunk.get(..count).unwrap_or_default();
        self.line += u64::from(self.at_start && count > 0);
        if self.row.is_none() && handed.iter().any(|byte| !matches!(byte, b'\r' | b'\n')) {
            self.row = Some(self.line);
        }
        self.at_start = handed.last().map_or(self.at_start, |byte| *byte == b'\n');
        self.text.consume(count);
        self.left = self.left.checked_sub(count).ok_or_else(|| io::Error::other(TooLarge))?;
        Ok(count)
    }
}
