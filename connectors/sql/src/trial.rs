//! Writes and their outcomes as the tests of every database say and read them.

use engine_contract::{
    Applied, Encode, EntitySchema, Field, FieldType, Map, Op, Outcome, Rng, Target, Value, Write,
};
use std::sync::atomic::{AtomicU32, Ordering};

/// Nothing here is left to chance.
pub(crate) struct Zeros;

impl Rng for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

pub(crate) fn map(json: &str) -> Map {
    match serde_json::from_str(json).unwrap() {
        Value::Map(map) => map,
        _ => panic!("an object was expected"),
    }
}

/// A create of a row in table `t`, matched on `match_on`.
pub(crate) fn put(target: &dyn Target, revision: i64, match_on: &[&str], fields: &str) -> Write {
    let match_on: Vec<String> = match_on.iter().map(|name| (*name).to_owned()).collect();
    let fields = map(fields);
    let encode = Encode {
        op: Op::Create,
        object: "t",
        fields: &fields,
        match_on: &match_on,
        marker: "",
        marker_field: None,
    };
    let payload = target.encode(&encode).unwrap();
    Write { payload, match_on, ..blank(Op::Create, revision) }
}

pub(crate) fn delete(revision: i64, match_on: &[&str], id: &str) -> Write {
    let match_on = match_on.iter().map(|name| (*name).to_owned()).collect();
    Write { match_on, target_id: Some(id.to_owned()), ..blank(Op::Delete, revision) }
}

/// A soft delete of a row of table `t`, which changes these fields.
pub(crate) fn mark(target: &dyn Target, revision: i64, match_on: &[&str], id: &str, fields: &str) -> Write {
    let op = Op::SoftDelete;
    let match_on: Vec<String> = match_on.iter().map(|name| (*name).to_owned()).collect();
    let fields = map(fields);
    let encode =
        Encode { op, object: "t", fields: &fields, match_on: &match_on, marker: "", marker_field: None };
    let payload = target.encode(&encode).unwrap();
    Write { payload, match_on, target_id: Some(id.to_owned()), ..blank(op, revision) }
}

/// A table `t` with a key of two columns, as a pipeline may want it.
pub(crate) fn wanted() -> EntitySchema {
    let key = |name: &str, kind| Field { required: true, ..Field::new(name, kind) };
    EntitySchema {
        name: "t".to_owned(),
        fields: vec![
            key("shop", FieldType::Text),
            key("id", FieldType::Integer),
            Field { max_length: Some(20), ..Field::new("number", FieldType::Text) },
            Field::new("total", FieldType::Decimal),
            Field::new("paid", FieldType::Boolean),
            Field::new("day", FieldType::Date),
            Field::new("made_at", FieldType::Timestamp),
            Field::new("raw", FieldType::Json),
        ],
        key: vec!["shop".to_owned(), "id".to_owned()],
        ..EntitySchema::default()
    }
}

/// A write without content. Names sort in the order in which writes were made.
pub(crate) fn blank(op: Op, revision: i64) -> Write {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    Write {
        id: format!("{:05}", COUNT.fetch_add(1, Ordering::Relaxed)),
        op,
        object: "t".to_owned(),
        payload: bytes::Bytes::new(),
        match_on: Vec::new(),
        target_id: None,
        token: None,
        request_key: "k".to_owned(),
        marker: String::new(),
        revision,
    }
}

/// An outcome in a few words.
pub(crate) fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied(Applied { target_id, change, .. }) => format!("{change:?} {target_id}"),
        Outcome::NotApplied(error) => format!("{:?}: {error}", error.kind()),
        Outcome::Unknown(error) => format!("unknown: {error}"),
    }
}
