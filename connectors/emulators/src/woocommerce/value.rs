//! Reading JSON as PHP reads it: numbers in texts, texts in numbers, and nothing where something is missing.

use rust_decimal::Decimal;
use serde_json::{Number, Value};
use std::borrow::Cow;

/// The text; nothing when it is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The value as a text: numbers and truths as PHP writes them.
pub(super) fn written(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Bool(true) => Cow::Borrowed("1"),
        Value::Null | Value::Bool(false) | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}

/// The whole number; 0 when it is none.
pub(super) fn int(value: &Value) -> i64 {
    value.as_i64().or_else(|| written(value).trim().parse().ok()).unwrap_or_default()
}

/// The id; 0 when it is none.
pub(super) fn id(value: &Value) -> u64 {
    u64::try_from(int(value)).unwrap_or_default()
}

/// The amount; 0 when it is none.
pub(super) fn decimal(value: &Value) -> Decimal {
    written(value).trim().parse().unwrap_or_default()
}

/// The truth, as `WordPress` reads it: `false`, `0` and nothing are false.
pub(super) fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| !["", "0", "false", "FALSE", "no"].contains(&written(value).as_ref()))
}

/// A number of JSON with the digits of an amount: `16`, `19.995`.
pub(super) fn json_number(amount: Decimal) -> Value {
    serde_json::from_str::<Number>(&amount.normalize().to_string()).map_or(Value::Null, Value::Number)
}

/// An amount with so many decimals, halves away from zero.
pub(super) fn fixed(amount: Decimal, decimals: u32) -> String {
    let rounded = round(amount, decimals);
    format!("{rounded:.*}", usize::try_from(decimals).unwrap_or_default())
}

/// An amount rounded to so many decimals, halves away from zero.
pub(super) fn round(amount: Decimal, decimals: u32) -> Decimal {
    let rounded =
        amount.round_dp_with_strategy(decimals, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    if rounded.is_zero() { Decimal::ZERO } else { rounded }
}

/// The elements of a list; none when it is none.
pub(super) fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The elements of a list, which is made when there is none.
pub(super) fn elements_mut(value: &mut Value) -> &mut Vec<Value> {
    if !value.is_array() {
        *value = Value::Array(Vec::new());
    }
    match value {
        Value::Array(elements) => elements,
        _ => unreachable!("it was made a list"),
    }
}

/// A list of words, given as a list or with commas.
pub(super) fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(elements) => elements.iter().map(|one| written(one).into_owned()).collect(),
        Value::Object(parts) => parts.values().map(|one| written(one).into_owned()).collect(),
        Value::Null => Vec::new(),
        one => {
            let text = written(one);
            let parts = text.split([',', ' ', '\t', '\n']).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        }
    }
}

/// A list of ids, given as a list or with commas; what is no number counts as 0.
pub(super) fn ids(value: &Value) -> Vec<u64> {
    words(value).iter().map(|word| word.trim().parse().unwrap_or_default()).collect()
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A record without anything in it, from its text.
pub(super) fn template(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
