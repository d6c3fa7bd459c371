//! Answers of HTTP.

use super::{
    database::{Action, Outcome, Shows, Statement},
    error::Refusal,
    request::{
        Call,
        media::Media,
        preference::{Purpose, Resolution, Return},
        range::{beyond, content_range, status},
    },
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    pub(super) fn new(status: u16, content_type: &str, body: String) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer to a statement. `has_key` says whether there are columns by which duplicates are found.
    pub(super) fn of(call: &Call, statement: &Statement, outcome: Outcome, has_key: bool) -> Self {
        let media = match statement.shows {
            Shows::Rows(media) => Some(media),
            Shows::Location | Shows::Nothing => None,
        };
        match &statement.action {
            Action::Read { .. } => read(call, statement, outcome, media),
            Action::Insert { put, .. } if put.is_empty() => {
                insert(call, statement, outcome, (media, has_key))
            }
            Action::Insert { .. } => {
                let status = if outcome.inserted > 0 { 201 } else { 200 };
                written(call, Purpose::Put, (media, status), outcome.body)
            }
            Action::Update { .. } => {
                let range = content_range(0, outcome.rows, counted(call, outcome.rows));
                written(call, Purpose::Update, (media, 200), outcome.body).header("content-range", range)
            }
            Action::Delete { .. } => {
                let range = content_range(1, 0, counted(call, outcome.rows));
                written(call, Purpose::Delete, (media, 200), outcome.body).header("content-range", range)
            }
        }
    }

    pub(super) fn into_response(self, method: &Method) -> Response<Bytes> {
        let body = if *method == Method::HEAD { String::new() } else { self.body };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let body = refusal.body().to_string();
        let mut reply = Self::new(refusal.status, "application/json; charset=utf-8", body);
        if let Some(code) = &refusal.code {
            reply = reply.header("proxy-status", format!("PostgREST; error={code}"));
        }
        match refusal.challenge {
            Some(challenge) => reply.header("www-authenticate", challenge),
            None => reply,
        }
    }
}

/// How many rows a write touched, where the request asks.
fn counted(call: &Call, rows: u64) -> Option<u64> {
    call.preferences.counts_writes().then_some(rows)
}

fn read(call: &Call, statement: &Statement, outcome: Outcome, media: Option<Media>) -> Reply {
    let first = call.range.offset;
    let status = status(first, outcome.rows, outcome.total);
    if status == 416 {
        let total = outcome.total.unwrap_or_default();
        return Reply::from(beyond(first, total))
            .header("content-range", content_range(first, 0, Some(total)));
    }
    let query = &call.query.canonical;
    let place = if query.is_empty() { String::new() } else { format!("?{query}") };
    let reply = shown(Reply { status, headers: Vec::new(), body: outcome.body }, call, media)
        .header("content-range", content_range(first, outcome.rows, outcome.total))
        .header("content-location", format!("/{}{place}", statement.table));
    applied(reply, call, Purpose::Read)
}

fn insert(
    call: &Call,
    statement: &Statement,
    outcome: Outcome,
    (media, has_key): (Option<Media>, bool),
) -> Reply {
    let merges = call.preferences.resolution == Some(Resolution::Merge);
    let status = if merges && outcome.inserted == 0 { 200 } else { 201 };
    let mut reply = Reply { status, headers: Vec::new(), body: outcome.body }
        .header("content-range", content_range(1, 0, counted(call, outcome.rows)));
    if call.preferences.returns == Some(Return::HeadersOnly) && !outcome.location.is_empty() {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&outcome.location);
        reply = reply.header("location", format!("/{}?{}", statement.table, query.finish()));
    }
    if media.is_some() {
        reply = shown(reply, call, media);
    }
    applied(reply, call, Purpose::Insert(has_key))
}

fn written(call: &Call, purpose: Purpose, (media, status): (Option<Media>, u16), body: String) -> Reply {
    let reply = match media {
        Some(_) => shown(Reply { status, headers: Vec::new(), body }, call, media),
        None => Reply::empty(204),
    };
    applied(reply, call, purpose)
}

fn shown(reply: Reply, call: &Call, media: Option<Media>) -> Reply {
    let reply = match media {
        Some(media) => reply.header("content-type", media.content_type()),
        None => reply,
    };
    if call.names_schema { reply.header("content-profile", call.schema.clone()) } else { reply }
}

fn applied(reply: Reply, call: &Call, purpose: Purpose) -> Reply {
    match call.preferences.applied(purpose) {
        Some(words) => reply.header("preference-applied", words),
        None => reply,
    }
}
