//! Records that objects name by their ids, where the service does not look itself whether they are there.
//!
//! WooCommerce takes an order line of a product that does not exist, and makes a line of nothing of it. So the ids are
//! looked up before anything is sent, each once per connection.

use crate::runtime::{
    path,
    read::{self, Narrow},
    service::Service,
};
use engine_contract::{ConnectorError, Context, ErrorKind, Outcome, Record, Result, Write};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// So many ids are remembered; then it begins anew.
const MOST: usize = 100_000;

/// Ids that were found: stream and id.
#[derive(Default)]
pub(super) struct Known(Mutex<BTreeSet<(String, String)>>);

impl Known {
    fn has(&self, stream: &str, id: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(&(stream.to_owned(), id.to_owned()))
    }

    fn add(&self, stream: &str, ids: impl Iterator<Item = String>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MOST {
            known.clear();
        }
        known.extend(ids.map(|id| (stream.to_owned(), id)));
    }
}

/// The outcomes of writes that name what is not there; nothing of those that can be sent.
pub(super) async fn refused(
    service: &Service,
    context: &Context,
    known: &Known,
    writes: &[Write],
) -> Result<Vec<(String, Outcome)>> {
    let mut outcomes: Vec<(String, Outcome)> = Vec::new();
    let object = writes.first().map(|write| write.object.as_str()).unwrap_or_default();
    if object.is_empty() {
        return Ok(outcomes);
    }
    for (field, stream) in &service.catalog.write(object)?.must_exist {
        let named: Vec<(&Write, BTreeSet<String>)> = writes
            .iter()
            .filter(|write| !write.op.removes() && write.object == object)
            .map(|write| (write, ids(write, field)))
            .collect();
        let asked: BTreeSet<&String> =
            named.iter().flat_map(|(_, ids)| ids).filter(|id| !known.has(stream, id)).collect();
        let asked: Vec<String> = asked.into_iter().cloned().collect();
        let (stream_of, whole) = (service.catalog.stream(stream)?, Narrow::default());
        let found = read::fetch(service, context, stream_of, &asked, &whole).await?;
        known.add(stream, found.into_iter().map(|row| row.key));
        let lacks = |ids: &BTreeSet<String>| ids.iter().any(|id| !known.has(stream, id));
        for (write, _) in named.iter().filter(|(_, ids)| lacks(ids)) {
            if !outcomes.iter().any(|(id, _)| *id == write.id) {
                outcomes.push((write.id.clone(), Outcome::NotApplied(missing(object, field, stream))));
            }
        }
    }
    Ok(outcomes)
}

fn missing(object: &str, field: &str, stream: &str) -> ConnectorError {
    let message = format!("`{field}` names none of `{stream}` that is there");
    ConnectorError::new(ErrorKind::Invalid, message).with_context("object", object)
}

/// The ids at a dotted path of a write, those within lists too.
fn ids(write: &Write, field: &str) -> BTreeSet<String> {
    let Ok(payload) = Record::parse(write.payload.clone()) else { return BTreeSet::new() };
    path::all(&payload, field).into_iter().filter(|id| !id.is_empty() && id != "0").collect()
}
