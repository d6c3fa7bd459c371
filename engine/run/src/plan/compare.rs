//! What an object would get, beside what it holds: by field, and only for the fields that the mapping names.
//!
//! Services write values in ways of their own. What means the same counts as the same: `"10"` and `10.00` where one of
//! them is a number, one moment in two zones, an empty text and nothing, a text with spaces around it. What only
//! one service does, its connector leaves out before ([`engine_contract::Target::compared`]).

use engine_contract::{Map, Record, Value};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rust_decimal::Decimal;

/// A field that differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// The dotted path, list positions from 0: `Line.0.Amount`.
    pub(crate) path: String,
    /// What the object holds; `null` where it has nothing.
    pub(crate) before: Value,
    /// What it would get.
    pub(crate) after: Value,
}

/// The fields of `wanted` that `current` does not hold so, in the order of `wanted`.
pub(crate) fn differences(wanted: &Map, current: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    members(wanted, current, "", &mut found);
    found
}

/// What an object holds in the fields that `wanted` names: equal for two readings between which nobody has changed
/// any of these.
pub(crate) fn managed(wanted: &Map, current: &Value) -> Value {
    let of = |(name, wanted): (&String, &Value)| {
        let held = member(current, name).unwrap_or(&Value::Null);
        let held = match wanted {
            Value::Map(wanted) => managed(wanted, held),
            _ => held.clone(),
        };
        (name.clone(), held)
    };
    Value::Map(wanted.iter().map(of).collect())
}

/// A member by its name, else by a dotted path.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let map = value.as_map()?;
    if let Some(found) = map.get(name) {
        return Some(found);
    }
    let (first, rest) = name.split_once('.')?;
    member(map.get(first)?, rest)
}

/// Whether two values mean the same.
pub(crate) fn alike(a: &Value, b: &Value) -> bool {
    let mut found = Vec::new();
    value(a, b, String::new(), &mut found);
    found.is_empty()
}

/// What an object holds in a field, by its dotted path; `null` where it has nothing.
pub(crate) fn held<'v>(current: &'v Value, path: &str) -> &'v Value {
    member(current, path).unwrap_or(&Value::Null)
}

fn members(wanted: &Map, current: &Value, path: &str, found: &mut Vec<Difference>) {
    for (name, wanted) in wanted {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        value(wanted, member(current, name).unwrap_or(&Value::Null), path, found);
    }
}

fn value(wanted: &Value, current: &Value, path: String, found: &mut Vec<Difference>) {
    // Databases without a type for it give JSON as a text.
    let parsed = match (wanted, current) {
        (Value::Map(_) | Value::List(_), Value::Text(text)) => Record::parse(text.clone().into_bytes()).ok(),
        _ => None,
    };
    let parsed = parsed.map(|record| record.to_value());
    let current = parsed.as_ref().unwrap_or(current);
    match (wanted, current) {
        // Of what is not there yet, each field is told.
        (Value::Map(wanted), Value::Map(_) | Value::Null) => members(wanted, current, &path, found),
        (Value::List(wanted), Value::Null) => {
            for (index, wanted) in wanted.iter().enumerate() {
                value(wanted, &Value::Null, format!("{path}.{index}"), found);
            }
        }
        (Value::List(wanted), Value::List(held)) if wanted.len() == held.len() => {
            for (index, (wanted, held)) in wanted.iter().zip(held).enumerate() {
                value(wanted, held, format!("{path}.{index}"), found);
            }
        }
        _ if means_the_same(wanted, current) => {}
        _ => found.push(Difference { path, before: current.clone(), after: wanted.clone() }),
    }
}

fn means_the_same(wanted: &Value, current: &Value) -> bool {
    if wanted == current || (is_nothing(wanted) && is_nothing(current)) {
        return true;
    }
    match (wanted, current) {
        (Value::Text(a), Value::Text(b)) => {
            a.trim() == b.trim() || moment(a).is_some_and(|a| moment(b) == Some(a))
        }
        (Value::Bool(a), Value::Int(b)) | (Value::Int(b), Value::Bool(a)) => i64::from(*a) == *b,
        (Value::Map(_) | Value::List(_), _) | (_, Value::Map(_) | Value::List(_)) => false,
        _ => number(wanted).is_some_and(|wanted| number(current) == Some(wanted)),
    }
}

