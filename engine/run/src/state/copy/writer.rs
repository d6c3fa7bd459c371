//! Writes a copy: a file that is there whole, or not at all.

use super::{
    Cell, Content, Header, Lock,
    cell::put_bytes,
    header::{FORMAT, KIND, wrapped},
    pieces::Sealing,
};
use crate::state::{
    Result, Sealer, StateError,
    sqlite::SCHEMA_VERSION,
    table::{LEASE, RUN, Table},
};
use engine_contract::Rng;
use jiff::Timestamp;
use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

/// Starts a table: its name and its columns follow.
pub(super) const TABLE: u8 = b'T';
/// Starts a row: its values follow.
pub(super) const ROW: u8 = b'R';
/// Starts the end: how many rows there are, and their hash.
pub(super) const END: u8 = b'E';

/// Takes up the rows of a copy, table by table.
pub struct Writer {
    out: Option<Out>,
    at: Timestamp,
    table: Option<&'static Table>,
    content: Content,
}

/// A file that takes its place when it is whole.
struct Out {
    pieces: Sealing<BufWriter<File>>,
    file: Fresh,
}

/// A file that vanishes unless it is put into its place.
struct Fresh {
    early: PathBuf,
    path: PathBuf,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // It is gone already when it has taken its place.
        drop(std::fs::remove_file(&self.early));
    }
}

impl Writer {
    /// A copy in a file that only its owner may read. It takes the place of an earlier file when it is whole.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path, at: Timestamp, lock: &Lock<'_>, rng: &Arc<dyn Rng>) -> Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill(key.as_mut_slice());
        let wrap = lock.wrap(rng);
        let sealer =
            lock.sealer(&wrap, rng)?.ok_or_else(|| refused("the key of the backup cannot be wrapped"))?;
        let header = Header {
            kind: KIND.to_owned(),
            format: FORMAT,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            schema: SCHEMA_VERSION,
            created_at: at,
            wrap,
            key: wrapped(&key, &sealer).map_err(|error| refused(&error.to_string()))?,
        };
        let out = Out::create(path, &header, &Sealer::new(&key, Arc::clone(rng)));
        let out = out.map_err(|error| unwritable(path, &error))?;
        Ok(Self { out: Some(out), at, table: None, content: Content::default() })
    }

    /// No file at all: only counts rows and hashes them.
    #[must_use]
    pub fn counting(at: Timestamp) -> Self {
        Self { out: None, at, table: None, content: Content::default() }
    }

    /// Starts a table.
    pub(in crate::state) fn begin(&mut self, table: &'static Table) -> Result<()> {
        self.table = Some(table);
        self.content.rows.entry(table.name).or_default();
        let mut bytes = vec![TABLE];
        put_bytes(table.name.as_bytes(), &mut bytes);
        put_bytes(table.list().as_bytes(), &mut bytes);
        self.put(&bytes)
    }

    /// Takes up a row of the table that was begun last.
    pub(in crate::state) fn row(&mut self, mut row: Vec<Cell>) -> Result<()> {
        let Some(table) = self.table else { return Ok(()) };
        come_to_rest(table, &mut row, self.at);
        let mut bytes = vec![ROW];
        for cell in &row {
            cell.put(&mut bytes);
        }
        self.content.add(table, bytes.get(1..).unwrap_or_default());
        self.put(&bytes)
    }

    /// Ends the copy and puts it into its place, durably.
    pub(in crate::state) fn finish(mut self) -> Result<Content> {
        let mut bytes = vec![END];
        bytes.extend(self.content.total().to_le_bytes());
        bytes.extend(self.content.digest);
        self.put(&bytes)?;
        if let Some(out) = self.out {
            let path = out.file.path.clone();
            out.end().map_err(|error| unwritable(&path, &error))?;
        }
        Ok(self.content)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        out.pieces.write(bytes).map_err(|error| unwritable(&out.file.path, &error))
    }
}

impl Out {
    fn create(path: &Path, header: &Header, sealer: &Sealer) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let early = path.with_file_name(format!(".{name}-{}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = BufWriter::new(options.open(&early)?);
        let fresh = Fresh { early, path: path.to_owned() };
        let line = serde_json::to_string(header)? + "\n";
        file.write_all(line.as_bytes())?;
        let hash = blake3::hash(line.as_bytes()).to_hex().to_string();
        Ok(Self { pieces: Sealing::new(file, sealer.clone(), hash), file: fresh })
    }

    fn end(self) -> io::Result<()> {
        let file = self.pieces.end()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        std::fs::rename(&self.file.early, &self.file.path)?;
        #[cfg(unix)]
        {
            let folder = self.file.path.parent().filter(|folder| *folder != Path::new(""));
            File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

/// What is under way is written down as what it will be when the copy is put back.
fn come_to_rest(table: &Table, row: &mut [Cell], at: Timestamp) {
    let changes: &[(&str, Cell)] = match table {
        _ if *table == LEASE => &[("owner", Cell::Null), ("until", Cell::Number(0))],
        _ if *table == RUN && is_running(table, row) => {
            &[("status", Cell::from("interrupted")), ("finished_at", Cell::Number(at.as_millisecond()))]
        }
        _ => &[],
    };
    for (name, value) in changes {
        let place = table.columns.iter().position(|(column, _)| column == name);
        if let Some(cell) = place.and_then(|index| row.get_mut(index)) {
            cell.clone_from(value);
        }
    }
}

fn is_running(table: &Table, row: &[Cell]) -> bool {
    let mut columns = table.columns.iter().zip(row);
    columns.any(|((name, _), value)| *name == "status" && *value == Cell::from("running"))
}

fn refused(why: &str) -> StateError {
    StateError::Backup(why.to_owned())
}

fn unwritable(path: &Path, error: &io::Error) -> StateError {
    StateError::Backup(format!("`{}` cannot be written: {error}", path.display()))
}
