//! One write: the request, and what its answer means.

use super::{
    encode,
    recover::{self, Lost, current},
};
use crate::{
    manifest::{CallTable, Effect, Pairs, WriteTable},
    runtime::{
        answer::Answer,
        faults::Verdict,
        path, query, read,
        service::{Call, Service},
    },
    template,
};
use bytes::Bytes;
use connector_kit::was_sent;
use engine_contract::{
    Applied, Change, ConnectorError, Context, Current, ErrorKind, Map, Op, Outcome, Record, Result, Retry,
    Value, Write,
};

/// Sends a write. An error means that nothing was sent, or that the service refused the connection itself.
pub(super) async fn send(service: &Service, context: &Context, write: &Write) -> Result<Outcome> {
    let table = service.catalog.write(&write.object)?;
    let call = match call_of(table, write) {
        Ok(call) => call,
        Err(error) => return Ok(Outcome::NotApplied(error)),
    };
    let now = if needs_current(service, call, write) {
        current_of(service, context, table, write).await?
    } else {
        None
    };
    if now.is_none() && needs_current(service, call, write) {
        return Ok(gone(write));
    }
    let request = match request(service, (table, call), write, now.as_ref()) {
        Ok(request) => request,
        Err(error) => return Ok(Outcome::NotApplied(error)),
    };
    let answer = match service.send(context, request).await {
        Ok(answer) => answer,
        Err(error) if !was_sent(&error) => return Err(error),
        Err(error) => return Ok(Outcome::Unknown(soon(error))),
    };
    match service.judge(&answer) {
        None => Ok(applied(service, table, write, &answer)),
        Some(verdict) if verdict.effect == Effect::NotApplied && verdict.stops => Err(verdict.error),
        Some(verdict) => Ok(refused(service, context, write, verdict).await),
    }
}

/// What becomes of a write that the service refused, or may have refused.
pub(super) async fn refused(
    service: &Service,
    context: &Context,
    write: &Write,
    verdict: Verdict,
) -> Outcome {
    let error = verdict.error;
    if verdict.or_gone && write.target_id.is_some() {
        return gone_or(service, context, write, error).await;
    }
    match (verdict.effect, error.kind()) {
        (Effect::Unknown, _) => Outcome::Unknown(soon(error)),
        (Effect::NotApplied, ErrorKind::NotFound) if write.op.removes() => gone(write),
        (Effect::NotApplied, ErrorKind::Duplicate) if write.op == Op::Create => {
            duplicate(service, context, write, error).await
        }
        (Effect::NotApplied, _) => Outcome::NotApplied(error),
    }
}

/// A refusal that may be about something that the object refers to, or about the object itself: it is looked for.
/// QuickBooks has one code and one text for both.
async fn gone_or(service: &Service, context: &Context, write: &Write, error: ConnectorError) -> Outcome {
    let table = match service.catalog.write(&write.object) {
        Ok(table) => table,
        Err(error) => return Outcome::NotApplied(error),
    };
    match current_of(service, context, table, write).await {
        Ok(None) => gone(write),
        Ok(Some(_)) => Outcome::NotApplied(error),
        // Nothing was changed, and why cannot be told now.
        Err(search) => Outcome::NotApplied(search),
    }
}

/// An unknown outcome is always worth another look.
pub(in crate::runtime) fn soon(error: ConnectorError) -> ConnectorError {
    if error.is_transient() { error } else { error.with_retry(Retry::Soon) }
}

/// The service says that the object exists. If an earlier attempt made it, that attempt took effect.
async fn duplicate(service: &Service, context: &Context, write: &Write, error: ConnectorError) -> Outcome {
    let lost =
        Lost { object: &write.object, marker: &write.marker, payload: &write.payload, sent_after: None };
    match recover::ours(service, context, lost).await {
        Ok(Some(Current { target_id, token, .. })) => {
            Outcome::Applied(Applied { target_id, token, change: Change::Created })
        }
        // Whether it is ours cannot be told now.
        Err(search) if search.is_transient() => Outcome::Unknown(soon(search)),
        Ok(None) | Err(_) => Outcome::NotApplied(error),
    }
}

