//! Writes to one table by the same match columns: what each of them is to change, checked before anything is sent.

use super::{
    bind::bind,
    error,
    guard::{LONGEST_ID, Mark},
    key::{Key, Natural},
    sequel::Param,
    table::{self, Table},
};
use crate::encode;
use engine_contract::{ConnectorError, ErrorKind, Map, Op, Result, Write};
use sqlx::MySqlConnection;

/// A table and the columns by which its rows are found.
pub(super) struct Upsert {
    pub(super) table: Table,
    pub(super) natural: Natural,
}

/// One write, ready for its statements.
pub(super) struct Job<'w> {
    pub(super) write: &'w Write,
    /// The row that it is about.
    pub(super) key: Key,
    /// The row's natural key before this write, when it changes.
    pub(super) old: Option<Key>,
    /// The columns to store, by their place in the table; empty for a delete.
    pub(super) set: Vec<(usize, Param)>,
    /// About how many bytes its values take on their way.
    pub(super) size: usize,
}

impl Upsert {
    /// Looks the table and its match columns up.
    pub(super) async fn new(db: &mut MySqlConnection, object: &str, match_on: &[String]) -> Result<Self> {
        let table = Table::load(db, object).await;
        let table = table.map_err(|error| error::of_database(&error, "reading the tables"))?;
        match table.filter(|table| !table.is_view()) {
            Some(table) => Ok(Self { natural: Natural::new(&table, match_on)?, table }),
            None => Err(table::missing(db, object).await),
        }
    }

    /// Refuses a table whose rows cannot be changed safely.
    pub(super) fn check_writable(&self) -> Result<()> {
        let name = &self.table.name;
        let engine = self.table.engine.as_deref().unwrap_or_default();
        if !engine.eq_ignore_ascii_case("InnoDB") {
            let message = format!(
                "the table's engine {engine} has no transactions, so that a write could be half done: \
                 run `ALTER TABLE {name} ENGINE = InnoDB`"
            );
            return Err(ConnectorError::new(ErrorKind::Config, message).with_context("table", name.clone()));
        }
        self.natural.required_index().map(drop)
    }

    /// What a write is to change. `packet` is the most bytes that the server takes at once.
    pub(super) fn job<'w>(&self, write: &'w Write, packet: usize) -> Result<Job<'w>> {
        let job = match write.op {
            Op::Delete => {
                let id = write.target_id.as_deref().ok_or_else(|| self.invalid("a delete names no row"))?;
                Job { write, key: self.natural.of_id(id)?, old: None, set: Vec::new(), size: 0 }
            }
            Op::SoftDelete => {
                let id = write.target_id.as_deref();
                let id = id.ok_or_else(|| self.invalid("a soft delete names no row"))?;
                let set = self.set(&encode::decode(&write.payload)?)?;
                let size = set.iter().map(|(_, param)| param.size()).sum();
                Job { write, key: self.natural.of_id(id)?, old: None, set, size }
            }
            Op::Create | Op::Update => self.put(write)?,
            Op::Void | Op::Deactivate => {
                return Err(self.invalid("rows can be deleted or marked, and in no other way taken back"));
            }
        };
        if job.size > packet {
            return Err(self.invalid("the row is larger than the server's `max_allowed_packet`"));
        }
        if job.keys().any(|key| key.id.len() > LONGEST_ID) {
            return Err(self.invalid(format!("the natural key is longer than {LONGEST_ID} bytes")));
        }
        Ok(job)
    }

    fn put<'w>(&self, write: &'w Write) -> Result<Job<'w>> {
        let fields = encode::decode(&write.payload)?;
        let key = self.natural.of_fields(&fields)?;
        // The natural key itself changed: the row under the old one is this object.
        let old = write.target_id.as_deref().filter(|old| *old != key.id);
        let old = old.map(|old| self.natural.of_id(old)).transpose()?.filter(|old| old.id != key.id);
        let set = self.set(&fields)?;
        let size = set.iter().map(|(_, param)| param.size()).sum();
        Ok(Job { write, key, old, set, size })
    }

    /// The columns to store, by their place in the table, with their values.
    fn set(&self, fields: &Map) -> Result<Vec<(usize, Param)>> {
        let of_table = |error: ConnectorError| error.with_context("table", self.table.name.clone());
        let mut set = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let place = self.table.columns.iter().position(|column| column.name == *name);
            let found = place.and_then(|place| Some((place, self.table.columns.get(place)?)));
            let (place, column) = found.ok_or_else(|| self.invalid(format!("no column `{name}`")))?;
            if column.is_generated {
                return Err(self.invalid(format!("column `{name}` is generated")));
            }
            set.push((place, bind(value, column).map_err(of_table)?));
        }
        Ok(set)
    }

    fn invalid(&self, message: impl Into<String>) -> ConnectorError {
        ConnectorError::new(ErrorKind::Invalid, message).with_context("table", self.table.name.clone())
    }
}

impl Job<'_> {
    /// The old key, then the key.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.old.iter().chain([&self.key])
    }

    pub(super) fn is_delete(&self) -> bool {
        self.write.op == Op::Delete
    }

    /// Whether the row is taken out of use: one that is not there is so already.
    pub(super) fn retires(&self) -> bool {
        self.write.op.retires()
    }

    /// What the guard is to know once it is applied.
    pub(super) fn marks(&self) -> impl Iterator<Item = (&str, Mark)> {
        let revision = self.write.revision;
        let gone = self.old.iter().map(move |key| (key.id.as_str(), Mark { revision, is_deleted: true }));
        let mark = Mark { revision, is_deleted: self.is_delete() };
        gone.chain([(self.key.id.as_str(), mark)])
    }
}
