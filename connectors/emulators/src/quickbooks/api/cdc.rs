//! Change data capture: what changed since a moment, deleted transactions too.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Request;
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::time;
use crate::quickbooks::value::{Object, inner, set, text};

/// How far back it reaches.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An answer holds at most this many objects over all kinds, and there is no next page.
const MOST_OBJECTS: usize = 1_000;

pub(super) fn respond(books: &Books, request: &Request<'_>) -> Outcome<Object> {
    let entities = request
        .parameter("entities")
        .filter(|it| !it.is_empty())
        .ok_or_else(|| Fault::missing("entities"))?;
    let since = request.parameter("changedSince").ok_or_else(|| Fault::missing("changedSince"))?;
    let since = time::moment(since, &books.zone).ok_or_else(|| Fault::bad_date("changedSince"))?;
    if request.now.duration_since(since) > LOOK_BACK {
        return Err(Fault::out_of_range("changedSince", "changedSince reaches back 30 days at most"));
    }
    let kinds: Vec<Kind> = entities.split(',').map(|name| captured(name.trim())).collect::<Outcome<_>>()?;
    let mut room = MOST_OBJECTS;
    let groups: Vec<Value> = kinds
        .into_iter()
        .map(|kind| {
            let mut rows = changed(books, kind, since);
            rows.truncate(room);
            room -= rows.len();
            group(kind, rows)
        })
        .collect();
    let mut answer = Object::new();
    set(&mut answer, "CDCResponse", json!([{"QueryResponse": groups}]));
    Ok(answer)
}

fn captured(name: &str) -> Outcome<Kind> {
    Kind::named(name)
        .filter(|kind| kind.is_captured())
        .ok_or_else(|| Fault::query_rule(format!("Entity {name} is not supported by change data capture")))
}

/// Those that are there by the time of their change, then those that are deleted.
fn changed(books: &Books, kind: Kind, since: Timestamp) -> Vec<Value> {
    let mut rows: Vec<(Timestamp, Value)> = books
        .all(kind)
        .filter_map(|(id, object)| {
            let stamp = inner(object, "MetaData").and_then(|meta| text(meta, "LastUpdatedTime"))?;
            let at: Timestamp = stamp.parse().ok()?;
            (at >= since).then(|| (at, books.render(kind, id, object)))
        })
        .collect();
    rows.sort_by_key(|(at, _)| *at);
    let deleted = books.deleted_since(kind, since).map(|gone| {
        json!({
            "status": "Deleted",
            "domain": "QBO",
            "Id": gone.id.as_str(),
            "MetaData": {"LastUpdatedTime": time::stamp(gone.at, &books.zone)},
        })
    });
    rows.into_iter().map(|(_, row)| row).chain(deleted).collect()
}

/// A kind without changes is an empty object.
fn group(kind: Kind, rows: Vec<Value>) -> Value {
    let mut group = Object::new();
    if !rows.is_empty() {
        let count = rows.len();
        set(&mut group, kind.name(), rows);
        set(&mut group, "startPosition", 1);
        set(&mut group, "maxResults", count);
        set(&mut group, "totalCount", count);
    }
    Value::Object(group)
}
