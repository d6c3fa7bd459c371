//! The tables of the state store, and opening a file that has them.

use super::{Result, StateError, busy};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// The newest schema this engine knows.
pub const VERSION: i64 = 1;

/// One thread at a time uses a connection: SQLite needs no locks of its own.
const READ_WRITE: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_CREATE)
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// More than the store has different statements: each is parsed once per connection.
const STATEMENTS: usize = 128;

/// Marks the file as ours: "UDSs" in ASCII.
const APPLICATION_ID: i64 = 0x5544_5373;

/// The key columns that every record's rows start with.
pub(super) const RECORD: &str =
    "tenant = ?1 AND environment = ?2 AND pipeline = ?3 AND side = ?4 AND entity = ?5";

const SCHEMA: &str = "
CREATE TABLE link (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, target_connection TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  route TEXT, parent_key TEXT, source_revision TEXT, sent_hash BLOB NOT NULL, echo_hash BLOB,
  generation INTEGER NOT NULL, target_token TEXT, mapping_hash TEXT NOT NULL, base BLOB,
  shared INTEGER NOT NULL, run TEXT NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX link_target ON link (tenant, environment, target_connection, target_object, target_id)
  WHERE target_id IS NOT NULL AND shared = 0;
CREATE INDEX link_parent ON link (tenant, environment, pipeline, entity, side, parent_key)
  WHERE parent_key IS NOT NULL;

CREATE TABLE intent (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, target_connection TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  route TEXT, parent_key TEXT, source_revision TEXT, sent_hash BLOB NOT NULL,
  generation INTEGER NOT NULL, base_token TEXT, mapping_hash TEXT NOT NULL, shared INTEGER NOT NULL,
  op TEXT NOT NULL, payload BLOB NOT NULL, match_on TEXT NOT NULL, request_key TEXT NOT NULL,
  marker TEXT NOT NULL, revision INTEGER NOT NULL, attempts INTEGER NOT NULL, epoch INTEGER NOT NULL,
  created_at INTEGER NOT NULL, quiet_after INTEGER,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE dispatch (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, links TEXT NOT NULL, epoch INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, stream_group TEXT NOT NULL,
  side TEXT NOT NULL, shard TEXT NOT NULL,
  value TEXT, read_hash TEXT NOT NULL, resume TEXT, resume_since TEXT, resume_cap TEXT, epoch INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, stream_group, side, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, stream_group TEXT NOT NULL,
  side TEXT NOT NULL, shard TEXT NOT NULL,
  owner TEXT, epoch INTEGER NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, stream_group, side, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE dirty (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX dirty_source ON dirty (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE hold (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, parent_entity TEXT NOT NULL, parent_route TEXT, parent_key TEXT NOT NULL,
  since INTEGER NOT NULL, until INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_source ON hold (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE failed (
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  side TEXT NOT NULL, key TEXT NOT NULL,
  source_key TEXT NOT NULL, origin TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  file TEXT, line INTEGER, retry INTEGER NOT NULL, broken INTEGER NOT NULL, attempts INTEGER NOT NULL,
  mapping_hash TEXT NOT NULL, payload BLOB NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (tenant, environment, pipeline, entity, side, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX failed_source ON failed (tenant, environment, pipeline, entity, side, source_key);

CREATE TABLE run (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, side TEXT NOT NULL,
  owner TEXT NOT NULL, cause TEXT NOT NULL, mode TEXT NOT NULL, fingerprint TEXT NOT NULL,
  started_at INTEGER NOT NULL, finished_at INTEGER, status TEXT NOT NULL, error TEXT
) STRICT;
CREATE INDEX run_started ON run (started_at);
CREATE TABLE run_count (
  run TEXT NOT NULL, entity TEXT NOT NULL, status TEXT NOT NULL, records INTEGER NOT NULL,
  PRIMARY KEY (run, entity, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, run TEXT NOT NULL,
  tenant TEXT NOT NULL, environment TEXT NOT NULL, pipeline TEXT NOT NULL, entity TEXT NOT NULL,
  key TEXT NOT NULL, action TEXT NOT NULL, target_object TEXT NOT NULL, target_id TEXT,
  content BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
";

/// Opens a state file, making it when it is not there.
pub(super) fn open_file(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, READ_WRITE).map_err(|error| busy(&error))?;
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(|error| busy(&error))?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;")
        .map_err(|error| busy(&error))?;
    migrate(&connection)?;
    Ok(connection)
}

/// Opens an existing state file without the right to change it; an empty store when there is no file.
pub(super) fn open_read_only(path: &Path) -> Result<Connection> {
    if !path.exists() {
        return open_memory();
    }
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| busy(&error))?;
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(|error| busy(&error))?;
    check(&connection)?;
    Ok(connection)
}

/// A store in memory.
pub(super) fn open_memory() -> Result<Connection> {
    let connection = Connection::open_in_memory_with_flags(READ_WRITE).map_err(|error| busy(&error))?;
    migrate(&connection)?;
    Ok(connection)
}

fn pragma(connection: &Connection, name: &str) -> Result<i64> {
    connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(|error| busy(&error))
}

/// The schema version of a store, 0 for an empty file.
fn check(connection: &Connection) -> Result<i64> {
    let (application, version) = (pragma(connection, "application_id")?, pragma(connection, "user_version")?);
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
        .map_err(|error| busy(&error))?;
    match (application, version) {
        (0, 0) if tables == 0 => Ok(0),
        (APPLICATION_ID, version) if version <= VERSION => Ok(version),
        (APPLICATION_ID, found) => Err(StateError::Newer { found, known: VERSION }),
        _ => Err(StateError::Corrupt("the file is a database of another program".to_owned())),
    }
}

fn migrate(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if check(connection)? == VERSION {
        return Ok(());
    }
    // Two engines may find a new file at once: the second waits for the lock and then finds the tables.
    let transaction =
        rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate)
            .map_err(|error| busy(&error))?;
    if check(&transaction)? == 0 {
        let script =
            format!("{SCHEMA} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};");
        transaction.execute_batch(&script).map_err(|error| busy(&error))?;
    }
    transaction.commit().map_err(|error| busy(&error))
}
