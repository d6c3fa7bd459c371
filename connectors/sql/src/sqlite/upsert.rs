//! One write to one table: guard, row, guard again.
//!
//! The row is updated when it is there and inserted when it is not; the transaction around it has the write
//! lock, so nothing can come between. Without a unique index on the match columns one write could change
//! several rows: `SQLite` itself is asked whether there is one.

use super::{
    bind::bind,
    error, guard,
    table::{self, Column, Table, quote, quote_all},
    types::Affinity,
};
use crate::encode;
use engine_contract::{
    Applied, Change, ConnectorError, ErrorKind, Map, Op, Result, Value, Write, natural_id,
};
use rusqlite::{Connection, params_from_iter, types::Value as Sql};

/// Writes to one table by the same match columns.
pub(super) struct Upsert {
    pub(super) table: Table,
    match_on: Vec<String>,
}

/// Why a write changed nothing.
pub(super) enum Failure {
    /// Its content cannot be written.
    Refused(ConnectorError),
    /// `SQLite` says so; the error tells whether it is about the row.
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<ConnectorError> for Failure {
    fn from(error: ConnectorError) -> Self {
        Self::Refused(error)
    }
}

impl Upsert {
    /// Looks the table and its match columns up.
    pub(super) fn new(db: &Connection, object: &str, match_on: &[String]) -> Result<Self> {
        let table =
            Table::load(db, object).map_err(|error| error::of_database(error, "reading the tables"))?;
        let table = table.filter(|table| !table.is_view).ok_or_else(|| table::missing(db, object))?;
        let match_on = if match_on.is_empty() { table.key() } else { match_on.to_vec() };
        let upsert = Self { table, match_on };
        if upsert.match_on.is_empty() {
            return Err(upsert.config("the table has no primary key: name its natural key in `write.match`"));
        }
        for name in &upsert.match_on {
            match upsert.table.column(name).map(|column| column.affinity) {
                None => return Err(upsert.config(format!("the match column `{name}` does not exist"))),
                Some(Affinity::Blob | Affinity::Real) => {
                    let message =
                        format!("the match column `{name}` must be declared as text or whole number");
                    return Err(upsert.config(message));
                }
                Some(Affinity::Integer | Affinity::Text | Affinity::Numeric) => {}
            }
        }
        Ok(upsert)
    }

    /// Asks `SQLite` whether the match columns are unique.
    pub(super) fn check_unique(&self, db: &Connection) -> Result<()> {
        let columns = quote_all(&self.match_on);
        let sql = format!(
            "INSERT INTO {} ({columns}) VALUES ({}) ON CONFLICT ({columns}) DO NOTHING",
            quote(&self.table.name),
            marks(self.match_on.len())
        );
        match db.prepare_cached(&sql) {
            Ok(_) => Ok(()),
            Err(error) if error.to_string().contains("ON CONFLICT") => Err(self.config(format!(
                "no unique index on ({}): add `UNIQUE ({})` to the table",
                self.match_on.join(", "),
                self.match_on.join(", ")
            ))),
            Err(error) => Err(error::of_database(error, "preparing the write")
                .with_context("table", self.table.name.clone())),
        }
    }

    /// Applies one write inside the caller's savepoint.
    pub(super) fn apply(&self, db: &Connection, write: &Write) -> Result<Applied, Failure> {
        match write.op {
            Op::Delete => self.delete(db, write),
            Op::SoftDelete => self.mark(db, write),
            Op::Create | Op::Update => self.put(db, write),
            Op::Void | Op::Deactivate => {
                Err(self.invalid("rows can be deleted or marked, and in no other way taken back").into())
            }
        }
    }

    fn delete(&self, db: &Connection, write: &Write) -> Result<Applied, Failure> {
        let id = write.target_id.clone().ok_or_else(|| self.invalid("a delete names no row"))?;
        let key = self.key_of(&id)?;
        if guard::is_superseded(db, &self.table.name, &id, write.revision)? {
            return Ok(applied(id, Change::Superseded));
        }
        let sql = format!("DELETE FROM {} WHERE {}", quote(&self.table.name), self.condition(0));
        db.prepare_cached(&sql)?.execute(params_from_iter(&key))?;
        guard::record(db, &self.table.name, &id, write.revision, true)?;
        Ok(applied(id, Change::Deleted))
    }

    /// Changes the row where it is; one that is gone stays so.
    fn mark(&self, db: &Connection, write: &Write) -> Result<Applied, Failure> {
        let id = write.target_id.clone().ok_or_else(|| self.invalid("a soft delete names no row"))?;
        let key = self.key_of(&id)?;
        let set = self.bound(&encode::decode(&write.payload)?)?;
        if guard::is_superseded(db, &self.table.name, &id, write.revision)? {
            return Ok(applied(id, Change::Superseded));
        }
        if !set.is_empty() {
            self.execute_update(db, &set, &key)?;
        }
        guard::record(db, &self.table.name, &id, write.revision, false)?;
        Ok(applied(id, Change::Deleted))
    }

    fn put(&self, db: &Connection, write: &Write) -> Result<Applied, Failure> {
        let set = self.bound(&encode::decode(&write.payload)?)?;
        let key = self.match_values(&set)?;
        let id = id_of(&key);
        // The natural key itself changed: the row under the old one is this object.
        let old = write.target_id.as_deref().filter(|old| *old != id);
        for id in old.into_iter().chain([id.as_str()]) {
            if guard::is_superseded(db, &self.table.name, id, write.revision)? {
                return Ok(applied(id.to_owned(), Change::Superseded));
            }
        }
        let moved = match old {
            Some(old) => self.move_row(db, old, &set, write.revision)?,
            None => false,
        };
        let change = if moved || self.update(db, &key, &set)? {
            Change::Updated
        } else {
            self.insert(db, &set)?;
            Change::Created
        };
        guard::record(db, &self.table.name, &id, write.revision, false)?;
        Ok(applied(id, change))
    }

