//! Answers as bytes: the envelope, the headers that the service sends with everything.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::xml;
use crate::Takes;

/// What to answer, before it is written down.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Body,
    pub(super) headers: Vec<(HeaderName, String)>,
    /// For how many milliseconds the service works on it.
    takes: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Nothing,
    /// JSON, or XML where the caller does not ask for JSON.
    Api(Value),
    /// JSON in any case.
    Json(Value),
    Text(String),
    /// Of this content type.
    File(String, Bytes),
}

impl Answer {
    pub(super) fn new(status: u16, body: Body) -> Self {
        Self { status, body, headers: Vec::new(), takes: 0 }
    }

    pub(super) fn api(status: u16, body: Value) -> Self {
        Self::new(status, Body::Api(body))
    }

    pub(super) fn json(status: u16, body: Value) -> Self {
        Self::new(status, Body::Json(body))
    }

    pub(super) fn text(status: u16, text: &str) -> Self {
        Self::new(status, Body::Text(text.to_owned()))
    }

    pub(super) fn redirect(to: String) -> Self {
        Self { headers: vec![(LOCATION, to)], ..Self::new(302, Body::Nothing) }
    }

    /// The same, after some time.
    pub(super) fn after(self, takes: Duration) -> Self {
        Self { takes: u32::try_from(takes.as_millis()).unwrap_or(u32::MAX), ..self }
    }

    /// The answer on the wire. `tid` is the transaction id that the service wants to be told in reports.
    pub(super) fn into_response(self, tid: &str, as_xml: bool) -> Response<Bytes> {
        let of = |content_type| Some(HeaderValue::from_static(content_type));
        let (content_type, body) = match self.body {
            Body::Nothing => (None, Bytes::new()),
            Body::Api(value) if as_xml => {
                (of("application/xml;charset=UTF-8"), Bytes::from(xml::write(&value)))
            }
            Body::Api(value) | Body::Json(value) => {
                (of("application/json;charset=UTF-8"), Bytes::from(value.to_string()))
            }
            Body::Text(text) => (of("text/plain;charset=UTF-8"), Bytes::from(text)),
            Body::File(content_type, bytes) => (HeaderValue::from_str(&content_type).ok(), bytes),
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if self.takes > 0 {
            response.extensions_mut().insert(Takes(Duration::from_millis(self.takes.into())));
        }
        let headers = response.headers_mut();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private"),
        );
        headers.insert(HeaderName::from_static("qbo-version"), HeaderValue::from_static("1986.127"));
        let own = [(HeaderName::from_static("intuit_tid"), tid.to_owned())];
        for (name, value) in own.into_iter().chain(self.headers) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
