//! What the database says about its tables.

use super::types::{Affinity, affinity};
use engine_contract::{ConnectorError, ErrorKind};
use rusqlite::{Connection, OptionalExtension, params};

/// The table in which the revisions of writes are kept.
pub(super) const GUARD: &str = "_engine_guard";

/// A table or view.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) is_view: bool,
    pub(super) is_strict: bool,
    pub(super) has_rowid: bool,
    pub(super) columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) declared: String,
    pub(super) affinity: Affinity,
    pub(super) is_not_null: bool,
    pub(super) has_default: bool,
    pub(super) is_generated: bool,
    /// Its place in the primary key, from 1; 0 when it has none.
    pub(super) key_place: i64,
}

impl Table {
    /// Reads about a table; `None` when there is none of this name.
    pub(super) fn load(db: &Connection, name: &str) -> rusqlite::Result<Option<Self>> {
        let found = db
            .prepare_cached(
                "SELECT type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?1",
            )?
            .query_row([name], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?))
            })
            .optional()?;
        let Some((kind, without_rowid, is_strict)) = found else { return Ok(None) };
        let mut statement = db.prepare_cached(
            "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, hidden, pk FROM pragma_table_xinfo(?1) \
             WHERE hidden <> 1 ORDER BY cid",
        )?;
        let columns = statement.query_map(params![name], |row| {
            let declared: String = row.get(1)?;
            Ok(Column {
                name: row.get(0)?,
                affinity: affinity(&declared, is_strict),
                declared,
                is_not_null: row.get(2)?,
                has_default: row.get(3)?,
                is_generated: row.get::<_, i64>(4)? > 1,
                key_place: row.get(5)?,
            })
        })?;
        let columns = columns.collect::<Result<_, _>>()?;
        let is_view = kind == "view";
        Ok(Some(Self {
            name: name.to_owned(),
            is_view,
            is_strict,
            has_rowid: !without_rowid && !is_view,
            columns,
        }))
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of the primary key, in its order.
    pub(super) fn key(&self) -> Vec<String> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key_place > 0).collect();
        key.sort_by_key(|column| column.key_place);
        key.into_iter().map(|column| column.name.clone()).collect()
    }

    /// Whether `SQLite` chooses the column's value when it is missing.
    pub(super) fn is_rowid(&self, column: &Column) -> bool {
        self.has_rowid
            && column.declared.eq_ignore_ascii_case("INTEGER")
            && column.key_place == 1
            && self.columns.iter().filter(|column| column.key_place > 0).count() == 1
    }
}

/// The names of all tables (and views, when asked) but `SQLite`'s and the guard's.
pub(super) fn names(db: &Connection, with_views: bool) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name <> ?1 AND name NOT LIKE 'sqlite\\_%' \
         ESCAPE '\\' AND (type = 'table' OR type = 'virtual' OR (type = 'view' AND ?2)) ORDER BY name",
    )?;
    let names = statement.query_map(params![GUARD, with_views], |row| row.get(0))?;
    names.collect()
}

/// A name as SQL: always quoted.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quoted names, separated by commas.
pub(super) fn quote_all(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// The error for a table that is not there.
pub(super) fn missing(db: &Connection, name: &str) -> ConnectorError {
    let known = names(db, true).unwrap_or_default().join(", ");
    ConnectorError::new(ErrorKind::NotFound, format!("no table `{name}`; the database has: {known}"))
}
