//! The body of a write.

use crate::supabase::error::Refusal;
use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A body with the columns that are read from it, in order of their names.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    /// JSON: an object, or a list of objects. Not yet looked at where the request names the columns.
    pub(crate) json: String,
    pub(crate) columns: BTreeSet<String>,
}

impl Payload {
    /// Reads a body; `columns` are those that the request names.
    pub(crate) fn read(
        headers: &HeaderMap,
        body: &Bytes,
        columns: Option<&[String]>,
    ) -> Result<Self, Refusal> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or("application/json").split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            "application/json" | "application/vnd.pgrst.object+json" | "application/vnd.pgrst.array+json" => {
            }
            "application/x-www-form-urlencoded" => return Ok(form(body)),
            "text/csv" => return Err(Refusal::lacks("bodies of CSV")),
            other => return Err(invalid(&format!("Content-Type not acceptable: {other}"))),
        }
        let text = std::str::from_utf8(body).map_err(|_| invalid("Empty or invalid json"))?;
        if let Some(columns) = columns {
            return Ok(Self { json: text.to_owned(), columns: columns.iter().cloned().collect() });
        }
        let value: Value = serde_json::from_str(text).map_err(|_| invalid("Empty or invalid json"))?;
        let columns = match &value {
            Value::Object(object) => names(object),
            Value::Array(elements) => same_names(elements)?,
            // Anything else is taken as no rows.
            _ => return Ok(Self { json: "[]".to_owned(), columns: BTreeSet::new() }),
        };
        Ok(Self { json: text.to_owned(), columns })
    }
}

fn names(object: &Map<String, Value>) -> BTreeSet<String> {
    object.keys().cloned().collect()
}

/// The names that all elements have.
fn same_names(elements: &[Value]) -> Result<BTreeSet<String>, Refusal> {
    let mut sets = elements.iter().map(|element| element.as_object().map(names));
    let Some(first) = sets.next() else { return Ok(BTreeSet::new()) };
    match first {
        Some(first) if sets.all(|other| other.as_ref() == Some(&first)) => Ok(first),
        _ => Err(invalid("All object keys must match")),
    }
}

fn form(body: &Bytes) -> Payload {
    let pairs = url::form_urlencoded::parse(body);
    let object: Map<String, Value> =
        pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
    let columns = names(&object);
    Payload { json: Value::Object(object).to_string(), columns }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "PGRST102", message)
}
