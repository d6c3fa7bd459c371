//! Records: the source's own bytes, read only where somebody looks.
//!
//! A record is checked once, when it is made, and the places of its values are noted; after that each access goes
//! to the value asked for and parses nothing else. A part of a record is a record too, and shares its bytes.

mod tape;

use crate::{Path, Step, Value, number, value::Map};
use bytes::Bytes;
use std::{fmt, sync::Arc};
use tape::{Fault, MAX_DEPTH, Tape};

/// A JSON value as bytes. Usually an object; an element of one when it comes from [`Record::elements`].
#[derive(Clone)]
pub struct Record {
    tape: Arc<Tape>,
    node: u32,
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
        match Tape::read(json.clone()) {
            Ok(tape) => Ok(Self { tape: Arc::new(tape), node: 0 }),
            Err(fault) => Err(InvalidRecord::of(&json, fault)),
        }
    }

    /// A record with the given content.
    #[must_use]
    pub fn from_value(value: &Value) -> Self {
        let null = || Tape::read(Bytes::from_static(b"null"));
        // What a value writes is JSON; only one that nests too deep cannot be read again.
        let tape = Tape::read(Bytes::from(value.to_json())).or_else(|_| null());
        Self { tape: Arc::new(tape.unwrap_or_default()), node: 0 }
    }

    /// The record's JSON, as the source wrote it.
    #[must_use]
    pub fn as_bytes(&self) -> Bytes {
        self.tape.slice(self.node)
    }

    /// How many bytes this record holds.
    #[must_use]
    pub fn size(&self) -> usize {
        self.raw().len()
    }

    /// What kind of value this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.raw().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            _ => Kind::Scalar,
        }
    }

    /// The value at `path`; `None` when it is missing, `Some(Value::Null)` when it is null.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<Value> {
        self.follow(path).map(|node| self.value_of(node))
    }

    /// The part of this record at `path`, unparsed and sharing its bytes.
    #[must_use]
    pub fn part(&self, path: &Path) -> Option<Self> {
        self.follow(path).map(|node| self.at(node))
    }

    /// The member called `name`, when this is an object that has one. The first wins if it is repeated.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Self> {
        self.tape.member(self.node, name).map(|node| self.at(node))
    }

    /// The element at `index`, when this is an array that long.
    #[must_use]
    pub fn element(&self, index: usize) -> Option<Self> {
        self.tape.elements(self.node).nth(index).map(|node| self.at(node))
    }

    /// The elements, when this is an array.
    #[must_use]
    pub fn elements(&self) -> Option<Vec<Self>> {
        let is_list = self.kind() == Kind::List;
        is_list.then(|| self.tape.elements(self.node).map(|node| self.at(node)).collect())
    }

    /// The members in order, when this is an object.
    #[must_use]
    pub fn members(&self) -> Option<Vec<(String, Self)>> {
        let named = |(key, value)| (text(&self.tape, key), self.at(value));
        let is_object = self.kind() == Kind::Object;
        is_object.then(|| self.tape.members(self.node).map(named).collect())
    }

    /// Whether this is a text, and exactly this one.
    #[must_use]
    pub fn is_text(&self, text: &str) -> bool {
        self.tape.is_text(self.node, text)
    }

    /// The whole record as a value. Costs a full parse: name paths instead where you can.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.value_of(self.node)
    }

    fn value_of(&self, node: u32) -> Value {
        let raw = self.tape.raw(node);
        match raw.first() {
            Some(b'{') => {
                let mut map = Map::new();
                for (key, value) in self.tape.members(node) {
                    map.entry(text(&self.tape, key)).or_insert_with(|| self.value_of(value));
                }
                Value::Map(map)
            }
            Some(b'[') => Value::List(self.tape.elements(node).map(|node| self.value_of(node)).collect()),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'"') => Value::Text(text(&self.tape, node)),
            Some(b'-' | b'0'..=b'9') => std::str::from_utf8(raw).map_or(Value::Null, number::parse_number),
            _ => Value::Null,
        }
    }

    fn follow(&self, path: &Path) -> Option<u32> {
        path.steps.iter().try_fold(self.node, |node, step| match step {
            Step::Key(key) => self.tape.member(node, key),
            Step::Index(index) => self.tape.elements(node).nth(*index),
        })
    }

    fn at(&self, node: u32) -> Self {
        Self { tape: Arc::clone(&self.tape), node }
    }

    fn raw(&self) -> &[u8] {
        self.tape.raw(self.node)
    }
}

/// What a JSON string stands for.
fn text(tape: &Tape, node: u32) -> String {
    let raw = tape.raw(node);
    if tape.is_escaped(node) {
        return serde_json::from_slice(raw).unwrap_or_default();
    }
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    String::from_utf8_lossy(inner).into_owned()
}

impl fmt::Debug for Record {
    /// Prints the size only: a record is somebody's personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} bytes)", self.size())
    }
}

impl InvalidRecord {
    /// Says what is wrong in the words of a parser that looks for it: reading is done, this may be slow.
    fn of(json: &[u8], fault: Fault) -> Self {
        match fault {
            Fault::Depth(offset) => {
                return Self::at(json, offset, &format!("nested deeper than {MAX_DEPTH} levels"));
            }
            Fault::Encoding => return Self::at(json, 0, "not UTF-8"),
            Fault::Size => return Self::at(json, 0, "longer than four gigabytes"),
            Fault::Syntax => {}
        }
        match serde_json::from_slice::<serde_json::Value>(json) {
            Err(error) => {
                let full = error.to_string();
                let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
                Self { message, line: error.line(), column: error.column() }
            }
            Ok(_) => Self::at(json, 0, "not JSON"),
        }
    }

    fn at(bytes: &[u8], offset: usize, message: &str) -> Self {
        let before = bytes.get(..offset).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Self { message: message.to_owned(), line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    /// JSON of every shape, also with white space, escapes and long numbers.
    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<bool>().prop_map(|flag| flag.to_string()),
            "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,5})?",
            "[a-zé😀\\\\\"\n\t/]{0,20}".prop_map(|text| serde_json::Value::from(text).to_string()),
            Just(r#""\u00e9\ud83d\ude00""#.to_owned()),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[ {} ]", items.join(" ,\n")));
            let members = prop::collection::btree_map("[b-d]{1,2}|\\\\u0061", inner, 0..5);
            let object = members.prop_map(|members| {
                let member = |(name, value): (&String, &String)| format!("\"{name}\" :{value}");
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            });
            prop_oneof![list, object]
        })
    }

    proptest! {
        #[test]
        fn a_record_reads_as_the_json_that_it_is(json in json()) {
            let theirs: serde_json::Value = serde_json::from_str(&json).unwrap();
            let ours = record(&json);
            prop_assert_eq!(ours.to_value(), Value::from(theirs));
            prop_assert_eq!(Record::parse(ours.as_bytes()).unwrap().to_value(), ours.to_value());
            for (name, member) in ours.members().unwrap_or_default() {
                prop_assert!(ours.member(&name).is_some());
                prop_assert_eq!(Record::parse(member.as_bytes()).unwrap().to_value(), member.to_value());
            }
        }

        /// What the parser of serde_json refuses is refused here, and the other way round.
        #[test]
        fn bytes_are_a_record_exactly_when_they_are_json(json in json(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = json.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let is_json = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
            prop_assert_eq!(Record::parse(bytes.clone()).is_ok(), is_json, "{:?}", bytes);
        }
    }
}
