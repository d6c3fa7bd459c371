//! The hooks of a connector, with what they may do.
//!
//! - `request` changes a request before it is signed. It sees no secret, and stays with the service: the path is
//!   one below the service's address.
//! - `classify` says what kind of error an answer is.
//! - `response` makes of the answer of a success what the tables of connector.toml speak of.
//! - `next_page` says what is asked after a page.
//!
//! What a hook does wrong is an error with its place in hooks.rhai. Before a request went out, nothing was sent;
//! afterwards, what became of a write is unknown.

use super::{
    answer::Answer,
    query::{self, Query},
    service::Call,
};
use crate::{
    manifest::{kind_of, kind_words},
    script::{HOOKS, Script},
};
use bytes::Bytes;
use engine_contract::{ConnectorError, ErrorKind, Map, Record, Value};
use engine_script::{Argument, ScriptError};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// Headers that say where a request goes, who sends it and how long it is: these are not for hooks.
const RESERVED: [HeaderName; 8] = [
    header::HOST,
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
];

/// What a hook did wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault(String);

impl Fault {
    fn at(hook: &str, error: &ScriptError) -> Self {
        let place = if error.line == 0 { String::new() } else { format!(":{}:{}", error.line, error.column) };
        Self(format!("the hook `{hook}` failed: {} ({HOOKS}{place})", error.message))
    }

    fn of(hook: &str, what: impl std::fmt::Display) -> Self {
        Self(format!("the hook `{hook}` {what} ({HOOKS})"))
    }

    pub(super) fn error(&self) -> ConnectorError {
        ConnectorError::new(ErrorKind::Hook, self.0.clone())
    }
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) call: Call,
    pub(super) headers: HeaderMap,
}

/// A request that a hook makes of the answer to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) path: String,
    pub(super) query: Query,
}

/// Calls the hooks of hooks.rhai; without the file, or without one of them, nothing happens.
#[derive(Clone, Debug, Default)]
pub(super) struct Hooks(Option<Script>);

impl Hooks {
    pub(super) fn new(script: Option<Script>) -> Self {
        Self(script)
    }

    /// The script, if it has a hook.
    fn with(&self, hook: &str) -> Option<&Script> {
        self.0.as_ref().filter(|script| script.has(hook))
    }

    /// The request as the hook `request` wants it.
    pub(super) fn request(&self, draft: Draft) -> Result<Draft, Fault> {
        const HOOK: &str = "request";
        let Some(script) = self.with(HOOK) else { return Ok(draft) };
        let body = draft.call.body.as_ref().and_then(|body| Record::parse(body.clone()).ok());
        let body = body.map_or(Value::Null, |body| body.to_value());
        let mut given = asked(&draft.call);
        given.insert("headers".to_owned(), headers(&draft.headers));
        given.insert("body".to_owned(), body.clone());
        let result = script.hooks.call(HOOK, &[Argument::Value(&Value::Map(given))]);
        let mut members = members(HOOK, result.map_err(|error| Fault::at(HOOK, &error))?)?;
        let Draft { mut call, mut headers } = draft;
        if let Some(value) = members.shift_remove("method") {
            call.method = method(HOOK, &call.method, &value)?;
        }
        if let Some(value) = members.shift_remove("path") {
            call.path = path(HOOK, &call.path, &value)?;
        }
        if let Some(value) = members.shift_remove("query") {
            call.query = parameters(HOOK, &call.query, value)?;
        }
        if let Some(value) = members.shift_remove("headers") {
            headers = changed(HOOK, &headers, value)?;
        }
        // What is left alone keeps its bytes: they were committed.
        if let Some(value) = members.shift_remove("body").filter(|value| *value != body) {
            call.body = payload(value, &mut headers);
        }
        match members.keys().next() {
            Some(name) => Err(Fault::of(HOOK, format_args!("gives `{name}`, which no request has"))),
            None => Ok(Draft { call, headers }),
        }
    }

    /// The kind of error that `classify` sees in an answer.
    pub(super) fn classify(&self, answer: &Answer) -> Result<Option<ErrorKind>, Fault> {
        const HOOK: &str = "classify";
        let Some(script) = self.with(HOOK) else { return Ok(None) };
        let status = Value::Int(i64::from(answer.status));
        let arguments = [Argument::Value(&status), body(answer.told())];
        match script.hooks.call(HOOK, &arguments).map_err(|error| Fault::at(HOOK, &error))? {
            Value::Null => Ok(None),
            Value::Text(word) => match kind_of(&word) {
                Some(kind) => Ok(Some(kind)),
                None => {
                    Err(Fault::of(HOOK, format_args!("gives no kind of error; these are {}", kind_words())))
                }
            },
            _ => Err(Fault::of(HOOK, "gives neither a kind of error nor `()`")),
        }
    }

    /// The body that `response` makes; nothing where there is no such hook.
    pub(super) fn response(&self, answer: &Answer) -> Result<Option<Record>, Fault> {
        const HOOK: &str = "response";
        let Some(script) = self.with(HOOK) else { return Ok(None) };
        let (status, headers) = (Value::Int(i64::from(answer.status)), headers(&answer.headers));
        let arguments = [body(answer.told()), Argument::Value(&status), Argument::Value(&headers)];
        let made = script.hooks.call(HOOK, &arguments).map_err(|error| Fault::at(HOOK, &error))?;
        Ok(Some(Record::from_value(&made)))
    }

