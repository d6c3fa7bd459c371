//! A request as PHP sees it: `a[0]=x` is a list, forms are parameters too, and POST may mean another method.

use super::{error::Refusal, value::text};
use bytes::Bytes;
use http::{Method, header};
use serde_json::{Map, Value};

/// A request after PHP has read it.
pub(super) struct Call {
    /// The method that was meant.
    pub(super) method: Method,
    /// The method that was sent, which OAuth signs.
    pub(super) sent: Method,
    /// The path, decoded: `/wp-json/wc/v3/orders`.
    pub(super) path: String,
    /// The parameters of the query, in their order: lists are `Value::Array`.
    pub(super) query: Map<String, Value>,
    /// The parameters of the body.
    body: Map<String, Value>,
    /// What the header Authorization says.
    pub(super) authorization: Option<String>,
    /// Why the body is no JSON.
    broken: bool,
    /// Whether the body was JSON, but neither a list nor an object.
    pub(super) is_scalar: bool,
}

impl Call {
    pub(super) fn read(request: &http::Request<Bytes>) -> Self {
        let query = parameters(request.uri().query().unwrap_or_default().as_bytes());
        let header =
            |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header(header::CONTENT_TYPE).unwrap_or_default();
        let (mut body, mut broken, mut is_scalar) = (Map::new(), false, false);
        if content_type.contains("json") && !request.body().is_empty() {
            match serde_json::from_slice(request.body()) {
                Ok(Value::Object(parts)) => body = parts,
                Ok(Value::Array(_)) => {}
                Ok(_) => is_scalar = true,
                Err(_) => broken = true,
            }
        } else if content_type.starts_with("application/x-www-form-urlencoded") {
            body = parameters(request.body());
        }
        let meant = request.headers().get("x-http-method-override").and_then(|value| value.to_str().ok());
        let meant = query.get("_method").map(text).or(meant).unwrap_or_default().to_uppercase();
        let sent = request.method().clone();
        // Only POST: what is sent as GET never changes the state of an emulator.
        let method = match Method::from_bytes(meant.as_bytes()) {
            Ok(meant) if sent == Method::POST && !meant.as_str().is_empty() => meant,
            _ => sent.clone(),
        };
        let path: String = url::form_urlencoded::parse(request.uri().path().replace('+', "%2B").as_bytes())
            .map(|(path, _)| path.into_owned())
            .collect();
        Self {
            method,
            sent,
            path: path.trim_end_matches('/').to_owned(),
            query,
            body,
            authorization: header(header::AUTHORIZATION).map(str::to_owned),
            broken,
            is_scalar,
        }
    }

    /// All parameters: those of the body win.
    ///
    /// # Errors
    /// When the body is no JSON.
    pub(super) fn parameters(&self) -> Result<Value, Refusal> {
        if self.broken {
            return Err(Refusal::new(400, "rest_invalid_json", "Invalid JSON body passed.")
                .with("json_error_code", 4.into())
                .with("json_error_message", "Syntax error".into()));
        }
        let mut all = self.query.clone();
        all.extend(self.body.clone());
        Ok(Value::Object(all))
    }
}

/// The parameters of a query or a form, as PHP reads them.
fn parameters(encoded: &[u8]) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in url::form_urlencoded::parse(encoded) {
        let (first, rest) = match name.split_once('[') {
            Some((first, rest)) if rest.ends_with(']') => (first, Some(rest.trim_end_matches(']'))),
            _ => (name.as_ref(), None),
        };
        let keys = rest.map(|rest| rest.split("][").collect::<Vec<_>>()).unwrap_or_default();
        place(all.entry(first.to_owned()).or_insert(Value::Null), &keys, value.into_owned());
    }
    for value in all.values_mut() {
        lists(value);
    }
    all
}

/// Puts a value at its place below a parameter; `[]` takes the next number.
fn place(at: &mut Value, keys: &[&str], value: String) {
    let Some((key, rest)) = keys.split_first() else {
        *at = Value::String(value);
        return;
    };
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Value::Object(parts) = at {
        let key = if key.is_empty() { parts.len().to_string() } else { (*key).to_owned() };
        place(parts.entry(key).or_insert(Value::Null), rest, value);
    }
}

/// Makes lists of what is numbered from 0.
fn lists(value: &mut Value) {
    let Value::Object(parts) = value else { return };
    parts.values_mut().for_each(lists);
    if parts.keys().enumerate().all(|(number, key)| *key == number.to_string()) {
        *value = Value::Array(parts.values().cloned().collect());
    }
}

/// The pairs of a query that PHP would write: `status[0]=any`.
pub(super) fn pairs(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Array(elements) => {
            for (number, element) in elements.iter().enumerate() {
                pairs(&format!("{name}[{number}]"), element, out);
            }
        }
        Value::Object(parts) => {
            for (key, element) in parts {
                pairs(&format!("{name}[{key}]"), element, out);
            }
        }
        one => out.push((name.to_owned(), super::value::written(one).into_owned())),
    }
}
