//! Writes slices of rows.
//!
//! A slice is one transaction that takes the write lock first; each write in it is a savepoint, so that a row
//! which the table refuses takes nothing else with it. Nothing is answered before the commit. A lock, a full
//! disk or a broken file before the commit is an error of the whole call: nothing was written.

use super::{
    create,
    database::Database,
    error, find, guard,
    row::Columns,
    schema,
    table::{self, Table},
    upsert::{Failure, Upsert},
};
use crate::encode;
use bytes::Bytes;
use engine_contract::{
    Access, ConnectorError, Context, Current, Encode, EntitySchema, ErrorKind, Field, Lookup, Outcome,
    Result, Target, Value, Write, async_trait,
};
use rusqlite::{Connection, params_from_iter};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

/// The tables of a database as target objects.
pub(super) struct SqliteTarget {
    db: Arc<Database>,
}

impl SqliteTarget {
    pub(super) fn new(db: Arc<Database>) -> Self {
        Self { db }
    }
}

pub(super) type Outcomes = Vec<(String, Outcome)>;

#[async_trait]
impl Target for SqliteTarget {
    async fn schema(&self, _: &Context, object: &str) -> Result<EntitySchema> {
        let db = self.db.lock();
        let table =
            Table::load(&db, object).map_err(|error| error::of_database(error, "reading the tables"))?;
        let table = table.filter(|table| !table.is_view);
        table.map(|table| schema::of_table(&table)).ok_or_else(|| table::missing(&db, object))
    }

    fn statements(&self, wanted: &EntitySchema) -> Vec<String> {
        vec![create::create_table(wanted)]
    }

    fn adding(&self, object: &str, field: &Field) -> Option<String> {
        Some(create::add_column(object, field))
    }

    async fn create(&self, _: &Context, wanted: &EntitySchema) -> Result<()> {
        if self.db.access == Access::Read {
            return Err(ConnectorError::new(ErrorKind::Unsupported, "the database is open for reading only"));
        }
        create::run(&self.db.lock(), wanted)
    }

    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        encode::encode(encode)
    }

    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        encode::identify(encode)
    }

    async fn write(&self, _: &Context, writes: &[Write]) -> Result<Outcomes> {
        if self.db.access == Access::Read {
            return Err(ConnectorError::new(ErrorKind::Unsupported, "the database is open for reading only"));
        }
        write_slice(&self.db.lock(), writes)
    }

    /// Finds nothing: rows carry no marker, and a guarded upsert is repeated, never searched for.
    async fn lookup(&self, _: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        Ok(lookups.iter().map(|lookup| (lookup.id.clone(), Vec::new())).collect())
    }

    async fn find(
        &self,
        _: &Context,
        object: &str,
        by: &str,
        values: &[String],
    ) -> Result<Vec<(String, Vec<String>)>> {
        find::find(&self.db.lock(), object, by, values)
    }

    async fn read_back(
        &self,
        _: &Context,
        object: &str,
        match_on: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        let db = self.db.lock();
        let upsert = Upsert::new(&db, object, match_on)?;
        let columns = Columns::of(&upsert.table);
        let sql = format!("{} WHERE {}", columns.select(&upsert.table.name), upsert.condition(0));
        let failed = |error| error::of_database(error, "reading rows back");
        let mut statement = db.prepare_cached(&sql).map_err(failed)?;
        let mut found = Vec::new();
        for id in ids {
            let Ok(key) = upsert.key_of(id) else { continue };
            let mut rows = statement.query(params_from_iter(&key)).map_err(failed)?;
            if let Some(row) = rows.next().map_err(failed)? {
                let fields = Value::Map(columns.read(row).map_err(failed)?);
                found.push(Current { target_id: id.clone(), token: None, fields });
            }
        }
        Ok(found)
    }
}

/// Why a transaction could not be finished.
enum Abort {
    /// The database does not work.
    Database(ConnectorError),
    /// This write made `SQLite` roll everything back (`ON CONFLICT ROLLBACK`, `RAISE(ROLLBACK)`).
    RolledBack(String, ConnectorError),
}