    /// The request after a page; nothing at the end of the list.
    pub(super) fn next_page(&self, answer: &Answer, call: &Call) -> Result<Option<Next>, Fault> {
        const HOOK: &str = "next_page";
        let Some(script) = self.with(HOOK) else { return Ok(None) };
        let (headers, request) = (headers(&answer.headers), Value::Map(asked(call)));
        let arguments = [body(answer.told()), Argument::Value(&headers), Argument::Value(&request)];
        let next = script.hooks.call(HOOK, &arguments).map_err(|error| Fault::at(HOOK, &error))?;
        if next == Value::Null {
            return Ok(None);
        }
        let mut made = Next { path: call.path.clone(), query: call.query.clone() };
        for (name, value) in members(HOOK, next)? {
            match name.as_str() {
                "path" => made.path = path(HOOK, &made.path, &value)?,
                "query" => {
                    for (name, value) in parameters(HOOK, &Query::new(), value)? {
                        query::set(&mut made.query, &name, value);
                    }
                }
                name => {
                    let message = format_args!("gives `{name}`; what leads on is `path` and `query`");
                    return Err(Fault::of(HOOK, message));
                }
            }
        }
        Ok(Some(made))
    }
}

/// A body to look at; what is no JSON is nothing.
fn body(body: Option<&Record>) -> Argument<'_> {
    body.map_or(Argument::Value(&Value::Null), Argument::Record)
}

/// What a request asks for.
fn asked(call: &Call) -> Map {
    let query = call.query.iter().map(|(name, value)| (name.clone(), Value::Text(value.clone())));
    [
        ("method".to_owned(), Value::Text(call.method.as_str().to_owned())),
        ("path".to_owned(), Value::Text(call.path.clone())),
        ("query".to_owned(), Value::Map(query.collect())),
    ]
    .into_iter()
    .collect()
}

fn headers(headers: &HeaderMap) -> Value {
    let text = |value: &HeaderValue| Some(Value::Text(value.to_str().ok()?.to_owned()));
    let pairs = headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
    Value::Map(pairs.collect())
}

fn members(hook: &str, value: Value) -> Result<Map, Fault> {
    match value {
        Value::Map(map) => Ok(map),
        _ => Err(Fault::of(hook, "gives no map")),
    }
}

/// A request that reads may be a GET or a POST; one that writes stays one that writes.
fn method(hook: &str, before: &Method, value: &Value) -> Result<Method, Fault> {
    let wanted = value.as_str().and_then(|word| Method::from_bytes(word.as_bytes()).ok());
    let allowed = match *before {
        Method::GET => [Method::GET, Method::POST].as_slice(),
        _ => &[Method::POST, Method::PUT, Method::PATCH, Method::DELETE],
    };
    wanted.filter(|method| allowed.contains(method)).ok_or_else(|| {
        let words: Vec<_> = allowed.iter().map(Method::as_str).collect();
        Fault::of(
            hook,
            format_args!("gives a method that a {before} cannot become; it can be {}", words.join(", ")),
        )
    })
}

/// A path below the service's address. An address that the service itself gave stays as it is.
fn path(hook: &str, before: &str, value: &Value) -> Result<String, Fault> {
    let text = value.as_str().ok_or_else(|| Fault::of(hook, "gives a path that is no text"))?;
    if text == before {
        return Ok(text.to_owned());
    }
    let leads_away = before.contains("://")
        || text.contains("://")
        || text.starts_with("//")
        || text.contains(['\\', '?', '#'])
        || text.contains(|letter: char| letter.is_control() || letter.is_whitespace())
        || text.split('/').any(|part| part == "..");
    if leads_away {
        let message = "gives a path that is none below the service's address; parameters go into `query`";
        return Err(Fault::of(hook, message));
    }
    Ok(text.to_owned())
}

/// Parameters: those that were there before keep their order.
fn parameters(hook: &str, before: &Query, value: Value) -> Result<Query, Fault> {
    let mut map = members(hook, value)?;
    let mut query = Query::new();
    let mut put = |name: String, value: Value| match (value.scalar_text(), value) {
        (_, Value::Null) => Ok(()),
        (Some(text), _) => {
            query.push((name, text));
            Ok(())
        }
        (None, _) => Err(Fault::of(hook, format_args!("gives the parameter `{name}` no single value"))),
    };
    for (name, _) in before {
        if let Some(value) = map.shift_remove(name) {
            put(name.clone(), value)?;
        }
    }
    map.sort_unstable_keys();
    map.into_iter().try_for_each(|(name, value)| put(name, value))?;
    Ok(query)
}

/// Headers as a hook wants them.
fn changed(hook: &str, before: &HeaderMap, value: Value) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::new();
    for (name, value) in members(hook, value)? {
        let wrong = || Fault::of(hook, format_args!("gives the header `{name}`, which cannot be sent so"));
        let known = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
        if RESERVED.contains(&known) {
            return Err(Fault::of(hook, format_args!("gives the header `{name}`, which is not for hooks")));
        }
        if value == Value::Null {
            continue;
        }
        // What could not be shown to the hook as text is as it was.
        let text = value.scalar_text().ok_or_else(wrong)?;
        headers.insert(known, HeaderValue::from_str(&text).map_err(|_| wrong())?);
    }
    for (name, value) in before {
        if value.to_str().is_err() {
            headers.insert(name, value.clone());
        }
    }
    Ok(headers)
}

/// A body as bytes: a text goes as it is where the headers say that it is no JSON.
fn payload(body: Value, headers: &mut HeaderMap) -> Option<Bytes> {
    if body != Value::Null {
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_none_or(|kind| kind.contains("json"));
    match body {
        Value::Null => None,
        Value::Text(text) if !is_json => Some(Bytes::from(text)),
        body => Some(Bytes::from(body.to_json())),
    }
}
