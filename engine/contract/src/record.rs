//! Records: the source's own bytes, read only where somebody looks.
//!
//! A record is checked once, when it is made; after that each access walks the text to the value asked for
//! and parses nothing else. A part of a record is a record too, and shares its bytes.

use crate::{Path, Step, Value, number, value::Map};
use bytes::Bytes;
use sonic_rs::LazyValue;
use std::fmt;

/// How deep arrays and objects may nest: deeper input is refused, so that no walk can exhaust the stack.
const MAX_DEPTH: usize = 128;

/// A JSON value as bytes. Usually an object; an element of one when it comes from [`Record::elements`].
#[derive(Clone)]
pub struct Record {
    /// Valid JSON in UTF-8, without surrounding white space.
    json: Bytes,
}

/// Why bytes are not a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line} column {column}")]
pub struct InvalidRecord {
    /// What is wrong, without the data itself.
    pub message: String,
    /// Line within the record's bytes, from 1.
    pub line: usize,
    /// Column within that line, from 1, in bytes.
    pub column: usize,
}

/// What kind of JSON value a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`, a boolean, a number or a string.
    Scalar,
    /// An array.
    List,
    /// An object.
    Object,
}

impl Record {
    /// Checks that `json` is one JSON value and keeps it.
    ///
    /// # Errors
    /// [`InvalidRecord`] with the place of the first mistake.
    pub fn parse(json: impl Into<Bytes>) -> Result<Self, InvalidRecord> {
        let json = json.into();
        if let Some(offset) = too_deep(&json) {
            return Err(InvalidRecord::at(&json, offset, "nested deeper than 128 levels"));
        }
        // Skipping a string does not look at its escapes: surrogates may be unpaired, so read those in full.
        let checked = if json.windows(3).any(|bytes| matches!(bytes, [b'\\', b'u', b'd' | b'D'])) {
            serde_json::from_slice::<serde_json::Value>(&json).map(drop)
        } else {
            serde_json::from_slice::<serde::de::IgnoredAny>(&json).map(drop)
        };
        if let Err(error) = checked {
            let full = error.to_string();
            let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
            return Err(InvalidRecord { message, line: error.line(), column: error.column() });
        }
        if std::str::from_utf8(&json).is_err() {
            return Err(InvalidRecord::at(&json, 0, "not UTF-8"));
        }
        let trimmed = json.slice_ref(json.trim_ascii());
        Ok(Self { json: trimmed })
    }

    /// A record with the given content.
    #[must_use]
    pub fn from_value(value: &Value) -> Self {
        Self { json: Bytes::from(value.to_json()) }
    }

