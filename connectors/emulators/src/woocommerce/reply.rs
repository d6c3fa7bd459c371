//! An answer, with the bytes that PHP would make of it.

use super::{error::Refusal, value::hex};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};

/// An answer of the API.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body }
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer within its own body, for `_envelope`: a host that loses headers cannot lose these.
    pub(super) fn enveloped(self) -> Self {
        let mut headers = Map::new();
        for (name, value) in &self.headers {
            let number = value.parse::<u64>().ok().filter(|_| name.starts_with("X-WP-"));
            headers.insert((*name).to_owned(), number.map_or_else(|| value.as_str().into(), Value::from));
        }
        Self::ok(serde_json::json!({"body": self.body, "status": self.status, "headers": headers}))
    }

    /// The response of HTTP. A function of `_jsonp` is called with the body.
    pub(super) fn response(self, api: &str, callback: Option<&str>) -> Response<Bytes> {
        let json = encoded(&self.body);
        let (body, kind) = match callback {
            Some(callback) => (format!("/**/{callback}({json})"), "application/javascript; charset=UTF-8"),
            None => (json, "application/json; charset=UTF-8"),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let fixed = [
            ("content-type", kind),
            ("x-robots-tag", "noindex"),
            ("x-content-type-options", "nosniff"),
            ("access-control-expose-headers", "X-WP-Total, X-WP-TotalPages, Link"),
            ("expires", "Wed, 11 Jan 1984 05:00:00 GMT"),
            ("cache-control", "no-cache, must-revalidate, max-age=0, no-store, private"),
        ];
        let headers = response.headers_mut();
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if !self.headers.iter().any(|(name, _)| *name == "Link") {
            insert(headers, "Link", &format!("<{api}>; rel=\"https://api.w.org/\""));
        }
        for (name, value) in &self.headers {
            insert(headers, name, value);
        }
        response
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self { status: refusal.status, headers: Vec::new(), body: refusal.body() }
    }
}

fn insert(headers: &mut header::HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

/// JSON as `json_encode` writes it: slashes and everything beyond ASCII are escaped. Signatures are over these bytes.
pub(super) fn encoded(body: &Value) -> String {
    let mut out = String::new();
    for letter in body.to_string().chars() {
        match letter {
            '/' => out.push_str("\\/"),
            letter if letter.is_ascii() => out.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.push_str("\\u");
                    out.push_str(&hex(&unit.to_be_bytes()));
                }
            }
        }
    }
    out
}
