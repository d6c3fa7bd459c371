//! One write to one ledger: the revision is compared, then the row changed.

use super::ledger;
use engine_contract::{Applied, Change, ConnectorError, ErrorKind, Map, Op, Value, Write, natural_id};
use rusqlite::{Connection, OptionalExtension, params};

/// What is known of an object.
struct Row {
    revision: i64,
    content: Option<String>,
}

/// Applies a write within the caller's transaction. The inner error is a refusal of this write alone.
pub(super) fn apply(db: &Connection, write: &Write) -> rusqlite::Result<Result<Applied, ConnectorError>> {
    match write.op {
        Op::Create | Op::Update => put(db, write),
        Op::Delete => delete(db, write),
        Op::Void | Op::Deactivate | Op::SoftDelete => {
            Ok(Err(invalid("objects in a file can be deleted, and in no other way taken back")))
        }
    }
}

fn put(db: &Connection, write: &Write) -> rusqlite::Result<Result<Applied, ConnectorError>> {
    let Ok(Value::Map(set)) = serde_json::from_slice::<Value>(&write.payload) else {
        return Ok(Err(invalid("the payload is none that this connector encoded")));
    };
    let Some(id) = natural_id(write.match_on.iter().map(|field| set.get(field))) else {
        return Ok(Err(invalid("a match field has no value")));
    };
    // The natural key itself changed: the object under the old one is this one.
    let old_id = write.target_id.as_deref().filter(|old| *old != id);
    let (here, old) = (known(db, &id)?, old_id.map(|old| known(db, old)).transpose()?.flatten());
    if here.iter().chain(&old).any(|row| row.revision > write.revision) {
        return Ok(Ok(applied(id, Change::Superseded)));
    }
    let before = here.and_then(|row| row.content).or_else(|| old.and_then(|row| row.content));
    let change = if before.is_some() { Change::Updated } else { Change::Created };
    let content = match before.map(|before| merged(&before, &set)) {
        Some(Ok(content)) => content,
        Some(Err(error)) => return Ok(Err(error)),
        None => String::from_utf8_lossy(&write.payload).into_owned(),
    };
    if let Some(old) = old_id {
        remove(db, old, write.revision)?;
    }
    keep(db, &id, write.revision, Some(&content))?;
    Ok(Ok(applied(id, change)))
}

fn delete(db: &Connection, write: &Write) -> rusqlite::Result<Result<Applied, ConnectorError>> {
    let Some(id) = write.target_id.clone() else { return Ok(Err(invalid("a delete names no object"))) };
    if known(db, &id)?.is_some_and(|row| row.revision > write.revision) {
        return Ok(Ok(applied(id, Change::Superseded)));
    }
    remove(db, &id, write.revision)?;
    Ok(Ok(applied(id, Change::Deleted)))
}

/// What was there, with the members that are set: those that the mapping leaves out keep their values.
fn merged(before: &str, set: &Map) -> Result<String, ConnectorError> {
    let Value::Map(mut content) = ledger::parse(before)? else { return Ok(before.to_owned()) };
    content.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
    Ok(Value::Map(content).to_json())
}

fn remove(db: &Connection, id: &str, revision: i64) -> rusqlite::Result<()> {
    keep(db, id, revision, None)
}

fn keep(db: &Connection, id: &str, revision: i64, content: Option<&str>) -> rusqlite::Result<()> {
    let sql = "INSERT INTO object (id, revision, content) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET \
               revision = excluded.revision, content = excluded.content";
    db.prepare_cached(sql)?.execute(params![id, revision, content]).map(drop)
}

fn known(db: &Connection, id: &str) -> rusqlite::Result<Option<Row>> {
    db.prepare_cached("SELECT revision, content FROM object WHERE id = ?1")?
        .query_row([id], |row| Ok(Row { revision: row.get(0)?, content: row.get(1)? }))
        .optional()
}

fn applied(target_id: String, change: Change) -> Applied {
    Applied { target_id, token: None, change }
}

fn invalid(message: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Invalid, message)
}