    /// The record's JSON, as the source wrote it.
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        &self.json
    }

    /// How many bytes this record holds.
    #[must_use]
    pub fn size(&self) -> usize {
        self.json.len()
    }

    /// What kind of value this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.json.first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            _ => Kind::Scalar,
        }
    }

    /// The value at `path`; `None` when it is missing, `Some(Value::Null)` when it is null.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<Value> {
        Some(self.part(path)?.to_value())
    }

    /// The part of this record at `path`, unparsed and sharing its bytes.
    #[must_use]
    pub fn part(&self, path: &Path) -> Option<Self> {
        let mut here = self.clone();
        for step in &path.steps {
            here = match step {
                Step::Key(key) => here.member(key)?,
                Step::Index(index) => here.element(*index)?,
            };
        }
        Some(here)
    }

    /// The member called `name`, when this is an object that has one. The first wins if it is repeated.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Self> {
        if self.kind() != Kind::Object {
            return None;
        }
        let found = sonic_rs::get_from_slice(&self.json, [name]).ok()?;
        Some(self.slice(&found))
    }

    /// The element at `index`, when this is an array that long.
    #[must_use]
    pub fn element(&self, index: usize) -> Option<Self> {
        if self.kind() != Kind::List {
            return None;
        }
        let found = sonic_rs::get_from_slice(&self.json, [index]).ok()?;
        Some(self.slice(&found))
    }

    /// The elements, when this is an array.
    #[must_use]
    pub fn elements(&self) -> Option<Vec<Self>> {
        if self.kind() != Kind::List {
            return None;
        }
        let items = sonic_rs::to_array_iter(&*self.json);
        Some(items.filter_map(|item| Some(self.slice(&item.ok()?))).collect())
    }

    /// The members in order, when this is an object.
    #[must_use]
    pub fn members(&self) -> Option<Vec<(String, Self)>> {
        if self.kind() != Kind::Object {
            return None;
        }
        let items = sonic_rs::to_object_iter(&*self.json);
        Some(items.filter_map(Result::ok).map(|(name, item)| (name.to_string(), self.slice(&item))).collect())
    }

    /// The whole record as a value. Costs a full parse: name paths instead where you can.
    #[must_use]
    pub fn to_value(&self) -> Value {
        if let Some(items) = self.elements() {
            return Value::List(items.iter().map(Self::to_value).collect());
        }
        if let Some(members) = self.members() {
            let mut map = Map::with_capacity(members.len());
            for (name, member) in members {
                map.entry(name).or_insert_with(|| member.to_value());
            }
            return Value::Map(map);
        }
        self.scalar()
    }

    fn scalar(&self) -> Value {
        match self.json.first() {
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'"') => Value::Text(sonic_rs::from_slice(&self.json).unwrap_or_default()),
            Some(b'-' | b'0'..=b'9') => {
                std::str::from_utf8(&self.json).map_or(Value::Null, number::parse_number)
            }
            _ => Value::Null,
        }
    }

    fn slice(&self, part: &LazyValue<'_>) -> Self {
        Self { json: self.json.slice_ref(part.as_raw_str().as_bytes()) }
    }
}

impl fmt::Debug for Record {
    /// Prints the size only: a record is somebody's personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} bytes)", self.size())
    }
}

impl InvalidRecord {
    fn at(bytes: &[u8], offset: usize, message: &str) -> Self {
        let before = bytes.get(..offset).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Self { message: message.to_owned(), line, column }
    }
}

/// The offset of the first bracket that nests too deep.
fn too_deep(json: &[u8]) -> Option<usize> {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for (offset, byte) in json.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(offset);
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(json: &str) -> Record {
        Record::parse(json.to_owned()).unwrap()
    }

    #[test]
    fn reads_only_what_is_asked_for_and_exactly() {
        let order =
            record(r#" {"id":7,"total":"12.50","n":1.10,"b":{"e":"a\u00e9"},"l":[{"x":1},{"x":null}]} "#);
        assert_eq!(order.get(&Path::of_keys(["b", "e"])), Some(Value::from("aé")));
        assert_eq!(order.get(&Path::of_keys(["n"])).unwrap().to_json(), "1.10");
        assert_eq!(order.get(&Path::of_keys(["b", "missing"])), None);
        assert_eq!(order.get(&Path::of_keys(["id", "x"])), None);
        let lines = order.member("l").unwrap().elements().unwrap();
        assert_eq!(lines[1].get(&Path::of_keys(["x"])), Some(Value::Null));
        assert_eq!(
            order.to_value().to_json(),
            r#"{"id":7,"total":"12.50","n":1.10,"b":{"e":"aé"},"l":[{"x":1},{"x":null}]}"#
        );
    }

    #[test]
    fn broken_bytes_name_their_place_and_never_panic() {
        let place = |json: &[u8]| {
            let error = Record::parse(json.to_vec()).unwrap_err();
            (error.line, error.column)
        };
        assert_eq!(place(b"{\"a\":tru}"), (1, 9));
        assert_eq!(place(b"{\n\"a\":1,}"), (2, 7));
        assert_eq!(place(b"{\"a\":1} x"), (1, 9));
        assert_eq!(place(b""), (1, 0));
        assert!(Record::parse(vec![b'"', 0xff, b'"']).is_err());
        assert!(Record::parse("[".repeat(200)).unwrap_err().message.contains("deeper"));
        assert!(Record::parse(r#""\ud800""#).is_err());
    }
}
