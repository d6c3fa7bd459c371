//! Several writes in one request, where the service has a call for that.
//!
//! Each write keeps an outcome of its own: what the answer says of the object at its place. What the answer leaves
//! out is unknown, as is everything when no answer comes; each is then found again for itself, by its marker. So
//! a service that remembers requests by a key has no batches here: it remembers a batch only whole, and after a
//! crash other records are due.

use super::{
    encode, marker,
    send::{self, Known, soon},
};
use crate::{
    manifest::{BatchTable, Effect, ObjectTable, WriteTable},
    runtime::{
        answer::Answer,
        faults::echo,
        path, query,
        service::{Call, Service},
    },
};
use bytes::Bytes;
use connector_kit::was_sent;
use engine_contract::{ConnectorError, Context, ErrorKind, Map, Outcome, Record, Result, Value, Write};
use std::collections::BTreeMap;

/// Writes that go into one request.
struct Batch<'a> {
    path: String,
    query: query::Query,
    writes: Vec<&'a Write>,
}

/// Sends what can go together, and gives the outcomes beside the writes that go alone.
///
/// # Errors
/// Only when nothing was sent.
pub(super) async fn send<'a>(
    service: &Service,
    context: &Context,
    writes: &'a [Write],
) -> Result<(Vec<(String, Outcome)>, Vec<&'a Write>)> {
    let (batches, mut alone) = split(service, writes)?;
    let mut outcomes = Vec::with_capacity(writes.len());
    for batch in batches {
        match one(service, context, &batch).await {
            Ok(Some(answered)) => outcomes.extend(answered),
            Ok(None) => alone.extend(batch.writes),
            Err(error) if outcomes.is_empty() => return Err(error),
            // Others were sent already: these are answered for themselves.
            Err(error) => outcomes.extend(all(&batch, || Outcome::NotApplied(echo(&error)))),
        }
    }
    Ok((outcomes, alone))
}

/// What can go together: two objects or more, by the place that they are sent to.
fn split<'a>(service: &Service, writes: &'a [Write]) -> Result<(Vec<Batch<'a>>, Vec<&'a Write>)> {
    let mut groups: BTreeMap<(String, String), Vec<Batch<'a>>> = BTreeMap::new();
    let mut alone = Vec::new();
    for write in writes {
        let table = service.catalog.write(&write.object)?;
        let Some((batch, Ok((path, query)))) =
            table.batch.as_ref().map(|batch| (batch, place(service, batch, table, write)))
        else {
            alone.push(write);
            continue;
        };
        let group = groups.entry((path.clone(), query::to_text(&query))).or_default();
        match group.last_mut() {
            Some(open) if open.writes.len() < batch.max => open.writes.push(write),
            _ => group.push(Batch { path, query, writes: vec![write] }),
        }
    }
    let (together, single): (Vec<_>, Vec<_>) =
        groups.into_values().flatten().partition(|batch| batch.writes.len() > 1);
    alone.extend(single.into_iter().flat_map(|batch| batch.writes));
    Ok((together, alone))
}

/// Where a write goes together with others; an error when it cannot.
fn place(
    service: &Service,
    batch: &BatchTable,
    table: &WriteTable,
    write: &Write,
) -> Result<(String, query::Query)> {
    let call = table.call(write.op).filter(|_| batch.lists.has(write.op));
    let alone = || ConnectorError::new(ErrorKind::Unsupported, "the service takes such a write alone");
    let call = call.ok_or_else(alone)?;
    if send::needs_current(service, call, write) {
        return Err(alone());
    }
    let payload = encode::decode(&write.payload);
    let is_known = |(field, known): (&String, &Vec<String>)| match path::member(&payload, field) {
        Some(Value::Text(text)) => known.contains(text),
        _ => true,
    };
    if !batch.known.iter().all(is_known) {
        return Err(alone());
    }
    let known = Known { write, payload: &payload, now: None };
    send::address(service, (&batch.path, &batch.query), known)
}

/// Sends one batch; nothing when the service refused it as a whole, as it may over one of its objects. Once it was
/// sent there is no error: each write has an outcome.
async fn one(
    service: &Service,
    context: &Context,
    batch: &Batch<'_>,
) -> Result<Option<Vec<(String, Outcome)>>> {
    let Some(first) = batch.writes.first() else { return Ok(Some(Vec::new())) };
    let (table, object) = (service.catalog.write(&first.object)?, service.catalog.object(&first.object)?);
    let Some(known) = &table.batch else { return Ok(None) };
    let body = body(service, table, known, &batch.writes)?;
    let call = Call::new(known.method, batch.path.clone(), batch.query.clone(), Some(body));
    let answer = match service.send(context, call).await {
        Ok(answer) => answer,
        Err(error) if !was_sent(&error) => return Err(error),
        Err(error) => return Ok(Some(all(batch, || Outcome::Unknown(soon(echo(&error)))))),
    };
    if let Some(verdict) = service.judge(&answer) {
        let error = verdict.error;
        // A batch is no transaction: a server that failed may have done some of it, whatever its code says.
        return match verdict.effect == Effect::Unknown || answer.status >= 500 {
            true => Ok(Some(all(batch, || Outcome::Unknown(soon(echo(&error)))))),
            false if verdict.stops => Err(error),
            false if error.is_transient() => Ok(Some(all(batch, || Outcome::NotApplied(echo(&error))))),
            false => Ok(None),
        };
    }
    let mut outcomes = Vec::with_capacity(batch.writes.len());
    for (op, list) in known.lists.each() {
        let sent: Vec<&Write> = batch.writes.iter().copied().filter(|write| write.op == op).collect();
        let items = answer.body.as_ref().and_then(|body| body.part(&path::path(list))?.elements());
        let items = paired((table, object), &sent, &items.unwrap_or_default());
        for (write, item) in sent.into_iter().zip(items) {
            let outcome = match item {
                Some(item) => judged(service, context, (table, known), write, item).await,
                None => Outcome::Unknown(answer.unreadable()),
            };
            outcomes.push((write.id.clone(), outcome));
        }
    }
    Ok(Some(outcomes))
}

