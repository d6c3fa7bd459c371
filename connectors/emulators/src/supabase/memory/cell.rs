//! Values of columns, in the order in which PostgreSQL sorts them.

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use serde_json::Value;
use std::cmp::Ordering;

/// One value. Two of one column are always of one kind, or null.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Text(String),
    Date(civil::Date),
    Local(civil::DateTime),
    Moment(Timestamp),
    /// Of `json` and `jsonb`; members of the latter are in its own order.
    Json(Value),
    List(Vec<Cell>),
}

impl Cell {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cell {}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cell {
    /// Nulls are the greatest, texts are compared by their bytes (collation `C`).
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Local(a), Self::Local(b)) => a.cmp(b),
            (Self::Moment(a), Self::Moment(b)) => a.cmp(b),
            (Self::Json(a), Self::Json(b)) => json(a, b),
            (Self::List(a), Self::List(b)) => a.cmp(b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

fn rank(cell: &Cell) -> u8 {
    match cell {
        Cell::Bool(_) => 0,
        Cell::Int(_) => 1,
        Cell::Decimal(_) => 2,
        Cell::Text(_) => 3,
        Cell::Date(_) => 4,
        Cell::Local(_) => 5,
        Cell::Moment(_) => 6,
        Cell::Json(_) => 7,
        Cell::List(_) => 8,
        Cell::Null => 9,
    }
}

/// The order of `jsonb`: objects, lists, booleans, numbers, texts, null, from the greatest.
fn json(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::String(_) => 1,
        Value::Number(_) => 2,
        Value::Bool(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    };
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => match (decimal(a), decimal(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.to_string().cmp(&b.to_string()),
        },
        (Value::Array(a), Value::Array(b)) => a.len().cmp(&b.len()).then_with(|| {
            let unequal = a.iter().zip(b).map(|(a, b)| json(a, b));
            unequal.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }),
        (Value::Object(a), Value::Object(b)) => a.len().cmp(&b.len()).then_with(|| {
            let unequal = a.iter().zip(b).map(|(a, b)| a.0.cmp(b.0).then_with(|| json(a.1, b.1)));
            unequal.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// A number of JSON as an exact number, with the decimals it has.
pub(super) fn decimal(number: &serde_json::Number) -> Option<Decimal> {
    exact(&number.to_string())
}

/// An exact number of up to 28 digits, with or without an exponent.
pub(super) fn exact(text: &str) -> Option<Decimal> {
    let text = text.strip_prefix('+').unwrap_or(text);
    match text.find(['e', 'E']) {
        Some(_) => Decimal::from_scientific(text).ok(),
        None => Decimal::from_str_exact(text).ok(),
    }
}
