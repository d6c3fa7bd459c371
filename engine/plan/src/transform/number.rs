//! Transforms to numbers and booleans, and of numbers.

use super::rounding::MOST_PLACES;
use engine_contract::Value;
use rust_decimal::{Decimal, prelude::ToPrimitive};

pub(super) const INTEGER: &str = "a whole number";
pub(super) const DECIMAL: &str = "a decimal number of at most 28 digits";
pub(super) const BOOLEAN: &str = "one of true, false, yes, no, 1 and 0";
pub(super) const TOO_LONG: &str = "a number whose exact result has at most 28 digits";
const SCALE: &str = "a number with no more digits after the point than that";

pub(super) fn integer(value: &Value) -> Result<Value, &'static str> {
    match value {
        Value::Int(number) => Ok(Value::Int(*number)),
        Value::Decimal(number) if number.fract().is_zero() => number.to_i64().map(Value::Int).ok_or(INTEGER),
        Value::Text(text) if text.is_empty() => Ok(Value::Null),
        Value::Text(text) => text.parse().map(Value::Int).map_err(|_| INTEGER),
        _ => Err(INTEGER),
    }
}

pub(super) fn decimal(value: &Value) -> Result<Value, &'static str> {
    change(value, Ok)
}

/// Changes the number of a value; an empty text is none.
pub(super) fn change(
    value: &Value,
    by: impl FnOnce(Decimal) -> Result<Decimal, &'static str>,
) -> Result<Value, &'static str> {
    let number = match value {
        Value::Int(number) => Decimal::from(*number),
        Value::Decimal(number) => *number,
        Value::Text(text) if text.is_empty() => return Ok(Value::Null),
        Value::Text(text) => Decimal::from_str_exact(text).map_err(|_| DECIMAL)?,
        _ => return Err(DECIMAL),
    };
    by(number).map(Value::Decimal)
}

/// The number with exactly so many digits after the point.
pub(super) fn scale(number: Decimal, places: u32) -> Result<Decimal, &'static str> {
    let mut scaled = number.normalize();
    if scaled.scale() > places.min(MOST_PLACES) {
        return Err(SCALE);
    }
    scaled.rescale(places);
    if scaled.scale() == places { Ok(scaled) } else { Err(TOO_LONG) }
}

pub(super) fn boolean(value: &Value) -> Result<Value, &'static str> {
    match value {
        Value::Bool(flag) => Ok(Value::Bool(*flag)),
        Value::Int(0) => Ok(Value::Bool(false)),
        Value::Int(1) => Ok(Value::Bool(true)),
        Value::Text(text) => {
            let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            if text.is_empty() {
                Ok(Value::Null)
            } else if is(["true", "yes", "1"]) {
                Ok(Value::Bool(true))
            } else if is(["false", "no", "0"]) {
                Ok(Value::Bool(false))
            } else {
                Err(BOOLEAN)
            }
        }
        _ => Err(BOOLEAN),
    }
}

/// Whether two values are equal, numbers by their worth.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (exact(left), exact(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

/// The number that a value is; texts are none.
pub(super) fn exact(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}