    /// Changes the row under its old natural key, when it is still there.
    fn move_row(
        &self,
        db: &Connection,
        old: &str,
        set: &[(&Column, Sql)],
        revision: i64,
    ) -> Result<bool, Failure> {
        let key = self.key_of(old)?;
        let moved = self.execute_update(db, set, &key)?;
        guard::record(db, &self.table.name, old, revision, true)?;
        Ok(moved)
    }

    /// Updates the row when it is there.
    fn update(&self, db: &Connection, key: &[Sql], set: &[(&Column, Sql)]) -> Result<bool, Failure> {
        let others: Vec<_> =
            set.iter().filter(|(column, _)| !self.match_on.contains(&column.name)).cloned().collect();
        if !others.is_empty() {
            return Ok(self.execute_update(db, &others, key)?);
        }
        let sql = format!("SELECT 1 FROM {} WHERE {}", quote(&self.table.name), self.condition(0));
        Ok(db.prepare_cached(&sql)?.exists(params_from_iter(key))?)
    }

    fn execute_update(&self, db: &Connection, set: &[(&Column, Sql)], key: &[Sql]) -> rusqlite::Result<bool> {
        let assignments = set
            .iter()
            .enumerate()
            .map(|(index, (column, _))| format!("{} = ?{}", quote(&column.name), index + 1));
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            quote(&self.table.name),
            assignments.collect::<Vec<_>>().join(", "),
            self.condition(set.len())
        );
        let values = set.iter().map(|(_, value)| value).chain(key);
        Ok(db.prepare_cached(&sql)?.execute(params_from_iter(values))? > 0)
    }

    fn insert(&self, db: &Connection, set: &[(&Column, Sql)]) -> rusqlite::Result<()> {
        let names: Vec<String> = set.iter().map(|(column, _)| column.name.clone()).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quote(&self.table.name),
            quote_all(&names),
            marks(set.len())
        );
        db.prepare_cached(&sql)?.execute(params_from_iter(set.iter().map(|(_, value)| value))).map(drop)
    }

    /// The columns and values to store.
    fn bound(&self, set: &Map) -> Result<Vec<(&Column, Sql)>> {
        let of_table = |error: ConnectorError| error.with_context("table", self.table.name.clone());
        set.iter()
            .map(|(name, value)| {
                let column = self.table.column(name);
                let column = column.ok_or_else(|| self.invalid(format!("no column `{name}`")))?;
                if column.is_generated {
                    return Err(self.invalid(format!("column `{name}` is generated")));
                }
                Ok((column, bind(value, column).map_err(of_table)?))
            })
            .collect()
    }

    fn match_values(&self, set: &[(&Column, Sql)]) -> Result<Vec<Sql>> {
        let value = |name: &String| {
            let found = set.iter().find(|(column, _)| column.name == *name).map(|(_, value)| value.clone());
            found
                .filter(|value| *value != Sql::Null)
                .ok_or_else(|| self.invalid(format!("the match column `{name}` has no value")))
        };
        self.match_on.iter().map(value).collect()
    }

    /// The values that a target id stands for.
    pub(super) fn key_of(&self, id: &str) -> Result<Vec<Sql>> {
        let wrong = || self.invalid("the target id does not fit the match columns");
        let parts: Vec<Value> = if self.match_on.len() == 1 {
            vec![Value::from(id)]
        } else {
            serde_json::from_str(id).map_err(|_| wrong())?
        };
        if parts.len() != self.match_on.len() {
            return Err(wrong());
        }
        let columns = self.match_on.iter().filter_map(|name| self.table.column(name));
        columns.zip(&parts).map(|(column, part)| bind(part, column)).collect()
    }

    /// `"a" = ?1 AND "b" = ?2`, counting after `offset` other parameters.
    pub(super) fn condition(&self, offset: usize) -> String {
        let terms = self.match_on.iter().enumerate();
        let terms = terms.map(|(index, name)| format!("{} = ?{}", quote(name), index + 1 + offset));
        terms.collect::<Vec<_>>().join(" AND ")
    }

    fn invalid(&self, message: impl Into<String>) -> ConnectorError {
        ConnectorError::new(ErrorKind::Invalid, message).with_context("table", self.table.name.clone())
    }

    fn config(&self, message: impl Into<String>) -> ConnectorError {
        ConnectorError::new(ErrorKind::Config, message).with_context("table", self.table.name.clone())
    }
}

fn applied(target_id: String, change: Change) -> Applied {
    Applied { target_id, token: None, change }
}

/// The id of the row with these match values.
fn id_of(key: &[Sql]) -> String {
    let value = |sql: &Sql| match sql {
        Sql::Integer(number) => Value::Int(*number),
        Sql::Text(text) => Value::Text(text.clone()),
        Sql::Null | Sql::Real(_) | Sql::Blob(_) => Value::Null,
    };
    let values: Vec<Value> = key.iter().map(value).collect();
    natural_id(values.iter().map(Some)).unwrap_or_default()
}

/// `?1, ?2, ?3`
fn marks(count: usize) -> String {
    (1..=count).map(|index| format!("?{index}")).collect::<Vec<_>>().join(", ")
}
