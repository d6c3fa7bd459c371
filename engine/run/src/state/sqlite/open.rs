//! Opens a state file, and brings one of an older engine up to date.

use super::{
    Result, StateError, busy, keys, row,
    schema::{APPLICATION_ID, CUSTODY, RECORDS, TRUST, VERSION},
};
use crate::{
    key::{RecordKey, Scope, Side},
    state::{NeededKey, Sealer, place, seal::unsealed},
};
use rusqlite::{Connection, OpenFlags, ToSql, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};

/// One thread at a time uses a connection: SQLite needs no locks of its own.
const READ_WRITE: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_CREATE)
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// More than the store has different statements: each is parsed once per connection.
const STATEMENTS: usize = 128;

/// How long another process is waited for that writes.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Opens a state file, making it when it is not there.
pub(super) fn file(path: &Path, master: &Sealer) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, READ_WRITE).map_err(|error| busy(&error))?;
    connection.busy_timeout(PATIENCE).map_err(|error| busy(&error))?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;")
        .map_err(|error| busy(&error))?;
    keep_older(&connection, path)?;
    migrate(&connection, master)?;
    Ok(connection)
}

/// Where the copy of a file is kept that was brought up to date from `version`.
#[must_use]
pub fn older_copy(path: &Path, version: i64) -> PathBuf {
    path.with_extension(format!("schema-{version}.db"))
}

/// Keeps a copy of a file of an older engine, as that engine reads it, beside the file.
fn keep_older(connection: &Connection, path: &Path) -> Result<()> {
    let version = check(connection)?;
    if version == 0 || version == VERSION {
        return Ok(());
    }
    let unwritable = |error: std::io::Error| {
        StateError::Unavailable(format!("a copy of it from before the upgrade cannot be kept: {error}"))
    };
    let copy = older_copy(path, version);
    let early = copy.with_extension(format!("new-{}", std::process::id()));
    let name = early.to_string_lossy();
    connection.execute("VACUUM INTO ?1", [name.as_ref()]).map_err(|error| busy(&error))?;
    // Another engine may have brought the file up to date meanwhile: then it has kept the copy.
    let read = Connection::open_with_flags(&early, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let is_older = check(&read.map_err(|error| busy(&error))?)? == version;
    if is_older {
        std::fs::File::open(&early).and_then(|file| file.sync_all()).map_err(unwritable)?;
        std::fs::rename(&early, &copy).map_err(unwritable)
    } else {
        std::fs::remove_file(&early).map_err(unwritable)
    }
}

/// Opens an existing state file without the right to change it, whatever its version; nothing when there is no
/// file.
pub(super) fn read_only(path: &Path) -> Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| busy(&error))?;
    connection.busy_timeout(PATIENCE).map_err(|error| busy(&error))?;
    check(&connection)?;
    Ok(Some(connection))
}

/// What an older engine wrote, in memory, with the tables of today: it is read like any other, and stays as it is. What
/// is sealed is sealed as it was.
pub(super) fn raised(older: &Connection, version: i64) -> Result<Connection> {
    let mut raised = Connection::open_in_memory_with_flags(READ_WRITE).map_err(|error| busy(&error))?;
    let copy = rusqlite::backup::Backup::new(older, &mut raised).map_err(|error| busy(&error))?;
    copy.run_to_completion(i32::MAX, std::time::Duration::ZERO, None).map_err(|error| busy(&error))?;
    drop(copy);
    for version in version..VERSION {
        raised.execute_batch(tables(version)).map_err(|error| busy(&error))?;
    }
    Ok(raised)
}

/// A store in memory.
pub(super) fn memory(master: &Sealer) -> Result<Connection> {
    let connection = Connection::open_in_memory_with_flags(READ_WRITE).map_err(|error| busy(&error))?;
    migrate(&connection, master)?;
    Ok(connection)
}

/// Which master key the state file needs.
///
/// # Errors
/// When the file cannot be read, or is not a state file of this engine.
pub fn needed_key(path: &Path) -> Result<NeededKey> {
    let Some(connection) = read_only(path)? else { return Ok(NeededKey::Any) };
    match check(&connection)? {
        0 => Ok(NeededKey::Any),
        1 => Ok(NeededKey::Unnamed),
        _ => Ok(NeededKey::Named(keys::master(&connection)?)),
    }
}

/// The version of a state file's tables; 0 where there is none.
///
/// # Errors
/// As [`needed_key`].
pub fn version(path: &Path) -> Result<i64> {
    read_only(path)?.map_or(Ok(0), |connection| check(&connection))
}

fn pragma(connection: &Connection, name: &str) -> Result<i64> {
    connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(|error| busy(&error))
}

/// The schema version of a store, 0 for an empty file.
pub(super) fn check(connection: &Connection) -> Result<i64> {
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

fn migrate(connection: &Connection, master: &Sealer) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if check(connection)? == VERSION {
        return Ok(());
    }
    // Two engines may find a new file at once: the second waits for the lock and then finds the tables.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
        .map_err(|error| busy(&error))?;
    for version in check(&transaction)?..VERSION {
        step(&transaction, version, master)?;
    }
    transaction.commit().map_err(|error| busy(&error))
}

/// The statements that make the tables of the next version.
fn tables(version: i64) -> &'static str {
    match version {
        0 => RECORDS,
        1 => CUSTODY,
        _ => TRUST,
    }
}

/// Brings a store from one version to the next.
pub(super) fn step(db: &Connection, version: i64, master: &Sealer) -> Result<()> {
    let (tables, next) = (tables(version), version + 1);
    let script = format!("{tables} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {next};");
    db.execute_batch(&script).map_err(|error| busy(&error))?;
    if version == 1 {
        keys::create(db, master)?;
        let payload = keys::load(db, master)?.payload;
        ["intent", "failed"].iter().try_for_each(|table| reseal(db, table, (master, &payload)))?;
    }
    Ok(())
}

/// Seals the payloads of a table with another key.
fn reseal(db: &Connection, table: &str, (old, new): (&Sealer, &Sealer)) -> Result<()> {
    let sql = format!("SELECT tenant, environment, pipeline, side, entity, key, payload FROM {table}");
    let rows = row::query(db, &sql, &[], |columns| {
        let side: String = columns.get(3)?;
        let side = if side == Side::Target.as_str() { Side::Target } else { Side::Source };
        let scope =
            Scope { tenant: columns.get(0)?, environment: columns.get(1)?, pipeline: columns.get(2)?, side };
        let record = RecordKey { entity: columns.get(4)?, key: columns.get(5)? };
        Ok((scope, record, columns.get::<_, Vec<u8>>(6)?))
    })?;
    for (scope, record, payload) in rows {
        let bound_to = place::payload(&scope, &record, table);
        let plain = unsealed(old.open(&bound_to, &payload))?;
        let payload = unsealed(new.seal(&bound_to, &plain))?;
        let values: [&dyn ToSql; 7] = [
            &scope.tenant,
            &scope.environment,
            &scope.pipeline,
            &scope.side.as_str(),
            &record.entity,
            &record.key,
            &payload,
        ];
        let sql = format!(
            "UPDATE {table} SET payload = ?7 WHERE tenant = ?1 AND environment = ?2 AND pipeline = ?3
               AND side = ?4 AND entity = ?5 AND key = ?6"
        );
        row::execute(db, &sql, &values)?;
    }
    Ok(())
}