/// The request of a write, before it has an address; `now` is the object as it is.
pub(in crate::runtime) fn call(service: &Service, write: &Write, now: Option<&Current>) -> Result<Call> {
    let table = service.catalog.write(&write.object)?;
    request(service, (table, call_of(table, write)?), write, now)
}

/// The call for a write.
fn call_of<'a>(table: &'a WriteTable, write: &Write) -> Result<&'a CallTable> {
    table.call(write.op).ok_or_else(|| {
        ConnectorError::new(ErrorKind::Unsupported, format!("the service cannot {} such objects", write.op))
            .with_context("object", write.object.clone())
    })
}

/// The names that a call uses, in its path, its query and its members.
fn names(call: &CallTable) -> Vec<&str> {
    let texts = call.with.values().filter_map(serde_json::Value::as_str);
    let texts =
        std::iter::once(call.path.as_str()).chain(call.query.values().map(String::as_str)).chain(texts);
    texts.filter_map(|text| template::names(text).ok()).flatten().collect()
}

/// Whether a call needs something that only the object itself can tell.
pub(super) fn needs_current(service: &Service, call: &CallTable, write: &Write) -> bool {
    if write.op == Op::Create {
        return false;
    }
    let payload = encode::decode(&write.payload);
    let is_missing = |name: &&str| match *name {
        "id" | "resource" | "object" => false,
        "version" => write.token.is_none(),
        name => service.catalog.settings().get(name).is_none() && path::member(&payload, name).is_none(),
    };
    !call.copy.is_empty() || names(call).iter().any(is_missing)
}

async fn current_of(
    service: &Service,
    context: &Context,
    table: &WriteTable,
    write: &Write,
) -> Result<Option<Current>> {
    let stream = service.catalog.listing(&write.object)?;
    let ids: Vec<String> = write.target_id.iter().cloned().collect();
    let rows = read::fetch(service, context, stream, &ids, &read::Narrow::default()).await?;
    Ok(rows.first().map(|row| current(table, row)))
}

/// The object of a change or delete does not exist.
fn gone(write: &Write) -> Outcome {
    if write.op.removes() {
        let target_id = write.target_id.clone().unwrap_or_default();
        return Outcome::Applied(Applied { target_id, token: None, change: Change::Deleted });
    }
    let error = ConnectorError::new(ErrorKind::NotFound, "the target object is gone");
    Outcome::NotApplied(error.with_context("object", write.object.clone()))
}

/// What is known of the object of a write.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) write: &'a Write,
    /// The content of the write.
    pub(super) payload: &'a Map,
    /// The object as it is now, where a call needs that.
    pub(super) now: Option<&'a Current>,
}

/// The request: the committed bytes, with what the moment adds around them.
fn request(
    service: &Service,
    (table, call): (&WriteTable, &CallTable),
    write: &Write,
    now: Option<&Current>,
) -> Result<Call> {
    let payload = encode::decode(&write.payload);
    let known = Known { write, payload: &payload, now };
    let (path, mut parameters) = address(service, (&call.path, &call.query), known)?;
    if let Some(parameter) = &table.request_key {
        query::set(&mut parameters, parameter, write.request_key.clone());
    }
    let with = members(service, call, known)?;
    let content: &[u8] = if write.op.removes() { b"{}" } else { &write.payload };
    let has_body = !write.op.removes() || !with.is_empty();
    let body = has_body.then(|| around(&with, content));
    Ok(Call::new(call.method, path, parameters, body))
}

impl Known<'_> {
    /// What a name of a call stands for.
    fn value(&self, service: &Service, name: &str) -> Option<String> {
        let Self { write, payload, now } = self;
        match name {
            "id" => write.target_id.clone(),
            "version" => write.token.clone().or_else(|| now.and_then(|now| now.token.clone())),
            "resource" => Some(write.object.to_lowercase()),
            "object" => Some(write.object.clone()),
            name => {
                let own = || path::member(payload, name).and_then(Value::scalar_text);
                let theirs = || path::member(self.held()?, name).and_then(Value::scalar_text);
                service.catalog.settings().get(name).map(str::to_owned).or_else(own).or_else(theirs)
            }
        }
    }

    fn held(&self) -> Option<&Map> {
        self.now.and_then(|now| now.fields.as_map())
    }

    fn missing(&self, fault: &template::Fault) -> ConnectorError {
        let template::Fault::Unknown(name) = fault else {
            return ConnectorError::new(ErrorKind::Config, fault.to_string());
        };
        ConnectorError::new(ErrorKind::Invalid, format!("`{name}` has no value, and the request needs it"))
            .with_context("object", self.write.object.clone())
    }
}