/// Writes a slice in one transaction.
pub(super) fn write_slice(db: &Connection, writes: &[Write]) -> Result<Outcomes> {
    let mut refused: Outcomes = Vec::new();
    loop {
        let left = writes.iter().filter(|write| !refused.iter().any(|(id, _)| *id == write.id));
        begin(db)?;
        match apply_all(db, left) {
            Ok(mut outcomes) => {
                return match db.execute_batch("COMMIT") {
                    Ok(()) => {
                        outcomes.append(&mut refused);
                        Ok(outcomes)
                    }
                    Err(error) => commit_failed(db, writes, error),
                };
            }
            Err(Abort::RolledBack(id, error)) => refused.push((id, Outcome::NotApplied(error))),
            Err(Abort::Database(error)) => {
                roll_back(db)?;
                return Err(error);
            }
        }
    }
}

fn begin(db: &Connection) -> Result<()> {
    roll_back(db)?;
    db.execute_batch("BEGIN IMMEDIATE").map_err(|error| error::of_database(error, "beginning to write"))
}

/// Ends a transaction that is open.
fn roll_back(db: &Connection) -> Result<()> {
    if db.is_autocommit() {
        return Ok(());
    }
    db.execute_batch("ROLLBACK").map_err(|error| error::of_database(error, "rolling back"))
}

fn apply_all<'a>(db: &Connection, writes: impl Iterator<Item = &'a Write>) -> Result<Outcomes, Abort> {
    let failed = |error| Abort::Database(error::of_database(error, "writing"));
    guard::prepare(db).map_err(failed)?;
    let mut upserts: BTreeMap<(&str, &[String]), Upsert> = BTreeMap::new();
    let mut outcomes = Vec::new();
    for write in writes {
        let target = (write.object.as_str(), write.match_on.as_slice());
        let upsert = match upserts.entry(target) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let upsert = Upsert::new(db, target.0, target.1).map_err(Abort::Database)?;
                upsert.check_unique(db).map_err(Abort::Database)?;
                new.insert(upsert)
            }
        };
        outcomes.push((write.id.clone(), apply(db, upsert, write)?));
    }
    Ok(outcomes)
}

/// Applies one write in its own savepoint.
fn apply(db: &Connection, upsert: &Upsert, write: &Write) -> Result<Outcome, Abort> {
    let run = |sql: &str| {
        let done = db.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
        done.map(drop).map_err(|error| Abort::Database(error::of_database(error, "writing")))
    };
    run("SAVEPOINT one_write")?;
    let error = match upsert.apply(db, write) {
        Ok(applied) => {
            run("RELEASE one_write")?;
            return Ok(Outcome::Applied(applied));
        }
        Err(Failure::Refused(error)) => error,
        Err(Failure::Sql(error)) if error::is_about_the_row(&error) => {
            error::of_row(error, &upsert.table.name, write.op.removes())
        }
        Err(Failure::Sql(error)) => return Err(Abort::Database(error::of_database(error, "writing"))),
    };
    if db.is_autocommit() {
        return Err(Abort::RolledBack(write.id.clone(), error));
    }
    run("ROLLBACK TO one_write")?;
    run("RELEASE one_write")?;
    Ok(Outcome::NotApplied(error))
}

/// A commit that fails on a deferred foreign key refuses one write that nobody can name: each is tried alone.
/// Another failure that certainly changed nothing is an error of the call; of the rest nothing is known.
fn commit_failed(db: &Connection, writes: &[Write], error: rusqlite::Error) -> Result<Outcomes> {
    let is_sure = error::commit_did_nothing(&error) && !db.is_autocommit();
    let is_about_a_row = is_sure && error::is_about_the_row(&error);
    let rolled_back = roll_back(db);
    if is_about_a_row && rolled_back.is_ok() {
        return Ok(match writes {
            [write] => {
                vec![(
                    write.id.clone(),
                    Outcome::NotApplied(error::of_row(error, &write.object, write.op.removes())),
                )]
            }
            several => several.iter().flat_map(|write| alone(db, write)).collect(),
        });
    }
    let error = error::of_database(error, "committing");
    if is_sure && rolled_back.is_ok() {
        return Err(error);
    }
    let message = error.to_string();
    let unknown =
        || Outcome::Unknown(ConnectorError::new(error.kind(), message.clone()).with_retry(error.retry()));
    Ok(writes.iter().map(|write| (write.id.clone(), unknown())).collect())
}

/// Writes one write in a transaction of its own; when even that cannot be done, it changed nothing.
fn alone(db: &Connection, write: &Write) -> Outcomes {
    write_slice(db, std::slice::from_ref(write))
        .unwrap_or_else(|error| vec![(write.id.clone(), Outcome::NotApplied(error))])
}
