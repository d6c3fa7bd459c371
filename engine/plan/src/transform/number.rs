//! Transforms to numbers and booleans.

use engine_contract::Value;
use rust_decimal::{Decimal, prelude::ToPrimitive};

const INTEGER: &str = "a whole number";
const DECIMAL: &str = "a decimal number of at most 28 digits";
const BOOLEAN: &str = "one of true, false, yes, no, 1 and 0";

pub(crate) fn integer(value: &Value) -> Result<Value, &'static str> {
    match value {
        Value::Int(number) => Ok(Value::Int(*number)),
        Value::Decimal(number) if number.fract().is_zero() => number.to_i64().map(Value::Int).ok_or(INTEGER),
        Value::Text(text) if text.is_empty() => Ok(Value::Null),
        Value::Text(text) => text.parse().map(Value::Int).map_err(|_| INTEGER),
        _ => Err(INTEGER),
    }
}

pub(crate) fn decimal(value: &Value) -> Result<Value, &'static str> {
    match value {
        Value::Int(number) => Ok(Value::Decimal(Decimal::from(*number))),
        Value::Decimal(number) => Ok(Value::Decimal(*number)),
        Value::Text(text) if text.is_empty() => Ok(Value::Null),
        Value::Text(text) => Decimal::from_str_exact(text).map(Value::Decimal).map_err(|_| DECIMAL),
        _ => Err(DECIMAL),
    }
}

pub(crate) fn boolean(value: &Value) -> Result<Value, &'static str> {
    match value {
        Value::Bool(flag) => Ok(Value::Bool(*flag)),
        Value::Int(0) => Ok(Value::Bool(false)),
        Value::Int(1) => Ok(Value::Bool(true)),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "" => Ok(Value::Null),
            "true" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "0" => Ok(Value::Bool(false)),
            _ => Err(BOOLEAN),
        },
        _ => Err(BOOLEAN),
    }
}

/// Whether two values are equal, numbers by their worth.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}