/// The lists of a batch.
fn body(service: &Service, table: &WriteTable, batch: &BatchTable, writes: &[&Write]) -> Result<Bytes> {
    let mut body = Vec::new();
    for (op, list) in batch.lists.each() {
        let Some(call) = table.call(op) else { continue };
        let mut items = writes.iter().filter(|write| write.op == op).peekable();
        if items.peek().is_none() {
            continue;
        }
        body.extend_from_slice(if body.is_empty() { b"{" } else { b"," });
        body.extend_from_slice(serde_json::Value::from(list).to_string().as_bytes());
        body.extend_from_slice(b":[");
        for (index, write) in items.enumerate() {
            let payload = encode::decode(&write.payload);
            let mut with = Map::new();
            if let Some(id) = &write.target_id {
                let member = table.id.as_deref().unwrap_or("id");
                with.insert(member.to_owned(), id_value(service, &write.object, member, id)?);
            }
            let known = Known { write, payload: &payload, now: None };
            with.extend(send::members(service, call, known)?);
            if index > 0 {
                body.push(b',');
            }
            body.extend_from_slice(&send::around(&with, &write.payload));
        }
        body.push(b']');
    }
    body.push(b'}');
    Ok(Bytes::from(body))
}

/// An id as the object's own field holds it.
fn id_value(service: &Service, object: &str, member: &str, id: &str) -> Result<Value> {
    let field = service.catalog.schema(object)?.field(member);
    let is_number = field.is_some_and(|field| field.kind == engine_contract::FieldType::Integer);
    let number = id.parse().ok().filter(|_| is_number).map(Value::Int);
    Ok(number.unwrap_or_else(|| Value::Text(id.to_owned())))
}

/// What the answers say of writes with one operation: nothing of those that they leave out. An object that says whose
/// it is, by its id or its marker, is believed. Others are taken by their places, as long as nothing says that the
/// answers stand in another order than what was sent.
fn paired(
    (table, object): (&WriteTable, &ObjectTable),
    sent: &[&Write],
    items: &[Record],
) -> Vec<Option<Record>> {
    let id = |item: &Record| path::text(item, table.id.as_deref().unwrap_or("id"));
    let is_of = |write: &Write, item: &Record| match &write.target_id {
        Some(known) => id(item).as_ref() == Some(known),
        None => marker::has(table, object, item, &write.marker),
    };
    let is_nameless = |write: &Write, item: &Record| match &write.target_id {
        Some(_) => id(item).is_none_or(|id| id.is_empty() || id == "0"),
        None => !marker::is_there(table, object, item),
    };
    let mut pairs = sent.iter().zip(items);
    let is_in_order = sent.len() == items.len()
        && pairs.all(|(write, item)| is_of(write, item) || is_nameless(write, item));
    let of = |(index, write): (usize, &&Write)| {
        let by_place = || items.get(index).filter(|_| is_in_order);
        items.iter().find(|item| is_of(write, item)).or_else(by_place).cloned()
    };
    sent.iter().enumerate().map(of).collect()
}

/// The outcome of one write of a batch.
async fn judged(
    service: &Service,
    context: &Context,
    (table, batch): (&WriteTable, &BatchTable),
    write: &Write,
    item: Record,
) -> Outcome {
    let refusal = item.part(&path::path(&batch.refused)).filter(|refusal| !refusal.to_value().is_null());
    let Some(refusal) = refusal else {
        let unknown = || Outcome::Unknown(Answer::part(200, item.clone()).unreadable());
        return send::applied_object(table, write, Some(&item)).map_or_else(unknown, Outcome::Applied);
    };
    let status = batch.status.as_deref().and_then(|member| path::text(&refusal, member));
    let status = status.and_then(|text| text.parse().ok()).unwrap_or(400);
    let answer = Answer::part(status, refusal);
    match service.judge(&answer) {
        Some(verdict) => send::refused(service, context, write, verdict).await,
        None => Outcome::Unknown(answer.unreadable()),
    }
}

/// One outcome for every write of a batch.
fn all(batch: &Batch<'_>, outcome: impl Fn() -> Outcome) -> Vec<(String, Outcome)> {
    batch.writes.iter().map(|write| (write.id.clone(), outcome())).collect()
}
