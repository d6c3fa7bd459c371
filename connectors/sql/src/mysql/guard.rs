//! The guard: which revision of each object was applied last, in a side table of the target database.
//!
//! It lives in the same transactions as the rows it guards, and is locked before them, in the order of its keys:
//! two writers of one object wait for each other here and cannot deadlock. A deleted object keeps its guard, so that
//! an older write that arrives late cannot bring it back. Ids are compared as bytes.

use super::{
    error,
    sequel::{Param, raw, rows_once, run_once, text, tuples},
    table::GUARD,
};
use engine_contract::{ConnectorError, ErrorKind, Result, Retry};
use sqlx::{MySqlConnection, Row};
use std::collections::{BTreeMap, BTreeSet};

/// The longest target id that it keeps, in bytes: a key of InnoDB takes 3,072, of which the table's name gets 256.
pub(super) const LONGEST_ID: usize = 2_700;

/// Keys in one statement: MariaDB turns longer lists into a subquery.
const KEYS: usize = 500;

const MADE_BY: &str = "CREATE TABLE IF NOT EXISTS _engine_guard (object VARBINARY(256) NOT NULL, \
    target_id VARBINARY(2700) NOT NULL, revision BIGINT NOT NULL, deleted TINYINT(1) NOT NULL DEFAULT 0, \
    PRIMARY KEY (object, target_id)) ENGINE = InnoDB ROW_FORMAT = DYNAMIC";

/// What the guard knows, or is to know, of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) revision: i64,
    pub(super) is_deleted: bool,
}

/// Makes the guard's table where there is none. Outside of a transaction: making a table ends one.
pub(super) async fn prepare(db: &mut MySqlConnection) -> Result<()> {
    let failed = |error: &sqlx::Error| error::of_database(error, "looking for the table of revisions");
    let sql = "SELECT CAST(engine AS CHAR) FROM information_schema.tables \
               WHERE table_schema = DATABASE() AND table_name = ?";
    let rows = rows_once(db, sql.to_owned(), [&Param::Text(GUARD.to_owned())]).await;
    let engine = match rows.map_err(|error| failed(&error))?.first() {
        Some(row) => text(row, 0).map_err(|error| failed(&error))?,
        None => {
            return run_once(db, MADE_BY.to_owned(), []).await.map(drop).map_err(|error| refusal(&error));
        }
    };
    if engine.as_deref().is_none_or(|engine| !engine.eq_ignore_ascii_case("InnoDB")) {
        let message =
            "the table of revisions has no transactions: run `ALTER TABLE _engine_guard ENGINE = InnoDB`";
        return Err(ConnectorError::new(ErrorKind::Config, message).with_context("table", GUARD));
    }
    Ok(())
}

fn refusal(error: &sqlx::Error) -> ConnectorError {
    let made = error::of_database(error, "making the table of revisions");
    if made.kind() != ErrorKind::Forbidden {
        return made;
    }
    let message = format!("the user may not make the table `{GUARD}`: have an administrator run `{MADE_BY}`");
    ConnectorError::new(ErrorKind::Forbidden, message)
}

/// Locks what the guard has of these objects, and tells their revisions.
pub(super) async fn lock(
    db: &mut MySqlConnection,
    object: &str,
    ids: &BTreeSet<&str>,
) -> Result<BTreeMap<String, i64>> {
    let failed = |error: &sqlx::Error| error::of_database(error, "reading revisions");
    let ids: Vec<&str> = ids.iter().copied().collect();
    let mut known = BTreeMap::new();
    for ids in ids.chunks(KEYS) {
        let sql = format!(
            "SELECT target_id, revision FROM {GUARD} FORCE INDEX (PRIMARY) \
             WHERE object = ? AND target_id IN ({}) ORDER BY target_id FOR UPDATE",
            vec!["?"; ids.len()].join(", ")
        );
        let params: Vec<Param> = std::iter::once(object).chain(ids.iter().copied()).map(bytes).collect();
        for row in rows_once(db, sql, &params).await.map_err(|error| failed(&error))? {
            let id = raw(&row, 0).map_err(|error| failed(&error))?.unwrap_or_default();
            let revision = row.try_get(1).map_err(|error| failed(&error))?;
            known.insert(String::from_utf8_lossy(id).into_owned(), revision);
        }
    }
    Ok(known)
}

/// Adds objects that the guard did not have when it was locked.
pub(super) async fn add(db: &mut MySqlConnection, object: &str, marks: &BTreeMap<&str, Mark>) -> Result<()> {
    write(db, object, marks, "").await.map_err(|error| {
        if error::is_duplicate(&error) {
            let message = "another engine writes the same rows at this moment";
            return ConnectorError::new(ErrorKind::Unavailable, message)
                .with_retry(Retry::Soon)
                .with_context("table", object);
        }
        error::of_database(&error, "recording revisions")
    })
}

/// Changes what the guard has of objects.
pub(super) async fn change(
    db: &mut MySqlConnection,
    object: &str,
    marks: &BTreeMap<&str, Mark>,
) -> Result<()> {
    let change = "ON DUPLICATE KEY UPDATE revision = VALUES(revision), deleted = VALUES(deleted)";
    let done = write(db, object, marks, change).await;
    done.map_err(|error| error::of_database(&error, "recording revisions"))
}

async fn write(
    db: &mut MySqlConnection,
    object: &str,
    marks: &BTreeMap<&str, Mark>,
    ending: &str,
) -> sqlx::Result<()> {
    let marks: Vec<(&str, Mark)> = marks.iter().map(|(id, mark)| (*id, *mark)).collect();
    for marks in marks.chunks(KEYS) {
        let rows = tuples(marks.len(), 4);
        let sql =
            format!("INSERT INTO {GUARD} (object, target_id, revision, deleted) VALUES {rows} {ending}");
        let params: Vec<Param> = marks
            .iter()
            .flat_map(|(id, mark)| {
                let deleted = Param::Int(i64::from(mark.is_deleted));
                [bytes(object), bytes(id), Param::Int(mark.revision), deleted]
            })
            .collect();
        run_once(db, sql, &params).await?;
    }
    Ok(())
}

/// Takes objects out that were added for rows that the table then refused.
pub(super) async fn forget(db: &mut MySqlConnection, object: &str, ids: &BTreeSet<&str>) -> Result<()> {
    let ids: Vec<&str> = ids.iter().copied().collect();
    for ids in ids.chunks(KEYS) {
        let marks = vec!["?"; ids.len()].join(", ");
        let sql = format!("DELETE FROM {GUARD} WHERE object = ? AND target_id IN ({marks})");
        let params: Vec<Param> = std::iter::once(object).chain(ids.iter().copied()).map(bytes).collect();
        let done = run_once(db, sql, &params).await;
        done.map_err(|error| error::of_database(&error, "taking revisions back"))?;
    }
    Ok(())
}

fn bytes(text: &str) -> Param {
    Param::Bytes(text.as_bytes().to_vec())
}
