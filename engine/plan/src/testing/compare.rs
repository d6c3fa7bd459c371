//! Comparing what came out with what was expected.

use super::Difference;
use engine_contract::{Map, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;

/// The value at a path such as `Line[0].Amount`, or under exactly that name.
#[must_use]
pub fn field_at<'a>(fields: &'a Map, path: &str) -> Option<&'a Value> {
    if let Some(value) = fields.get(path) {
        return Some(value);
    }
    let mut parts = path.split(['.', '[']);
    let mut here = fields.get(parts.next()?)?;
    for part in parts {
        here = match (here, part.strip_suffix(']')) {
            (Value::List(items), Some(index)) => items.get(index.parse::<usize>().ok()?)?,
            (Value::Map(map), None) => map.get(part)?,
            _ => return None,
        };
    }
    Some(here)
}

/// What differs, named by path.
pub(super) fn differences(path: &str, expected: &Json, actual: Option<&Value>, out: &mut Vec<Difference>) {
    let Some(actual) = actual else {
        out.push(Difference::new(path, expected, "nothing"));
        return;
    };
    match (expected, actual) {
        (Json::Object(expected), Value::Map(actual)) => {
            for (name, value) in expected {
                differences(&format!("{path}.{name}"), value, actual.get(name), out);
            }
            let extra = actual.iter().filter(|(name, _)| !expected.contains_key(*name));
            let unexpected = |(name, value): (&String, &Value)| {
                Difference::new(format!("{path}.{name}"), "nothing", value.to_json())
            };
            out.extend(extra.map(unexpected));
        }
        (Json::Array(expected), Value::List(actual)) if expected.len() == actual.len() => {
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                differences(&format!("{path}[{index}]"), expected, Some(actual), out);
            }
        }
        _ if is_same(&Value::from(expected.clone()), actual) => {}
        _ => out.push(Difference::new(path, expected, actual.to_json())),
    }
}

fn is_same(expected: &Value, actual: &Value) -> bool {
    let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::Decimal(_));
    if is_number(expected) || is_number(actual) {
        let number = |value: &Value| Decimal::from_str_exact(&value.scalar_text()?).ok();
        return number(expected).is_some_and(|expected| number(actual) == Some(expected));
    }
    expected == actual
}
