//! Answers that should be JSON: what they hold, or what they are instead.
//!
//! Services and what stands before them (firewalls, maintenance pages, hosts that moved) answer with other
//! things than JSON. Each gets an error that says what to do; none shows what the answer held. The errors say
//! nothing about whether the request took effect: decide that by the answer's status.

use crate::{Asked, client::origin};
use bytes::Bytes;
use engine_contract::{ConnectorError, ErrorKind, Result, Retry};
use http::{Response, StatusCode, Uri, header};
use serde_json::Value;

/// Deeper JSON is refused: no service needs it, and readers that recurse would run out of stack.
pub const DEEPEST: usize = 100;

/// The JSON of an answer, whatever its status; `null` for an answer without content (204, 205, 304).
///
/// # Errors
/// `Config` when the service moved to another address, `Forbidden` when a firewall or login page answered,
/// `Unavailable` when the service or what stands before it says so (429, 5xx) without JSON, and `Protocol` for
/// everything else that is not JSON: a web page, a text that ends too early, nothing at all.
pub fn read(answer: &Response<Bytes>) -> Result<Value> {
    check(answer)?;
    let body = content(answer);
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() {
            failure(answer, ErrorKind::Protocol, "the answer ends too early").with_retry(Retry::Soon)
        } else {
            // The error of the parser would tell parts of the answer.
            failure(answer, ErrorKind::Protocol, "the service answered something that is not JSON")
        }
    })
}

/// The bytes of an answer that looks like JSON, for readers that parse themselves: without a byte order mark,
/// not deeper than [`DEEPEST`]. Empty for an answer without content.
///
/// # Errors
/// As [`read`], but for mistakes within the JSON.
pub fn bytes(answer: &Response<Bytes>) -> Result<Bytes> {
    check(answer)?;
    Ok(answer.body().slice_ref(content(answer)))
}

fn content(answer: &Response<Bytes>) -> &[u8] {
    let body = answer.body().trim_ascii();
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

fn check(answer: &Response<Bytes>) -> Result<()> {
    let status = answer.status();
    if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
        return Err(moved(answer));
    }
    let body = content(answer);
    match body.first() {
        None if matches!(status.as_u16(), 204 | 205 | 304) => Ok(()),
        None => Err(without_json(answer, "the service answered nothing")),
        Some(b'<') => Err(without_json(answer, "the service answered with a web page instead of JSON")),
        Some(_) if is_too_deep(body) => {
            Err(failure(answer, ErrorKind::Protocol, "the JSON of the answer is nested too deeply"))
        }
        Some(b'{' | b'[' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n') => Ok(()),
        Some(_) => Err(without_json(answer, "the service answered something that is not JSON")),
    }
}

/// An answer that is not JSON: its status says whose it probably is.
fn without_json(answer: &Response<Bytes>, message: &str) -> ConnectorError {
    let status = answer.status();
    match status.as_u16() {
        401 | 403 | 406 => failure(
            answer,
            ErrorKind::Forbidden,
            "a firewall or a login page answered instead of the service: let the engine's requests through to it",
        ),
        404 => failure(
            answer,
            ErrorKind::NotFound,
            "there is no such service at this address: check the connection's URL",
        ),
        429 => {
            failure(answer, ErrorKind::RateLimited, "too many requests for what stands before the service")
                .with_retry(Retry::Soon)
        }
        500.. => {
            failure(answer, ErrorKind::Unavailable, "the service does not work now; something else answered")
                .with_retry(Retry::Soon)
        }
        _ => failure(answer, ErrorKind::Protocol, message),
    }
}

fn moved(answer: &Response<Bytes>) -> ConnectorError {
    let asked = answer.extensions().get::<Asked>();
    let target: Option<Uri> =
        answer.headers().get(header::LOCATION).and_then(|location| location.to_str().ok()?.parse().ok());
    let Some(target) = target.filter(|target| target.host().is_some()) else {
        return failure(
            answer,
            ErrorKind::Config,
            "the service sends to another address: check the path of the connection's URL",
        );
    };
    let there = origin(&target);
    if asked.is_some_and(|asked| asked.origin == there) {
        return failure(
            answer,
            ErrorKind::Config,
            "the service sends to another path, often its login page: check the connection's URL and credentials",
        );
    }
    failure(
        answer,
        ErrorKind::Config,
        "the service moved to another host: if that is right, change the connection's URL; redirects are not followed",
    )
    .with_context("to", there)
}

fn failure(answer: &Response<Bytes>, kind: ErrorKind, message: &str) -> ConnectorError {
    let mut error = ConnectorError::new(kind, message).with_context("status", answer.status().as_str());
    if let Some(asked) = answer.extensions().get::<Asked>() {
        error = error
            .with_context("method", asked.method.as_str())
            .with_context("url", format!("{}{}", asked.origin, asked.path));
    }
    error
}

/// Whether arrays and objects are nested deeper than [`DEEPEST`].
fn is_too_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for byte in body {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
