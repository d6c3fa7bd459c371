//! Fitting values to the target's fields. Nothing is rounded or cut here: what does not fit fails.

use super::{MapError, rule::label, tree::Rule};
use crate::{mapping::TargetField, transform::Transform};
use engine_contract::{FieldType, Value};
use engine_project::{
    Place,
    diag::{Code, code},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// The value as the target's field wants it. `origin` is what made it.
pub(super) fn coerce(
    value: Value,
    name: &str,
    target: Option<&TargetField>,
    origin: Origin<'_>,
) -> Result<Value, MapError> {
    let Some(target) = target else { return Ok(value) };
    if value.is_null() {
        return Ok(value);
    }
    let kind = value.type_name();
    let value = convert(value, target.kind).map_err(|value| {
        let help = remedy(value, target.kind).map(|name| format!(": add transform `{name}`"));
        let (help, wanted) = (help.unwrap_or_default(), target.kind.as_str());
        let message = match origin.label() {
            Some(label) => format!("{label} is {kind}, and `{name}` of the target is {wanted}{help}"),
            None => format!("`{name}` is {wanted} in the target, and the value is {kind}{help}"),
        };
        MapError::new(code::VALUE_TYPE, message, origin.place())
    })?;
    if let (Some(text), FieldType::Text) = (value.as_str(), target.kind) {
        fits(text, target).map_err(|(code, what)| {
            let from = origin.label().map(|label| format!(" (from {label})")).unwrap_or_default();
            MapError::new(code, format!("`{name}`{from} {what}"), origin.place())
        })?;
    }
    Ok(value)
}

/// What made a value.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// A rule.
    Rule(&'a Rule),
    /// No single rule: the field that stands here.
    Field(&'a Place),
}

impl Origin<'_> {
    fn label(&self) -> Option<String> {
        match self {
            Self::Rule(rule) => Some(label(rule)),
            Self::Field(_) => None,
        }
    }

    fn place(&self) -> &Place {
        match self {
            Self::Rule(rule) => &rule.place,
            Self::Field(place) => place,
        }
    }
}

/// Whether a field of a type takes a value, its length and its words aside.
pub(crate) fn takes(value: Value, field: FieldType) -> bool {
    convert(value, field).is_ok()
}

/// The value as another type, or the value itself when that would lose something.
fn convert(value: Value, to: FieldType) -> Result<Value, Value> {
    match (to, value) {
        (FieldType::Json | FieldType::Any, value)
        | (FieldType::Decimal, value @ (Value::Decimal(_) | Value::Number(_)))
        | (FieldType::Text, value @ Value::Text(_))
        | (FieldType::Boolean, value @ Value::Bool(_))
        | (FieldType::Object, value @ Value::Map(_))
        | (FieldType::List, value @ Value::List(_)) => Ok(value),
        (FieldType::Date, Value::Text(text)) if text.parse::<jiff::civil::Date>().is_ok() => {
            Ok(Value::Text(text))
        }
        (FieldType::Timestamp, Value::Text(text)) if is_time(&text) => Ok(Value::Text(text)),
        (FieldType::Text, value) => value.scalar_text().map(Value::Text).ok_or(value),
        (FieldType::Integer, value) => integer(&value).map(Value::Int).ok_or(value),
        (FieldType::Decimal, Value::Int(number)) => Ok(Value::Decimal(Decimal::from(number))),
        (_, value) => Err(value),
    }
}

/// A date and time with or without an offset.
fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
}

/// The transform that makes the type of this value.
fn remedy(value: Value, to: FieldType) -> Option<&'static str> {
    let transform = match to {
        FieldType::Integer => Transform::Integer,
        FieldType::Decimal => Transform::Decimal,
        FieldType::Boolean => Transform::Boolean,
        FieldType::Date => Transform::Date,
        FieldType::Timestamp => Transform::TimestampUtc,
        FieldType::Text | FieldType::Object | FieldType::List | FieldType::Json | FieldType::Any => {
            return None;
        }
    };
    let name = transform.name();
    transform.apply(value).is_ok().then_some(name)
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
