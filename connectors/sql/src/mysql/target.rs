//! Writes slices of rows.
//!
//! A slice is one transaction. A row that the table refuses takes nothing else with it, and nothing is answered
//! before the commit. A lock, a deadlock or a lost connection before the commit is an error of the whole call:
//! nothing was written. When the connection is lost during the commit, nobody knows, and every answer says so.

use super::{
    apply::{self, Outcomes},
    connect::Database,
    create, error, find, guard,
    row::Columns,
    schema,
    sequel::{quote, rows_once},
    table::{self, Table},
    upsert::Upsert,
};
use crate::encode;
use bytes::Bytes;
use engine_contract::{
    Access, ConnectorError, Context, Current, Encode, EntitySchema, ErrorKind, Field, Lookup, Outcome,
    Result, Target, Value, Write, async_trait,
};
use sqlx::{Connection, MySqlConnection};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Keys in one statement that reads rows.
const KEYS: usize = 400;

/// The tables of a database as target objects.
pub(super) struct MysqlTarget {
    db: Arc<Database>,
    /// The guard's table is known to be there.
    is_guarded: AtomicBool,
}

impl MysqlTarget {
    pub(super) fn new(db: Arc<Database>) -> Self {
        Self { db, is_guarded: AtomicBool::new(false) }
    }
}

#[async_trait]
impl Target for MysqlTarget {
    async fn schema(&self, _: &Context, object: &str) -> Result<EntitySchema> {
        let mut db = self.db.acquire().await?;
        let table = Table::load(&mut db, object).await;
        let table = table.map_err(|error| error::of_database(&error, "reading the tables"))?;
        match table.filter(|table| !table.is_view()) {
            Some(table) => Ok(schema::of_table(&table)),
            None => Err(table::missing(&mut db, object).await),
        }
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
        create::run(&mut *self.db.acquire().await?, wanted).await
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
        let mut db = self.db.acquire().await?;
        if !self.is_guarded.load(Ordering::Acquire) {
            guard::prepare(&mut db).await?;
            self.is_guarded.store(true, Ordering::Release);
        }
        let written = write_slice(&mut db, writes, self.db.packet).await;
        if written.is_err() {
            // It may be that somebody took the table away.
            self.is_guarded.store(false, Ordering::Release);
        }
        written
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
        find::find(&mut *self.db.acquire().await?, object, by, values).await
    }

    async fn read_back(
        &self,
        _: &Context,
        object: &str,
        match_on: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        let mut db = self.db.acquire().await?;
        let Upsert { table, natural } = Upsert::new(&mut db, object, match_on).await?;
        let columns = Columns::of(&table);
        let failed = |error: &sqlx::Error| error::of_database(error, "reading rows back");
        let keys: Vec<_> = ids.iter().filter_map(|id| Some((id, natural.of_id(id).ok()?))).collect();
        let mut found: BTreeMap<String, Value> = BTreeMap::new();
        for keys in keys.chunks(KEYS) {
            let (list, name) = (columns.list(), quote(&table.name));
            let sql = format!("SELECT {list} FROM {name} WHERE {}", natural.any_of(keys.len()));
            let rows = rows_once(&mut db, sql, keys.iter().flat_map(|(_, key)| &key.params)).await;
            for row in rows.map_err(|error| failed(&error))? {
                let row = columns.read(&row, 0).map_err(|error| failed(&error))?;
                if let Some(key) = natural.of_row(&row) {
                    found.insert(key.id, Value::Map(row));
                }
            }
        }
        let current = keys.iter().filter_map(|(id, key)| {
            let fields = found.get(&key.id)?.clone();
            Some(Current { target_id: (*id).clone(), token: None, fields })
        });
        Ok(current.collect())
    }
}

/// Writes a slice in one transaction.
pub(super) async fn write_slice(
    db: &mut MySqlConnection,
    writes: &[Write],
    packet: usize,
) -> Result<Outcomes> {
    let mut outcomes = Outcomes::with_capacity(writes.len());
    let mut prepared = Vec::new();
    for (object, match_on, writes) in by_table(writes) {
        let upsert = Upsert::new(db, object, match_on).await?;
        upsert.check_writable()?;
        prepared.push((upsert, writes));
    }
    let begun = db.begin().await;
    let mut transaction = begun.map_err(|error| error::of_database(&error, "beginning to write"))?;
    for (upsert, writes) in &prepared {
        match write_table(&mut transaction, upsert, writes, packet).await {
            Ok(written) => outcomes.extend(written),
            Err(error) => {
                // Locks are given back now, not when the connection is used next. A connection that cannot even do
                // this is ended, and the server rolls back.
                transaction.rollback().await.ok();
                return Err(error);
            }
        }
    }
    match transaction.commit().await {
        Ok(()) => Ok(outcomes),
        Err(error) if error::commit_did_nothing(&error) => Err(error::of_database(&error, "committing")),
        Err(error) => Ok(unknown(writes, &error)),
    }
}

async fn write_table(
    db: &mut MySqlConnection,
    upsert: &Upsert,
    writes: &[&Write],
    packet: usize,
) -> Result<Outcomes> {
    let mut outcomes = Outcomes::with_capacity(writes.len());
    let mut jobs = Vec::with_capacity(writes.len());
    for write in writes {
        match upsert.job(write, packet) {
            Ok(job) => jobs.push(job),
            Err(error) => outcomes.push((write.id.clone(), Outcome::NotApplied(error))),
        }
    }
    outcomes.extend(apply::apply(db, upsert, jobs, packet).await?);
    Ok(outcomes)
}

/// The writes of each table and match columns, in their order.
fn by_table(writes: &[Write]) -> Vec<(&str, &[String], Vec<&Write>)> {
    let mut tables: Vec<(&str, &[String], Vec<&Write>)> = Vec::new();
    for write in writes {
        let known = tables
            .iter_mut()
            .find(|(object, match_on, _)| *object == write.object && *match_on == write.match_on);
        match known {
            Some((_, _, writes)) => writes.push(write),
            None => tables.push((&write.object, &write.match_on, vec![write])),
        }
    }
    tables
}

/// The answers after a commit whose own answer was lost.
fn unknown(writes: &[Write], error: &sqlx::Error) -> Outcomes {
    let error = || error::of_database(error, "committing");
    writes.iter().map(|write| (write.id.clone(), Outcome::Unknown(error()))).collect()
}
