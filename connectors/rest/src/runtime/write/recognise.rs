//! Objects of ours of which nobody remembers that they were made: by their markers, and by the fields that a connector
//! names for creates without an answer.

use super::{encode, marker, recover, search};
use crate::runtime::{
    read::{self, Row},
    service::Service,
};
use bytes::Bytes;
use engine_contract::{
    ConnectorError, Context, Current, ErrorKind, Map, Marked, MarkedPage, Record, Result, Value,
};

/// How many objects one page of a list looks at.
const PAGE: usize = 1_000;

/// The marker in an object, whoever's it is.
pub(super) fn marker_in(service: &Service, object: &str, fields: &Value) -> Option<String> {
    let (table, kind) = (service.catalog.write(object).ok()?, service.catalog.object(object).ok()?);
    let record = Record::parse(Bytes::from(fields.to_json())).ok()?;
    marker::of(table, kind, &record)
}

/// Whether objects of a kind carry a marker.
pub(super) fn carries_marker(service: &Service, object: &str) -> bool {
    match (service.catalog.write(object), service.catalog.object(object)) {
        (Ok(table), Ok(kind)) => marker::is_carried(table, kind),
        _ => false,
    }
}

/// A page of the objects that carry a marker, in the order in which they were made.
pub(super) async fn marked(
    service: &Service,
    context: &Context,
    (object, resume): (&str, Option<&str>),
) -> Result<MarkedPage> {
    let (table, kind) = (service.catalog.write(object)?, service.catalog.object(object)?);
    let stream = service.catalog.listing(object)?;
    let (rows, resume) = read::made_page(service, context, stream, (resume, PAGE)).await?;
    let found = rows.iter().filter(|row| !recover::is_left_over(table, row)).filter_map(|row| {
        let marker = marker::of(table, kind, &row.record)?;
        let Current { target_id, token, .. } = recover::current(table, row);
        Some(Marked { marker, target_id, token })
    });
    Ok(MarkedPage { found: found.collect(), resume })
}

/// The objects that agree with creates in the fields by which one without an answer would be recognised, whatever
/// marker they carry.
pub(super) async fn alike(
    service: &Service,
    context: &Context,
    (object, payloads): (&str, &[Bytes]),
) -> Result<Vec<Vec<Current>>> {
    let names = &service.catalog.object(object)?.recover_by;
    if names.is_empty() {
        let message = "nothing but a marker tells which of these objects are the engine's own";
        return Err(ConnectorError::new(ErrorKind::Unsupported, message).with_context("object", object));
    }
    let table = service.catalog.write(object)?;
    let wanted: Vec<Map> = payloads.iter().map(|payload| encode::decode(payload)).collect();
    let is_whole = |row: &Row| !recover::is_left_over(table, row);
    search::agreeing(service, context, (object, names), &wanted, is_whole).await
}
