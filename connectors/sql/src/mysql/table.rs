//! What the server says about its tables.

use super::{
    sequel::{Param, rows_once, text},
    types::{Declared, Kind, kind},
};
use engine_contract::{ConnectorError, ErrorKind};
use sqlx::{MySqlConnection, mysql::MySqlRow};

/// The table in which the revisions of writes are kept.
pub(super) const GUARD: &str = "_engine_guard";

/// A table or view.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) comment: String,
    /// Nothing for a view.
    pub(super) engine: Option<String>,
    pub(super) columns: Vec<Column>,
    /// The unique indexes over whole columns, the primary key first.
    pub(super) indexes: Vec<Index>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The type as it was declared, such as `varchar(40)`.
    pub(super) declared: String,
    pub(super) kind: Kind,
    pub(super) comment: String,
    pub(super) is_not_null: bool,
    pub(super) has_default: bool,
    pub(super) is_generated: bool,
    /// The table that it refers to alone.
    pub(super) refers_to: Option<String>,
}

/// A unique index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
}

impl Table {
    /// Reads about a table or view of the connection's database; `None` when there is none of this name.
    pub(super) async fn load(db: &mut MySqlConnection, name: &str) -> sqlx::Result<Option<Self>> {
        let about = ask(
            db,
            "SELECT CAST(table_type AS CHAR), CAST(engine AS CHAR), CAST(table_comment AS CHAR), CAST(VERSION() AS CHAR) \
             FROM information_schema.tables WHERE {here}",
            name,
        );
        let Some(about) = about.await?.into_iter().next() else { return Ok(None) };
        let is_view = text(&about, 0)?.is_some_and(|kind| kind.ends_with("VIEW"));
        let is_mariadb = text(&about, 3)?.is_some_and(|version| version.contains("MariaDB"));
        let checks = if is_mariadb && !is_view { checks(db, name).await? } else { Vec::new() };
        let references = if is_view { Vec::new() } else { references(db, name).await? };
        let rows = ask(
            db,
            "SELECT CAST(column_name AS CHAR), CAST(data_type AS CHAR), CAST(column_type AS CHAR), \
             CAST(character_maximum_length AS CHAR), CAST(character_octet_length AS CHAR), \
             CAST(numeric_precision AS CHAR), CAST(numeric_scale AS CHAR), CAST(datetime_precision AS CHAR), \
             CAST(character_set_name AS CHAR), CAST(is_nullable AS CHAR), \
             CAST(column_default IS NOT NULL AS CHAR), CAST(extra AS CHAR), CAST(column_comment AS CHAR) \
             FROM information_schema.columns WHERE {here} \
             ORDER BY ordinal_position",
            name,
        );
        let rows = rows.await?;
        let columns: sqlx::Result<Vec<_>> =
            rows.iter().map(|row| column(row, &checks, &references)).collect();
        Ok(Some(Self {
            name: name.to_owned(),
            comment: text(&about, 2)?.filter(|_| !is_view).unwrap_or_default(),
            engine: text(&about, 1)?.filter(|_| !is_view),
            columns: columns?,
            indexes: if is_view { Vec::new() } else { indexes(db, name).await? },
        }))
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(super) fn is_view(&self) -> bool {
        self.engine.is_none()
    }

    /// The columns of the primary key, in its order.
    pub(super) fn key(&self) -> Vec<String> {
        let primary = self.indexes.iter().find(|index| index.name == "PRIMARY");
        primary.map(|index| index.columns.clone()).unwrap_or_default()
    }

    /// The unique index over exactly these columns, in whatever order.
    pub(super) fn unique(&self, columns: &[String]) -> Option<&Index> {
        self.indexes.iter().find(|index| {
            index.columns.len() == columns.len() && columns.iter().all(|name| index.columns.contains(name))
        })
    }
}

/// Rows about the table of this name. The server compares names without regard to case, and tables that differ in
/// nothing else may live side by side.
async fn ask(db: &mut MySqlConnection, sql: &str, name: &str) -> sqlx::Result<Vec<MySqlRow>> {
    let here =
        "table_schema = DATABASE() AND table_name = ? AND CAST(table_name AS BINARY) = CAST(? AS BINARY)";
    let name = Param::Text(name.to_owned());
    rows_once(db, sql.replace("{here}", here), [&name, &name]).await
}

/// The check constraints of a table of MariaDB, which keeps JSON as a text that `json_valid` checks.
async fn checks(db: &mut MySqlConnection, name: &str) -> sqlx::Result<Vec<String>> {
    let sql = "SELECT CAST(check_clause AS CHAR) FROM information_schema.check_constraints \
               WHERE constraint_schema = DATABASE() AND table_name = ? AND CAST(table_name AS BINARY) = CAST(? AS BINARY)";
    let rows = ask(db, sql, name).await?;
    rows.iter().map(|row| text(row, 0).map(Option::unwrap_or_default)).collect()
}

/// The columns that refer to another table by themselves, with that table.
async fn references(db: &mut MySqlConnection, name: &str) -> sqlx::Result<Vec<(String, String)>> {
    let sql = "SELECT CAST(MIN(column_name) AS CHAR), CAST(MIN(referenced_table_name) AS CHAR) \
               FROM information_schema.key_column_usage \
               WHERE {here} AND referenced_table_name IS NOT NULL \
               GROUP BY constraint_name HAVING COUNT(*) = 1";
    let rows = ask(db, sql, name).await?;
    rows.iter()
        .map(|row| Ok((text(row, 0)?.unwrap_or_default(), text(row, 1)?.unwrap_or_default())))
        .collect()
}

/// The unique indexes over whole columns.
async fn indexes(db: &mut MySqlConnection, name: &str) -> sqlx::Result<Vec<Index>> {
    let sql = "SELECT CAST(index_name AS CHAR), CAST(column_name AS CHAR), CAST(sub_part AS CHAR) \
               FROM information_schema.statistics \
               WHERE {here} AND non_unique = 0 \
               ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index";
    let mut indexes: Vec<Index> = Vec::new();
    let mut partial = Vec::new();
    for row in ask(db, sql, name).await? {
        let name = text(&row, 0)?.unwrap_or_default();
        // An index over an expression has no column, one over a beginning has a length.
        let column = text(&row, 1)?.filter(|_| text(&row, 2).is_ok_and(|part| part.is_none()));
        match (column, indexes.last_mut().filter(|index| index.name == name)) {
            (None, _) => partial.push(name),
            (Some(column), Some(index)) => index.columns.push(column),
            (Some(column), None) => indexes.push(Index { name, columns: vec![column] }),
        }
    }
    // A part of an index is as unique as none for naming rows, but its name may stand in an error.
    for name in partial {
        indexes.retain(|index| index.name != name);
        indexes.push(Index { name, columns: Vec::new() });
    }
    Ok(indexes)
}

fn column(row: &MySqlRow, checks: &[String], references: &[(String, String)]) -> sqlx::Result<Column> {
    let word = |index| text(row, index).map(Option::unwrap_or_default);
    let size = |index| Ok::<_, sqlx::Error>(text(row, index)?.and_then(|text| text.parse().ok()));
    let name = word(0)?;
    let check = format!("json_valid(`{name}`)");
    let declared = Declared {
        name: word(1)?.to_ascii_lowercase(),
        whole: word(2)?,
        most_chars: size(3)?,
        most_bytes: size(4)?,
        precision: size(5)?,
        scale: size(6)?,
        fraction: size(7)?,
        charset: text(row, 8)?,
        is_checked_json: checks.iter().any(|clause| clause.eq_ignore_ascii_case(&check)),
    };
    let extra = word(11)?.to_ascii_lowercase();
    let refers_to = references.iter().find(|(column, _)| *column == name);
    Ok(Column {
        kind: kind(&declared),
        declared: declared.whole,
        comment: word(12)?,
        is_not_null: word(9)? == "NO",
        has_default: word(10)? == "1" || extra.contains("auto_increment"),
        is_generated: extra.contains("virtual generated") || extra.contains("stored generated"),
        refers_to: refers_to.map(|(_, table)| table.clone()),
        name,
    })
}

/// The names of all tables (and views, when asked) but the guard's.
pub(super) async fn names(db: &mut MySqlConnection, with_views: bool) -> sqlx::Result<Vec<String>> {
    let sql = "SELECT CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE() \
               AND (table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') OR (table_type = 'VIEW' AND ?)) ORDER BY table_name";
    let rows = rows_once(db, sql.to_owned(), [&Param::Int(i64::from(with_views))]).await?;
    let names: sqlx::Result<Vec<_>> =
        rows.iter().map(|row| text(row, 0).map(Option::unwrap_or_default)).collect();
    Ok(names?.into_iter().filter(|name| name != GUARD).collect())
}

/// The error for a table that is not there.
pub(super) async fn missing(db: &mut MySqlConnection, name: &str) -> ConnectorError {
    let known = names(db, true).await.unwrap_or_default().join(", ");
    ConnectorError::new(ErrorKind::NotFound, format!("no table `{name}`; the database has: {known}"))
}

/// The names of the tables with a primary key, but the guard's.
pub(super) async fn keyed(db: &mut MySqlConnection) -> sqlx::Result<Vec<String>> {
    let sql = "SELECT CAST(table_name AS CHAR) FROM information_schema.table_constraints \
               WHERE table_schema = DATABASE() AND constraint_type = 'PRIMARY KEY' ORDER BY table_name";
    let rows = rows_once(db, sql.to_owned(), []).await?;
    let names: sqlx::Result<Vec<_>> =
        rows.iter().map(|row| text(row, 0).map(Option::unwrap_or_default)).collect();
    Ok(names?.into_iter().filter(|name| name != GUARD).collect())
}