/// What services give where nothing was given.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.values().all(is_nothing),
        Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Number(_) => false,
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(number.normalize()),
        Value::Text(text) => text.trim().parse::<Decimal>().ok().map(|number| number.normalize()),
        _ => None,
    }
}

/// A date with a time, as a moment; one without an offset counts in UTC, as databases read it.
fn moment(text: &str) -> Option<Timestamp> {
    // Dates alone are days, and days are texts like others.
    if text.len() < "2026-01-31T00:00".len() || !text.contains(':') {
        return None;
    }
    let aware = text.parse::<Timestamp>().ok();
    aware.or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(json: &str) -> Map {
        match Record::parse(json.to_owned().into_bytes()).unwrap().to_value() {
            Value::Map(map) => map,
            _ => panic!("an object"),
        }
    }

    fn paths(wanted: &str, current: &str) -> Vec<String> {
        let found = differences(&map(wanted), &Value::Map(map(current)));
        found.into_iter().map(|difference| difference.path).collect()
    }

    #[test]
    fn only_fields_that_the_mapping_names_count() {
        assert_eq!(paths(r#"{"Name":"a"}"#, r#"{"Name":"a","Id":"7","Balance":12}"#), Vec::<String>::new());
        assert_eq!(
            paths(r#"{"Name":"a","Ref":{"value":"1"}}"#, r#"{"Name":"b","Ref":{"value":"2","name":"x"}}"#),
            ["Name", "Ref.value"]
        );
    }

    #[test]
    fn what_means_the_same_is_no_difference() {
        for (wanted, current) in [
            (r#"{"a":"10"}"#, r#"{"a":10.00}"#),
            (r#"{"a":10.10}"#, r#"{"a":"10.1"}"#),
            (r#"{"a":null,"b":"","c":[]}"#, r#"{"b":null}"#),
            (r#"{"a":"x "}"#, r#"{"a":"x"}"#),
            (r#"{"a":"2026-01-31T10:00:00Z"}"#, r#"{"a":"2026-01-31T12:00:00+02:00"}"#),
            (r#"{"a":"2026-01-31T10:00:00"}"#, r#"{"a":"2026-01-31T10:00:00+00:00"}"#),
            (r#"{"a":true}"#, r#"{"a":1}"#),
            (r#"{"a":{"b":[1]}}"#, r#"{"a":"{\"b\":[1.0]}"}"#),
        ] {
            assert_eq!(paths(wanted, current), Vec::<String>::new(), "{wanted} {current}");
        }
    }

    #[test]
    fn what_differs_is_found_where_it_is() {
        for (wanted, current, path) in [
            (r#"{"a":"10"}"#, r#"{"a":"10.00"}"#, "a"),
            (r#"{"a":0}"#, r"{}", "a"),
            (r#"{"a":[{"b":1},{"b":2}]}"#, r#"{"a":[{"b":1},{"b":3}]}"#, "a.1.b"),
            (r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, "a"),
            (r#"{"a":false}"#, r#"{"a":null}"#, "a"),
            (r#"{"a":{"b":[{"c":1}]}}"#, r"{}", "a.b.0.c"),
            (r#"{"a":"2026-01-31"}"#, r#"{"a":"2026-02-01"}"#, "a"),
        ] {
            assert_eq!(paths(wanted, current), [path], "{wanted} {current}");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            "[ a-c0-9.:T-]{0,20}".prop_map(Value::Text),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::vec(("[a-d]", inner), 0..4)
                    .prop_map(|members| Value::Map(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// An object that was written and came back whole differs in nothing, whatever else it has got.
        #[test]
        fn nothing_differs_from_itself(wanted in any_value(), more in any_value()) {
            let wanted: Map = [("a".to_owned(), wanted)].into_iter().collect();
            let mut current = wanted.clone();
            current.insert("more".to_owned(), more);
            prop_assert_eq!(differences(&wanted, &Value::Map(current.clone())), Vec::new());
            prop_assert_eq!(managed(&wanted, &Value::Map(current)), managed(&wanted, &Value::Map(wanted.clone())));
        }
    }
}
