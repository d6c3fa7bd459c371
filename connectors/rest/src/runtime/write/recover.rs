//! Objects of ours whose create had no answer, or was answered that they exist.

use super::{encode, marker, search};
use crate::{
    manifest::{CursorTable, ObjectTable, WriteTable},
    runtime::{
        path,
        read::{self, Row},
        service::Service,
    },
};
use engine_contract::{Context, Current, Cursor, Lookup, Result, Value};
use jiff::{SignedDuration, Timestamp};

/// How far the service's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Lost<'a> {
    pub(super) object: &'a str,
    pub(super) marker: &'a str,
    pub(super) payload: &'a [u8],
    /// No attempt was made before this; without it only a marker proves that an object is ours.
    pub(super) sent_after: Option<Timestamp>,
}

/// Finds what earlier attempts made.
pub(super) async fn lookup(
    service: &Service,
    context: &Context,
    lookups: &[Lookup],
) -> Result<Vec<(String, Vec<Current>)>> {
    let mut found = Vec::new();
    for lookup in lookups {
        let lost = Lost {
            object: &lookup.object,
            marker: &lookup.marker,
            payload: &lookup.payload,
            sent_after: lookup.sent_after,
        };
        let mut hits = by_fields(service, context, lost).await?;
        if hits.is_empty() {
            hits = by_time(service, context, lost).await?;
        }
        found.push((lookup.id.clone(), hits));
    }
    Ok(found)
}

/// The object of ours that a service says exists already.
pub(super) async fn ours(service: &Service, context: &Context, lost: Lost<'_>) -> Result<Option<Current>> {
    Ok(by_fields(service, context, lost).await?.into_iter().next())
}

/// By the fields that the connector names for this, among objects in use and others.
async fn by_fields(service: &Service, context: &Context, lost: Lost<'_>) -> Result<Vec<Current>> {
    let table = service.catalog.write(lost.object)?;
    let object: &ObjectTable = service.catalog.object(lost.object)?;
    let schema = service.catalog.schema(lost.object)?;
    let stream = service.catalog.listing(lost.object)?;
    let fields = encode::decode(lost.payload);
    let names: Vec<String> = object.recover_by.clone();
    let values: Option<Vec<String>> = names
        .iter()
        .map(|name| path::member(&fields, name).and_then(Value::scalar_text).filter(|text| !text.is_empty()))
        .collect();
    let (Some(values), Some((by, how))) = (values, search::first_searchable(stream, &names)) else {
        return Ok(Vec::new());
    };
    let at = names.iter().position(|name| name == by).unwrap_or_default();
    let sought: Vec<String> = values.get(at).cloned().into_iter().collect();
    let rows = read::find(service, context, (stream, None), &how, &sought).await?;
    let is_ours = |row: &&Row| {
        if marker::is_carried(table, object) {
            return marker::has(table, object, &row.record, lost.marker) && !is_left_over(table, row);
        }
        search::agrees(schema, row, &names, &values)
            && made_after(stream.table.created.as_ref(), row, lost.sent_after)
    };
    Ok(rows.iter().filter(is_ours).map(|row| current(table, row)).collect())
}

/// Whether an object without a marker was made after the first attempt: a name that only one object may have
/// was free until then.
fn made_after(created: Option<&CursorTable>, row: &Row, sent_after: Option<Timestamp>) -> bool {
    let made = created.and_then(|created| path::text(&row.record, created.field.as_deref()?));
    let made = made.and_then(|text| Cursor::parse(&text).ok());
    match (made, sent_after) {
        (Some(Cursor::Instant(made)), Some(sent)) => made >= earlier(sent),
        _ => false,
    }
}

/// Among what was made since the first attempt, by the marker.
async fn by_time(service: &Service, context: &Context, lost: Lost<'_>) -> Result<Vec<Current>> {
    let table = service.catalog.write(lost.object)?;
    let object = service.catalog.object(lost.object)?;
    if !marker::is_carried(table, object) {
        return Ok(Vec::new());
    }
    let stream = service.catalog.listing(lost.object)?;
    let since = lost.sent_after.map(|sent| Cursor::Instant(earlier(sent)));
    let rows = read::made_since(service, context, stream, since).await?;
    let is_ours =
        |row: &&Row| marker::has(table, object, &row.record, lost.marker) && !is_left_over(table, row);
    Ok(rows.iter().filter(is_ours).map(|row| current(table, row)).collect())
}

/// Whether an object is what a refused create left behind.
pub(super) fn is_left_over(table: &WriteTable, row: &Row) -> bool {
    table
        .leftovers
        .iter()
        .any(|(field, values)| path::text(&row.record, field).is_some_and(|held| values.contains(&held)))
}

fn earlier(sent: Timestamp) -> Timestamp {
    sent.checked_sub(SKEW).unwrap_or(Timestamp::MIN)
}

/// An object as it is now.
pub(super) fn current(table: &WriteTable, row: &Row) -> Current {
    let version = table.version.as_deref().and_then(|version| path::text(&row.record, version));
    Current { target_id: row.key.clone(), token: version, fields: row.record.to_value() }
}
