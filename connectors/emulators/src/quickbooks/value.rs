//! Small readers and writers of JSON objects; money is decimal, never binary.

use std::cmp::Ordering;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Number, Value};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// The id of an object: a number as a text, or a word such as `TAX`. Ordered as numbers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id(String);

impl Id {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

/// A text that is there and not empty.
pub(super) fn text<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The id that a reference holds: `{"value": "1"}`.
pub(super) fn reference<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    text(object.get(field)?.as_object()?, "value")
}

/// A truth; what is absent is `false`.
pub(super) fn flag(object: &Object, field: &str) -> bool {
    object.get(field).and_then(Value::as_bool).unwrap_or(false)
}

/// The objects of a list; anything else has none.
pub(super) fn objects<'a>(object: &'a Object, field: &str) -> impl Iterator<Item = &'a Object> {
    object.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// The object in a field.
pub(super) fn inner<'a>(object: &'a Object, field: &str) -> Option<&'a Object> {
    object.get(field).and_then(Value::as_object)
}

/// A number, also one that is written as a text.
pub(super) fn decimal(object: &Object, field: &str) -> Option<Decimal> {
    object.get(field).and_then(to_decimal)
}

/// A sum of money; what is absent is zero.
pub(super) fn money(object: &Object, field: &str) -> Decimal {
    decimal(object, field).unwrap_or_default()
}

pub(super) fn to_decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// A number as the service writes it.
pub(super) fn number(decimal: Decimal) -> Value {
    Number::from_str(&decimal.normalize().to_string()).map_or(Value::Null, Value::Number)
}

/// Cents, rounded half up, as the service does: 1861.075 is 1861.08.
pub(super) fn cents(decimal: Decimal) -> Decimal {
    decimal.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// A reference without a name; names are filled in when it is shown.
pub(super) fn refer(id: &str) -> Value {
    let mut object = Object::new();
    object.insert("value".to_owned(), Value::from(id));
    Value::Object(object)
}

pub(super) fn set(object: &mut Object, field: &str, value: impl Into<Value>) {
    object.insert(field.to_owned(), value.into());
}
