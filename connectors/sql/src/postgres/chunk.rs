//! Brings the rows of one form into their table: all at once, and when rows are at fault, in ever smaller chunks until
//! each of these is alone.
//!
//! A chunk is a savepoint. Constraints that wait for the commit are checked at its end, so that a row which breaks one
//! fails here and not the whole call at its commit.

use super::{
    encode, error,
    group::{Form, FormOp, Item, key_of},
    merge::{Merge, deleting, marking, moving},
    session::Session,
    table::{Table, texts},
};
use engine_contract::{Applied, Change, ConnectorError, ErrorKind, Outcome, Result};
use sqlx::{Arguments, Row, postgres::PgArguments};
use std::ops::Range;

/// Why a chunk changed nothing.
enum Fault {
    Sql(sqlx::Error),
    /// A trigger let rows fall under the table.
    LeftOut,
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

/// Writes items of one form, no two of one object.
///
/// # Errors
/// When the database does not work; then the transaction is spoilt.
pub(super) async fn write(
    session: &mut Session<'_>,
    table: &Table,
    form: &Form,
    items: &[&Item<'_>],
) -> Result<Vec<(String, Outcome)>> {
    let mut done = Vec::with_capacity(items.len());
    // A move is told apart from a plain update only alone.
    let mut open: Vec<Range<usize>> = match form.op {
        FormOp::Move => (0..items.len()).rev().map(|index| index..index + 1).collect(),
        FormOp::Put | FormOp::Delete | FormOp::Mark => std::iter::once(0..items.len()).collect(),
    };
    while let Some(range) = open.pop() {
        let Some(chunk) = items.get(range.clone()).filter(|chunk| !chunk.is_empty()) else { continue };
        let fault = match attempt(session, table, form, chunk).await {
            Ok(changes) => {
                done.extend(chunk.iter().zip(changes).map(|(item, change)| applied(item, change)));
                continue;
            }
            Err(Fault::Sql(error)) if !error::is_about_rows(&error) => return Err(failed(table, &error)),
            Err(fault) => fault,
        };
        let back = session.run("ROLLBACK TO SAVEPOINT one_chunk; RELEASE SAVEPOINT one_chunk").await;
        back.map_err(|error| failed(table, &error))?;
        let line = match &fault {
            Fault::Sql(error) => error::copied_line(error).filter(|line| (1..=chunk.len()).contains(line)),
            Fault::LeftOut => None,
        };
        match (chunk, line) {
            (_, Some(line)) => {
                let at = range.start + line - 1;
                done.extend(items.get(at).map(|item| refused(table, form, item, &fault)));
                open.push(at + 1..range.end);
                open.push(range.start..at);
            }
            ([item], None) => done.push(refused(table, form, item, &fault)),
            (several, None) => {
                let middle = range.start + several.len() / 2;
                open.push(middle..range.end);
                open.push(range.start..middle);
            }
        }
    }
    Ok(done)
}

async fn attempt(
    session: &mut Session<'_>,
    table: &Table,
    form: &Form,
    chunk: &[&Item<'_>],
) -> Result<Vec<Change>, Fault> {
    let changes = match form.op {
        FormOp::Delete => {
            session.run("SAVEPOINT one_chunk").await?;
            session.rows(&deleting(table, &form.match_on), keys(chunk, form.match_on.len())).await?;
            vec![Change::Deleted; chunk.len()]
        }
        FormOp::Mark => {
            session.run("SAVEPOINT one_chunk").await?;
            let arguments = values(chunk, form.columns.len(), keys(chunk, form.match_on.len()));
            session.rows(&marking(table, form), arguments).await?;
            vec![Change::Deleted; chunk.len()]
        }
        FormOp::Put | FormOp::Move => put(session, table, form, chunk).await?,
    };
    if changes.len() != chunk.len() {
        return Err(Fault::LeftOut);
    }
    let has_stage = matches!(form.op, FormOp::Put | FormOp::Move);
    let drop_stage = if has_stage { "DROP TABLE pg_temp._engine_stage; " } else { "" };
    session.run(&format!("SET CONSTRAINTS ALL IMMEDIATE; {drop_stage}RELEASE SAVEPOINT one_chunk")).await?;
    Ok(changes)
}

async fn put(
    session: &mut Session<'_>,
    table: &Table,
    form: &Form,
    chunk: &[&Item<'_>],
) -> Result<Vec<Change>, Fault> {
    let merge = Merge::of(table, form);
    session.run(&format!("SAVEPOINT one_chunk; {}", merge.stage)).await?;
    let mut lines = String::with_capacity(chunk.iter().map(|item| item.line.len() + 1).sum());
    for item in chunk {
        lines.push_str(&item.line);
        lines.push('\n');
    }
    session.copy(&merge.copy, lines.as_bytes()).await?;
    if form.op == FormOp::Move
        && let [item] = chunk
        && let Some(key) = item.old.and_then(|old| key_of(old, form.match_on.len()))
    {
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let rows = session.rows(&moving(table, form), texts(&key)).await?;
        let moved: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        if moved > 0 {
            return Ok(vec![Change::Updated]);
        }
    }
    let mut letters = String::new();
    for sql in merge.foretell.iter().chain(&merge.put) {
        let rows = session.rows(sql, PgArguments::default()).await?;
        if let Some(row) = rows.first() {
            letters = row.try_get(0)?;
        }
    }
    Ok(letters.bytes().map(|letter| if letter == b'c' { Change::Created } else { Change::Updated }).collect())
}

/// One array of texts for each match column.
fn keys(chunk: &[&Item<'_>], columns: usize) -> PgArguments {
    let keys: Vec<Vec<String>> = chunk.iter().filter_map(|item| key_of(&item.id, columns)).collect();
    let mut arguments = PgArguments::default();
    for place in 0..columns {
        let column: Vec<&str> = keys.iter().filter_map(|key| key.get(place)).map(String::as_str).collect();
        // Texts can always be encoded.
        arguments.add(column).ok();
    }
    arguments
}

/// One array of texts for each column of the form, behind the keys.
fn values(chunk: &[&Item<'_>], columns: usize, mut arguments: PgArguments) -> PgArguments {
    for place in 0..columns {
        let value = |item: &&Item<'_>| {
            let text = item.line.split('\t').nth(place)?;
            (text != encode::NULL).then(|| encode::unescape(text).into_owned())
        };
        let column: Vec<Option<String>> = chunk.iter().map(value).collect();
        // Texts can always be encoded.
        arguments.add(column).ok();
    }
    arguments
}

fn applied(item: &Item<'_>, change: Change) -> (String, Outcome) {
    (item.write.id.clone(), Outcome::Applied(Applied { target_id: item.id.clone(), token: None, change }))
}

fn refused(table: &Table, form: &Form, item: &Item<'_>, fault: &Fault) -> (String, Outcome) {
    let error = match fault {
        Fault::Sql(error) => error::of_row(error, (&table.name, &form.columns), item.write.op.removes()),
        Fault::LeftOut => {
            ConnectorError::new(ErrorKind::Invalid, "a trigger of the table leaves the row out")
                .with_context("table", table.name.clone())
        }
    };
    (item.write.id.clone(), Outcome::NotApplied(error))
}

fn failed(table: &Table, error: &sqlx::Error) -> ConnectorError {
    error::of_database(error, "writing").with_context("table", table.name.clone())
}
