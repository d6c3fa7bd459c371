//! Walks the records of a stream's files, one file after the other.

use crate::{
    decode, error,
    folder::{Files, Folder},
    format::{self, Piece, Pieces},
    resume::Position,
    stream::StreamRule,
};
use engine_contract::Result;
use std::sync::Arc;

/// A walk at some place. It holds one open file and one record.
pub(crate) struct Scan {
    folder: Arc<Folder>,
    stream: Arc<StreamRule>,
    files: Vec<String>,
    position: Position,
    open: Option<Box<dyn Pieces>>,
    peeked: Option<Piece>,
}

impl Scan {
    /// A walk that begins at `position`, which costs reading what lies before it in the same file.
    pub(crate) fn new(
        folder: &Arc<Folder>,
        stream: &Arc<StreamRule>,
        files: &Files,
        position: Position,
    ) -> Result<Self> {
        let start = Position { file: position.file, taken: 0 };
        let files = files.keys().cloned().collect();
        let (folder, stream) = (Arc::clone(folder), Arc::clone(stream));
        let mut scan = Self { folder, stream, files, position: start, open: None, peeked: None };
        while scan.position.file == position.file && scan.position.taken < position.taken {
            if scan.take()?.is_none() {
                break;
            }
        }
        Ok(scan)
    }

    /// The place after everything taken so far.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// The file that the next record comes from.
    pub(crate) fn file(&self) -> &str {
        self.files.get(self.position.file).map_or("", String::as_str)
    }

    /// The next record, which stays next; `None` at the end of the last file.
    ///
    /// # Errors
    /// When the walk cannot go on. It is of no use afterwards.
    pub(crate) fn peek(&mut self) -> Result<Option<&Piece>> {
        while self.peeked.is_none() {
            let Some(file) = self.files.get(self.position.file) else { return Ok(None) };
            let pieces = match &mut self.open {
                Some(pieces) => pieces,
                closed => closed.insert(open(&self.folder, &self.stream, file)?),
            };
            self.peeked = pieces.next()?;
            if self.peeked.is_none() {
                self.open = None;
                self.position = Position { file: self.position.file + 1, taken: 0 };
            }
        }
        Ok(self.peeked.as_ref())
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// As [`Scan::peek`].
    pub(crate) fn take(&mut self) -> Result<Option<Piece>> {
        self.peek()?;
        let piece = self.peeked.take();
        self.position.taken += u64::from(piece.is_some());
        Ok(piece)
    }
}

fn open(folder: &Folder, stream: &StreamRule, file: &str) -> Result<Box<dyn Pieces>> {
    let text = decode::text(folder.file(file)?, file).map_err(|error| error::of_io(error, file))?;
    format::pieces(text, file, stream.format_of(file)?, stream.delimiter)
}

/// The names of a CSV file's columns.
pub(crate) fn columns(folder: &Folder, stream: &StreamRule, file: &str) -> Result<Vec<String>> {
    let text = decode::text(folder.file(file)?, file).map_err(|error| error::of_io(error, file))?;
    format::columns(text, file, stream.delimiter)
}