/// The path and the query of a call for a write.
pub(super) fn address(
    service: &Service,
    (path, query): (&str, &Pairs),
    known: Known<'_>,
) -> Result<(String, query::Query)> {
    let value = |name: &str| known.value(service, name);
    let missing = |fault: template::Fault| known.missing(&fault);
    let in_path = |name: &str| value(name).map(|value| query::encode(&value));
    let path = template::fill(path, in_path).map_err(missing)?;
    let mut parameters = query::Query::new();
    for (name, text) in query {
        query::set(&mut parameters, name, template::fill(text, value).map_err(missing)?);
    }
    Ok((path, parameters))
}

/// The members that a call puts before the content of a write.
pub(super) fn members(service: &Service, call: &CallTable, known: Known<'_>) -> Result<Map> {
    let value = |name: &str| known.value(service, name);
    let mut with = Map::new();
    for (name, member) in &call.with {
        let member = match member {
            serde_json::Value::String(text) => {
                Value::Text(template::fill(text, value).map_err(|fault| known.missing(&fault))?)
            }
            other => Value::from(other.clone()),
        };
        with.insert(name.clone(), member);
    }
    for name in &call.copy {
        if let Some(member) = known.held().and_then(|held| held.get(name)) {
            with.insert(name.clone(), member.clone());
        }
    }
    Ok(with)
}

/// The content's own bytes, with members in front of them.
pub(super) fn around(with: &Map, content: &[u8]) -> Bytes {
    if with.is_empty() {
        return Bytes::copy_from_slice(content);
    }
    let mut body = Value::Map(with.clone()).to_json().into_bytes();
    body.pop();
    let rest = content.strip_prefix(b"{").unwrap_or(b"}");
    if rest != b"}" {
        body.push(b',');
    }
    body.extend_from_slice(rest);
    Bytes::from(body)
}

/// A success: the object's id and version.
fn applied(service: &Service, table: &WriteTable, write: &Write, answer: &Answer) -> Outcome {
    if answer.is_page() {
        return Outcome::Unknown(answer.unreadable());
    }
    let object = object_of(service, table, write, answer);
    applied_object(table, write, object.as_ref())
        .map_or_else(|| Outcome::Unknown(answer.unreadable()), Outcome::Applied)
}

/// What a success says with the object that it was answered with; nothing when that is not one.
pub(super) fn applied_object(table: &WriteTable, write: &Write, object: Option<&Record>) -> Option<Applied> {
    let change = match write.op {
        Op::Create => Change::Created,
        Op::Update => Change::Updated,
        Op::Delete | Op::Void | Op::Deactivate | Op::SoftDelete => Change::Deleted,
    };
    let member = table.id.as_deref().unwrap_or("id");
    let id = object.and_then(|object| path::text(object, member)).filter(|id| !id.is_empty());
    let token = object.and_then(|object| path::text(object, table.version.as_deref()?));
    // What was removed is known: its answer may be empty.
    let target_id = id.or_else(|| write.target_id.clone().filter(|_| write.op.removes()))?;
    Some(Applied { target_id, token, change })
}

fn object_of(service: &Service, table: &WriteTable, write: &Write, answer: &Answer) -> Option<Record> {
    let body = answer.body.as_ref()?;
    let value = |name: &str| match name {
        "object" => Some(write.object.clone()),
        name => service.catalog.settings().get(name).map(str::to_owned),
    };
    let place = template::fill(table.answer.as_deref().unwrap_or_default(), value).ok()?;
    if place.is_empty() { Some(body.clone()) } else { body.part(&path::path(&place)) }
}
