//! Fitting values to the target's fields. Nothing is rounded or cut here: what does not fit fails.

use super::MapError;
use crate::mapping::TargetField;
use engine_contract::{FieldType, Value};
use engine_project::{
    Place,
    diag::{Code, code},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// The value as the target's field wants it.
pub(crate) fn coerce(
    value: Value,
    name: &str,
    target: Option<&TargetField>,
    place: &Place,
) -> Result<Value, MapError> {
    let Some(target) = target else { return Ok(value) };
    if value.is_null() {
        return Ok(value);
    }
    let kind = value.type_name();
    let value = convert(value, target.kind).map_err(|help| {
        let message =
            format!("`{name}` is {} in the target, and the value is {kind}{help}", target.kind.as_str());
        MapError::new(code::VALUE_TYPE, message, place)
    })?;
    if let (Some(text), FieldType::Text) = (value.as_str(), target.kind) {
        fits(text, target).map_err(|(code, what)| MapError::new(code, format!("`{name}` {what}"), place))?;
    }
    Ok(value)
}

fn convert(value: Value, to: FieldType) -> Result<Value, &'static str> {
    match (to, value) {
        (FieldType::Json | FieldType::Any, value)
        | (FieldType::Decimal, value @ (Value::Decimal(_) | Value::Number(_)))
        | (FieldType::Boolean, value @ Value::Bool(_)) => Ok(value),
        (FieldType::Text, value) => value.scalar_text().map(Value::Text).ok_or(""),
        (FieldType::Integer, value) => integer(&value).map(Value::Int).ok_or(": add transform `integer`"),
        (FieldType::Decimal, Value::Int(number)) => Ok(Value::Decimal(Decimal::from(number))),
        (FieldType::Decimal, _) => Err(": add transform `decimal`"),
        (FieldType::Boolean, _) => Err(": add transform `boolean`"),
    }
}

/// A whole number, also from text and from a decimal, but only exactly.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Decimal(number) if number.fract().is_zero() => number.to_i64(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn fits(text: &str, target: &TargetField) -> Result<(), (Code, String)> {
    if let Some(max) = target.max_length.filter(|max| text.chars().nth(*max).is_some()) {
        let what = format!("takes {max} characters, and the text is longer: add transform `fit`");
        return Err((code::VALUE_TOO_LONG, what));
    }
    if !target.one_of.is_empty() && !target.one_of.iter().any(|allowed| allowed == text) {
        return Err((code::VALUE_NOT_ALLOWED, format!("takes only {}", target.one_of.join(", "))));
    }
    Ok(())
}
