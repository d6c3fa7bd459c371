//! Opening a database file.
//!
//! For writing, the file is made when a schema script is there to fill it, or when the settings say so. For reading, no file is ever made:
//! a database that does not exist yet is what its schema script would make, in memory.

use super::{config::Config, error, table};
use engine_contract::{Access, ConnectorError, Context, ErrorKind, Result};
use rusqlite::{Connection, OpenFlags};
use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long a locked database is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// An open database. One connection serves reads and writes, one at a time.
pub(super) struct Database {
    connection: Mutex<Connection>,
    pub(super) access: Access,
}

impl Database {
    /// Opens the database of `config`.
    pub(super) fn open(context: &Context, config: &Config, access: Access) -> Result<Self> {
        let place = Place { file: context.project_dir.join(&config.path), context, config };
        let connection = match access {
            Access::Write => place.for_writing()?,
            Access::Read => place.for_reading()?,
        };
        Ok(Self { connection: Mutex::new(connection), access })
    }

    /// The connection. Never held across an await.
    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Place<'a> {
    file: PathBuf,
    context: &'a Context,
    config: &'a Config,
}

impl Place<'_> {
    fn for_writing(&self) -> Result<Connection> {
        if !self.may_make() && !self.file.exists() {
            return Err(self.missing());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let db = self.connect(&self.file, flags)?;
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .and_then(|()| db.pragma_update(None, "synchronous", "FULL"))
            .map_err(|error| self.about(error::of_database(error, "opening")))?;
        self.fill(&db)?;
        Ok(db)
    }

    fn for_reading(&self) -> Result<Connection> {
        let db = match self.existing()? {
            Some(db) => db,
            None if !self.may_make() => return Err(self.missing()),
            None => {
                let db = self.connect(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                self.fill(&db)?;
                db
            }
        };
        db.pragma_update(None, "query_only", "ON").map_err(|error| error::of_database(error, "opening"))?;
        Ok(db)
    }

    /// The database file as it is, read-only; `None` when the schema script has yet to make it.
    fn existing(&self) -> Result<Option<Connection>> {
        if !self.file.exists() {
            return Ok(None);
        }
        let mut flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let mut name = self.file.clone();
        // Reading a database in WAL mode makes two files beside it, unless nobody has it open (then there is
        // no `-wal` file) and it is declared immutable.
        if is_wal(&self.file) && !beside(&self.file, "-wal").exists() {
            flags |= OpenFlags::SQLITE_OPEN_URI;
            name = PathBuf::from(format!("file:{}?immutable=1", uri_path(&self.file)));
        }
        let db = self.connect(&name, flags)?;
        let has_tables = self.has_tables(&db)?;
        Ok((has_tables || self.config.schema.is_none()).then_some(db))
    }

    fn connect(&self, name: &Path, flags: OpenFlags) -> Result<Connection> {
        let db = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| self.about(error::of_database(error, "opening")))?;
        db.set_prepared_statement_cache_capacity(128);
        db.busy_timeout(BUSY)
            .and_then(|()| db.pragma_update(None, "foreign_keys", "ON"))
            .map_err(|error| self.about(error::of_database(error, "opening")))?;
        Ok(db)
    }

    fn has_tables(&self, db: &Connection) -> Result<bool> {
        let names =
            table::names(db, true).map_err(|error| self.about(error::of_database(error, "opening")))?;
        Ok(!names.is_empty())
    }

    /// Runs the schema script when there are no tables. The lock makes sure that of several openers one does.
    fn fill(&self, db: &Connection) -> Result<()> {
        let Some(schema) = &self.config.schema else { return Ok(()) };
        if self.has_tables(db)? {
            return Ok(());
        }
        let failed = |message: &str| {
            ConnectorError::new(ErrorKind::Config, message).with_context("script", schema.clone())
        };
        let script = std::fs::read_to_string(self.context.project_dir.join(schema))
            .map_err(|error| failed("the schema script cannot be read").with_source(error))?;
        let begun = db.execute_batch("BEGIN IMMEDIATE");
        begun.map_err(|error| self.about(error::of_database(error, "running the schema script")))?;
        let done = if self.has_tables(db)? { Ok(()) } else { run(db, &script, &failed) };
        let committed = done.and_then(|()| {
            db.execute_batch("COMMIT")
                .map_err(|error| self.about(error::of_database(error, "running the schema script")))
        });
        if committed.is_err() && !db.is_autocommit() {
            db.execute_batch("ROLLBACK").map_err(|error| error::of_database(error, "rolling back"))?;
        }
        committed
    }

    /// Whether a file that is not there is made.
    fn may_make(&self) -> bool {
        self.config.schema.is_some() || self.config.create
    }

    fn about(&self, error: ConnectorError) -> ConnectorError {
        error.with_context("database", self.config.path.clone())
    }

    fn missing(&self) -> ConnectorError {
        self.about(ConnectorError::new(
            ErrorKind::NotFound,
            "the database file does not exist, and neither `schema` nor `create` says how to make it",
        ))
    }
}

fn run(db: &Connection, script: &str, failed: &dyn Fn(&str) -> ConnectorError) -> Result<()> {
    db.execute_batch(script).map_err(|error| {
        let message = match &error {
            rusqlite::Error::SqlInputError { msg, .. } => format!("the schema script fails: {msg}"),
            _ => "the schema script fails".to_owned(),
        };
        failed(&message).with_source(error)
    })?;
    if db.is_autocommit() {
        return Err(failed("the schema script ends its transaction: leave out `COMMIT`"));
    }
    Ok(())
}

/// Whether the file's header says WAL: bytes 18 and 19 of "The `SQLite` Database File Format".
fn is_wal(file: &Path) -> bool {
    let mut header = [0u8; 20];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header.get(18) == Some(&2)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A path inside a `file:` URI.
fn uri_path(file: &Path) -> String {
    file.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
