//! What a file should hold: one row per object in a small database beside it.
//!
//! A deleted object keeps its row without content, so that an older write that arrives late cannot bring it back.

use super::{Place, object::ObjectRule, of_ledger};
use engine_contract::{Access, ConnectorError, Current, ErrorKind, Outcome, Result, Value, Write};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::{path::Path, time::Duration};

/// How long a ledger that another process uses is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Marks the database as a ledger of this form: `UDSf` in ASCII, then the form's number.
const APPLICATION_ID: i64 = 0x5544_5366;
const FORM: i64 = 1;

/// `seq` orders the objects as they first came: the order of the file. `changed` counts the calls that changed
/// something, `published` is the count at which the file was last written.
const TABLES: &str = "
CREATE TABLE object (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, content TEXT) STRICT;
CREATE TABLE state (changed INTEGER NOT NULL, published INTEGER NOT NULL) STRICT;
INSERT INTO state VALUES (0, -1);";

/// An open ledger.
pub(super) struct Ledger {
    pub(super) db: Connection,
}

impl Ledger {
    /// Opens the ledger of a file. For reading it is never made: then there is nothing.
    pub(super) fn open(place: &Place, rule: &ObjectRule) -> Result<Option<Self>> {
        let name = rule.beside(".ledger");
        if place.access == Access::Read && !place.folder.has(&name)? {
            return Ok(None);
        }
        if place.access == Access::Write {
            // Made through the root's own handle, which nothing leads out of.
            place.folder.prepare(rule.folder(), &name)?;
        }
        let ledger = Self { db: connect(&place.root.join(&name), place.access)? };
        ledger.check(place.access).map_err(|error| error.with_context("file", name))?;
        Ok(Some(ledger))
    }

    /// Makes the tables in an empty database, and refuses one that is no ledger.
    fn check(&self, access: Access) -> Result<()> {
        let failed = |error| of_ledger(error, "opening it");
        let number = |pragma: &str| self.db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let (id, form) = (number("application_id").map_err(failed)?, number("user_version").map_err(failed)?);
        match (id, form) {
            (APPLICATION_ID, FORM) => Ok(()),
            (APPLICATION_ID, newer) => Err(ConnectorError::new(
                ErrorKind::Unsupported,
                format!("the ledger of the file has form {newer}, and this engine knows form {FORM}"),
            )),
            (0, 0) if access == Access::Write => {
                let script = format!(
                    "BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; \
                     PRAGMA user_version = {FORM}; COMMIT;"
                );
                self.db.execute_batch(&script).map_err(failed)
            }
            _ => Err(ConnectorError::new(
                ErrorKind::Corrupt,
                "the ledger of the file is a database of something else",
            )),
        }
    }

    /// Applies writes in one transaction.
    pub(super) fn write(&mut self, writes: &[&Write]) -> Result<Vec<(String, Outcome)>> {
        let failed = |error| of_ledger(error, "writing");
        let change =
            self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        let mut outcomes = Vec::with_capacity(writes.len());
        for write in writes {
            let outcome = match super::writes::apply(&change, write).map_err(failed)? {
                Ok(applied) => Outcome::Applied(applied),
                Err(refused) => Outcome::NotApplied(refused),
            };
            outcomes.push((write.id.clone(), outcome));
        }
        change.execute("UPDATE state SET changed = changed + 1", []).map_err(failed)?;
        match change.commit() {
            Ok(()) => Ok(outcomes),
            Err(error) => {
                // Whether the disk has it is not known: the same writes again are harmless.
                let error = of_ledger(error, "committing");
                let unknown = || Outcome::Unknown(ConnectorError::new(error.kind(), error.to_string()));
                Ok(writes.iter().map(|write| (write.id.clone(), unknown())).collect())
            }
        }
    }

    /// Objects by their ids.
    pub(super) fn read(&self, ids: &[String]) -> Result<Vec<Current>> {
        let failed = |error| of_ledger(error, "reading");
        let sql = "SELECT content FROM object WHERE id = ?1 AND content IS NOT NULL";
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let mut found = Vec::new();
        for id in ids {
            let content: Option<String> =
                statement.query_row([id], |row| row.get(0)).optional().map_err(failed)?;
            if let Some(content) = content {
                found.push(Current { target_id: id.clone(), token: None, fields: parse(&content)? });
            }
        }
        Ok(found)
    }

    /// The count of changes that the file does not have yet; nothing when it has all.
    pub(super) fn unpublished(&self) -> Result<Option<i64>> {
        let sql = "SELECT changed, published FROM state";
        let (changed, published): (i64, i64) = self
            .db
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|error| of_ledger(error, "reading"))?;
        Ok((changed != published).then_some(changed))
    }

    /// Notes that the file has what the ledger had at that count.
    pub(super) fn note_published(&self, changed: i64) -> Result<()> {
        let done = self.db.execute("UPDATE state SET published = ?1", params![changed]);
        done.map(drop).map_err(|error| of_ledger(error, "noting what was written"))
    }

    /// Calls `each` for every object there is, in the order in which they first came.
    pub(super) fn each(&self, mut each: impl FnMut(&str) -> Result<()>) -> Result<()> {
        let failed = |error| of_ledger(error, "reading");
        let sql = "SELECT content FROM object WHERE content IS NOT NULL ORDER BY seq";
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let content = row.get_ref(0).map_err(failed)?.as_str();
            each(content.map_err(|_| damaged())?)?;
        }
        Ok(())
    }
}

fn connect(path: &Path, access: Access) -> Result<Connection> {
    let flags = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let failed = |error| of_ledger(error, "opening it");
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    db.busy_timeout(BUSY).map_err(failed)?;
    // No write-ahead log: nothing but the ledger itself lies beside the file between two runs.
    if access == Access::Write {
        db.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    }
    Ok(db)
}

/// The content of a row.
pub(super) fn parse(content: &str) -> Result<Value> {
    match serde_json::from_str(content) {
        Ok(Value::Map(map)) => Ok(Value::Map(map)),
        _ => Err(damaged()),
    }
}

fn damaged() -> ConnectorError {
    ConnectorError::new(ErrorKind::Corrupt, "the ledger of the file holds what nobody wrote")
}
