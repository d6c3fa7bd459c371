//! What changed an emulator, as lines that a caller keeps.
//!
//! An entry is written for each request that may change state and that was let in (answers of 401 and 429 change
//! nothing). Refusals are entries too: WooCommerce leaves a draft behind when it refuses a coupon. Replaying the
//! entries into an emulator of the same settings gives the same state. Nothing here reads or writes files.

use crate::Emulator;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

#[cfg(test)]
mod tests;

/// The headers that emulators look at in requests that change state.
const KEPT: [&str; 10] = [
    "apikey",
    "authorization",
    "content-profile",
    "content-type",
    "accept",
    "host",
    "prefer",
    "request-id",
    "x-http-method-override",
    "content-encoding",
];

/// One request that may have changed the state of an emulator.
///
/// As a line it is JSON without line breaks:
/// `{"at":"2026-11-23T00:17:24Z","method":"POST","uri":"/wp-json/wc/v3/orders","headers":[["content-type",
/// "application/json"]],"body":"{}"}`. A body that is no text stands in `bytes`, in base64. Lines hold the
/// credentials of the emulated service, which are made up for it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When the request arrived.
    pub at: Timestamp,
    /// The method, in capitals.
    pub method: String,
    /// Path and query.
    pub uri: String,
    /// The headers that emulators look at, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body, when it is a text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The body in base64, when it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
}

/// A line of a journal that is none.
#[derive(Debug, thiserror::Error)]
#[error("line is no entry of a journal: {0}")]
pub struct Unreadable(String);

impl Entry {
    /// Notes a request that arrived at `at`.
    #[must_use]
    pub fn of(request: &http::Request<Bytes>, at: Timestamp) -> Self {
        let headers = request.headers().iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
        let headers =
            headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let text = std::str::from_utf8(request.body());
        let uri = request.uri();
        Self {
            at,
            method: request.method().to_string(),
            uri: uri.path_and_query().map_or_else(|| uri.to_string(), ToString::to_string),
            headers: headers.collect(),
            body: text.map(str::to_owned).unwrap_or_default(),
            bytes: text.is_err().then(|| BASE64_STANDARD.encode(request.body())),
        }
    }

    /// Reads an entry from its line.
    ///
    /// # Errors
    /// When the line is no entry, for example because the end of a file was cut off.
    pub fn from_line(line: &str) -> Result<Self, Unreadable> {
        let entry: Self = serde_json::from_str(line).map_err(|error| Unreadable(error.to_string()))?;
        entry.request()?;
        Ok(entry)
    }

    /// The entry as a line, without its line break.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The request again.
    ///
    /// # Errors
    /// When method, address, a header or the body cannot be read.
    pub fn request(&self) -> Result<http::Request<Bytes>, Unreadable> {
        let body = match &self.bytes {
            None => Bytes::from(self.body.clone()),
            Some(text) => BASE64_STANDARD.decode(text).map_err(|error| Unreadable(error.to_string()))?.into(),
        };
        let mut builder = http::Request::builder().method(self.method.as_str()).uri(self.uri.as_str());
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        builder.body(body).map_err(|error| Unreadable(error.to_string()))
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, method, uri, headers: _, body: _, bytes: _ } = self;
        let path = uri.split('?').next().unwrap_or_default();
        write!(f, "{at} {method} {path}")
    }
}

/// An emulator that tells of each request that may have changed it, before its answer is given.
pub struct Journaled<E> {
    emulator: E,
    tell: Box<dyn FnMut(&Entry) + Send>,
}

impl<E: Emulator> Journaled<E> {
    /// Tells what changes `emulator`.
    pub fn new(emulator: E, tell: impl FnMut(&Entry) + Send + 'static) -> Self {
        Self { emulator, tell: Box::new(tell) }
    }

    /// The emulator itself.
    pub fn inner(&self) -> &E {
        &self.emulator
    }

    /// The emulator itself. What is changed here is not told.
    pub fn inner_mut(&mut self) -> &mut E {
        &mut self.emulator
    }
}

impl<E: Emulator> Emulator for Journaled<E> {
    fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        let response = self.emulator.handle(request, now);
        let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
        let is_refused_at_the_door =
            [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&response.status());
        if !reads && !is_refused_at_the_door {
            (self.tell)(&Entry::of(request, now));
        }
        response
    }
}

/// Brings an emulator to the state that the entries left; how many there were.
///
/// # Errors
/// At the first entry that is no request.
pub fn replay(
    emulator: &mut impl Emulator,
    entries: impl IntoIterator<Item = Entry>,
) -> Result<usize, Unreadable> {
    let mut count = 0;
    for entry in entries {
        drop(emulator.handle(&entry.request()?, entry.at));
        count += 1;
    }
    Ok(count)
}
