//! Reads a copy, and believes nothing of it that its key has not sealed.

use super::{
    Cell, Content, Header, Lock,
    cell::{byte, read_text, unknown},
    header::{FORMAT, KIND, unwrapped},
    pieces::Opening,
    writer::{END, ROW, TABLE},
};
use crate::state::{
    Result, Sealer, StateError,
    restored::{is_about_a_restore, restored_row},
    sqlite::SCHEMA_VERSION,
    table::{CURSOR, DATA_KEY, TABLES, Table},
};
use engine_contract::Rng;
use jiff::Timestamp;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

/// No header is longer: what has no end of line is no copy.
const LONGEST_HEADER: u64 = 4096;

/// A copy whose header was read.
pub struct LockedCopy {
    path: PathBuf,
    header: Header,
    line: String,
    rest: BufReader<File>,
}

/// The rows of a copy.
pub struct Reader {
    path: PathBuf,
    pieces: Opening<BufReader<File>>,
    table: Option<&'static Table>,
    /// How many columns the copy has of the table that is being read.
    width: usize,
    /// When it is put back, where that is no move.
    restored_at: Option<Timestamp>,
    /// Nothing is left in it.
    is_read: bool,
    /// What the copy says of itself.
    written: Content,
    content: Content,
}

impl LockedCopy {
    /// Reads the header.
    ///
    /// # Errors
    /// `Backup` when the file cannot be read or is no copy, `Newer` when a newer engine wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        let mut rest = BufReader::new(File::open(path).map_err(|error| unreadable(path, &error))?);
        let mut line = String::new();
        let read = rest.by_ref().take(LONGEST_HEADER).read_line(&mut line);
        if let Err(error) = read
            && error.kind() != io::ErrorKind::InvalidData
        {
            return Err(unreadable(path, &error));
        }
        let stranger = || StateError::Backup(format!("`{}` is no backup of an engine", path.display()));
        let document: serde_json::Value = serde_json::from_str(&line).map_err(|_| stranger())?;
        let number = |name: &str| document.get(name).and_then(serde_json::Value::as_i64);
        if document.get("kind").and_then(serde_json::Value::as_str) != Some(KIND) {
            return Err(stranger());
        }
        let (format, schema) =
            (number("format").ok_or_else(stranger)?, number("schema").ok_or_else(stranger)?);
        if format > i64::from(FORMAT) || schema > SCHEMA_VERSION {
            return Err(StateError::Newer { found: schema, known: SCHEMA_VERSION });
        }
        let header = serde_json::from_value(document).map_err(|_| stranger())?;
        Ok(Self { path: path.to_owned(), header, line, rest })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Opens the copy; nothing when the lock does not fit.
    ///
    /// # Errors
    /// `Backup` when the header asks for what no engine writes.
    pub fn unlock(self, lock: &Lock<'_>, rng: &Arc<dyn Rng>) -> Result<Option<Reader>> {
        let Some(sealer) = lock.sealer(&self.header.wrap, rng)? else { return Ok(None) };
        let Some(key) = unwrapped(&self.header.key, &sealer) else { return Ok(None) };
        let hash = blake3::hash(self.line.as_bytes()).to_hex().to_string();
        let pieces = Opening::new(self.rest, Sealer::new(&key, Arc::clone(rng)), hash);
        let rows = TABLES.into_iter().map(|table| (table.name, 0)).collect();
        let content = Content { rows, ..Content::default() };
        Ok(Some(Reader {
            path: self.path,
            pieces,
            table: None,
            width: 0,
            restored_at: None,
            is_read: false,
            written: Content::default(),
            content,
        }))
    }
}

impl Reader {
    /// The copy is put back as a backup: runs must not take it for all that was written.
    #[must_use]
    pub fn restored_at(self, at: Timestamp) -> Self {
        Self { restored_at: Some(at), ..self }
    }

    /// The next row; nothing after the last, and then all that was written is known to have been read.
    pub(in crate::state) fn next(&mut self) -> Result<Option<(&'static Table, Vec<Cell>)>> {
        loop {
            let row = self.step().map_err(|error| damaged(&self.path, &error))?;
            match (row, self.restored_at) {
                (Some((table, row)), Some(_)) if *table == CURSOR && is_about_a_restore(&row) => {}
                (None, Some(at)) => {
                    self.restored_at = None;
                    self.is_read = true;
                    return Ok(Some((&CURSOR, restored_row(at))));
                }
                (row, _) => return Ok(row),
            }
        }
    }

    /// What was read.
    pub(in crate::state) fn content(&self) -> Content {
        self.content.clone()
    }

    fn step(&mut self) -> io::Result<Option<(&'static Table, Vec<Cell>)>> {
        if self.is_read {
            return Ok(None);
        }
        loop {
            match byte(&mut self.pieces)? {
                TABLE => self.begin()?,
                ROW => {
                    let table = self.table.ok_or_else(unknown)?;
                    let row = (0..self.width).map(|_| Cell::read(&mut self.pieces));
                    let mut row = row.collect::<io::Result<Vec<_>>>()?;
                    let mut bytes = Vec::new();
                    for cell in &row {
                        cell.put(&mut bytes);
                    }
                    self.written.add(table, &bytes);
                    for _ in self.width..table.columns.len() {
                        row.push(Cell::Null);
                        Cell::Null.put(&mut bytes);
                    }
                    self.content.add(table, &bytes);
                    return Ok(Some((table, row)));
                }
                END => return self.end().map(|()| None),
                _ => return Err(unknown()),
            }
        }
    }

    /// A table of an older engine has the first of the columns of today: the others are empty.
    fn begin(&mut self) -> io::Result<()> {
        let (name, columns) = (read_text(&mut self.pieces)?, read_text(&mut self.pieces)?);
        let table = TABLES.into_iter().chain([&DATA_KEY]).find(|table| table.name == name);
        let table = table.ok_or_else(unknown)?;
        let names: Vec<&str> = columns.split(", ").collect();
        let known = table.columns.get(..names.len()).ok_or_else(unknown)?;
        if names.len() < table.key || known.iter().zip(&names).any(|((column, _), name)| column != name) {
            return Err(unknown());
        }
        (self.table, self.width) = (Some(table), names.len());
        self.content.rows.entry(table.name).or_default();
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let (mut total, mut digest) = ([0; 8], [0; 32]);
        self.pieces.read_exact(&mut total)?;
        self.pieces.read_exact(&mut digest)?;
        let is_whole = u64::from_le_bytes(total) == self.written.total() && digest == self.written.digest;
        let mut more = [0];
        if is_whole && self.pieces.read(&mut more)? == 0 { Ok(()) } else { Err(unknown()) }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> StateError {
    StateError::Backup(format!("`{}` cannot be read: {error}", path.display()))
}

fn damaged(path: &Path, error: &io::Error) -> StateError {
    let why = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it was cut".to_owned(),
        _ => error.to_string(),
    };
    StateError::Backup(format!("`{}` is damaged: {why}", path.display()))
}
