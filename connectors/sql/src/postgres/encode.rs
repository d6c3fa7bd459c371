//! The bytes of a write: what COPY takes, ready to send.
//!
//! Three lines: the names of the columns, a letter for the kind of each value, the values. Names are sorted; names
//! and values are escaped as COPY's text format wants and separated by tabs. Where a column keeps its value as it is,
//! the third line goes to the server unread.

use bytes::Bytes;
use engine_contract::{ConnectorError, Encode, ErrorKind, Map, Op, Result, Value, natural_id};
use std::{borrow::Cow, fmt::Write};

/// What kind of value a text stands for.
pub(super) mod kind {
    pub(in super::super) const NULL: u8 = b'n';
    pub(in super::super) const BOOL: u8 = b'b';
    pub(in super::super) const INT: u8 = b'i';
    pub(in super::super) const DECIMAL: u8 = b'd';
    pub(in super::super) const TEXT: u8 = b't';
    pub(in super::super) const JSON: u8 = b'j';
}

/// How COPY writes NULL.
pub(super) const NULL: &str = "\\N";

/// Writes the payload. Equal fields give equal bytes, whatever their order.
pub(super) fn encode(encode: &Encode<'_>) -> Result<Bytes> {
    let invalid = |message: String| {
        ConnectorError::new(ErrorKind::Invalid, message).with_context("table", encode.object)
    };
    // What marks a row says nothing of its key.
    let named = if encode.op == Op::SoftDelete { &[] } else { encode.match_on };
    for column in named {
        match encode.fields.get(column) {
            None | Some(Value::Null) => {
                return Err(invalid(format!("the match column `{column}` has no value")));
            }
            Some(Value::List(_) | Value::Map(_)) => {
                return Err(invalid(format!("the match column `{column}` is not a single value")));
            }
            Some(_) => {}
        }
    }
    let mut fields: Vec<(&String, &Value)> = encode.fields.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| name.as_str());
    let mut out = String::with_capacity(32 * fields.len());
    for (index, (name, _)) in fields.iter().enumerate() {
        separate(index, &mut out);
        escape(name, &mut out);
    }
    out.push('\n');
    out.extend(fields.iter().map(|(_, value)| char::from(kind_of(value))));
    out.push('\n');
    for (index, (name, value)) in fields.iter().enumerate() {
        if has_nul(value) {
            return Err(invalid(format!("column `{name}` cannot keep a text with NUL characters")));
        }
        separate(index, &mut out);
        write_value(value, &mut out);
    }
    Ok(Bytes::from(out))
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push('\t');
    }
}

fn kind_of(value: &Value) -> u8 {
    match value {
        Value::Null => kind::NULL,
        Value::Bool(_) => kind::BOOL,
        Value::Int(_) => kind::INT,
        Value::Decimal(_) | Value::Number(_) => kind::DECIMAL,
        Value::Text(_) => kind::TEXT,
        Value::List(_) | Value::Map(_) => kind::JSON,
    }
}

fn write_value(value: &Value, out: &mut String) {
    // Writing to a string cannot fail.
    match value {
        Value::Null => out.push_str(NULL),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => drop(write!(out, "{number}")),
        Value::Decimal(number) => drop(write!(out, "{number}")),
        Value::Number(text) => out.push_str(text),
        Value::Text(text) => escape(text, out),
        Value::List(_) | Value::Map(_) => escape(&sorted(value).to_json(), out),
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.as_bytes().contains(&0),
        Value::List(items) => items.iter().any(has_nul),
        Value::Map(map) => map.iter().any(|(name, value)| name.as_bytes().contains(&0) || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Number(_) => false,
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let mut map: Map = map.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            map.sort_unstable_keys();
            Value::Map(map)
        }
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Appends a text as COPY's text format wants it.
pub(super) fn escape(text: &str, out: &mut String) {
    let is_special = |byte: &u8| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r');
    if !text.as_bytes().iter().any(is_special) {
        out.push_str(text);
        return;
    }
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
}

/// The inverse of [`escape`].
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.push(match letter {
            '\\' => match letters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            other => other,
        });
    }
    Cow::Owned(out)
}

/// The id of the row that the match columns name: one value as plain text, several as a JSON array.
pub(super) fn identify(encode: &Encode<'_>) -> Option<String> {
    natural_id(encode.match_on.iter().map(|column| encode.fields.get(column)))
}

/// A payload's three lines.
#[derive(Clone, Copy)]
pub(super) struct Payload<'a> {
    pub(super) names: &'a str,
    pub(super) kinds: &'a [u8],
    pub(super) values: &'a str,
}

impl<'a> Payload<'a> {
    /// Reads a payload back.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        let lines = std::str::from_utf8(bytes).ok().and_then(|text| {
            let (names, rest) = text.split_once('\n')?;
            let (kinds, values) = rest.split_once('\n')?;
            Some(Self { names, kinds: kinds.as_bytes(), values })
        });
        lines.ok_or_else(|| {
            ConnectorError::new(ErrorKind::Invalid, "the payload is none that this connector encoded")
        })
    }

    /// The id of the row, by the places of the match columns; nothing when one has no value.
    pub(super) fn id(&self, places: &[usize]) -> Option<String> {
        let value = |place: &usize| {
            let kind = *self.kinds.get(*place)?;
            let text = self.values.split('\t').nth(*place)?;
            (kind != kind::NULL).then_some((kind, text))
        };
        if let [place] = places {
            return value(place).map(|(_, text)| unescape(text).into_owned());
        }
        let parts = places.iter().map(|place| {
            let (kind, text) = value(place)?;
            Some(if kind == kind::TEXT {
                Value::Text(unescape(text).into_owned()).to_json()
            } else {
                text.to_owned()
            })
        });
        let parts: Vec<String> = parts.collect::<Option<_>>()?;
        (!parts.is_empty()).then(|| format!("[{}]", parts.join(",")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_escaped_reads_back_and_stays_on_its_line(text in "[a-c\\\\\t\n\rtnrNé.]{0,12}") {
            let mut out = String::new();
            escape(&text, &mut out);
            prop_assert!(!out.contains(['\t', '\n', '\r']));
            prop_assert_eq!(unescape(&out), text);
        }
    }

    #[test]
    fn an_id_in_a_payload_is_the_id_that_was_foretold() {
        let fields: Map = serde_json::from_str::<serde_json::Value>(r#"{"shop":"a\"b\t","n":2,"v":null}"#)
            .map(|json| Value::from(json).as_map().cloned().unwrap())
            .unwrap();
        for match_on in [vec!["shop"], vec!["n", "shop"], vec!["n"]] {
            let match_on: Vec<String> = match_on.into_iter().map(str::to_owned).collect();
            let wanted = Encode {
                op: Op::Create,
                object: "t",
                fields: &fields,
                match_on: &match_on,
                marker: "",
                marker_field: None,
            };
            let bytes = encode(&wanted).unwrap();
            let payload = Payload::read(&bytes).unwrap();
            let columns: Vec<_> = payload.names.split('\t').map(unescape).collect();
            let places: Vec<usize> = match_on
                .iter()
                .map(|name| columns.iter().position(|column| *column == **name).unwrap())
                .collect();
            assert_eq!(payload.id(&places), identify(&wanted));
        }
    }
}
