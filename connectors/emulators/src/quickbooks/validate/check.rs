//! A body against the fields of its kind.
//!
//! What the service fills itself is dropped without a word, as the service does. An unknown property is refused
//! (code 2010), unless its value is empty: client libraries send their empty defaults.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;

use super::fields::{Field, FieldKind};
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::settings::Latin1;
use crate::quickbooks::value::{Object, number, to_decimal};

/// What a company allows in texts.
#[derive(Debug, Clone, Copy)]
pub(in crate::quickbooks) struct Rules {
    pub(in crate::quickbooks) latin1: Latin1,
}

/// Properties that answers have and catalogs do not: taken and ignored, so that what was read can be sent back.
const READ_BACK: [&str; 9] = [
    "LinkedTxn",
    "ProcessPayment",
    "TotalAmt",
    "HomeTotalAmt",
    "CustomField",
    "RemainingCredit",
    "type",
    "CurrencyRef",
    "PrintStatus",
];

/// Numbers of the service have at most eleven digits before the point.
const LARGEST: i64 = 99_999_999_999;

/// The body with its values in the types of the fields. A property that was given as `null` or as an empty text is
/// `null` in the result: the caller wants it cleared.
pub(in crate::quickbooks) fn clean(fields: &[Field], body: &Object, rules: Rules) -> Outcome<Object> {
    let mut cleaned = Object::new();
    for (name, value) in body {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            if is_empty(value) || READ_BACK.contains(&name.as_str()) {
                continue;
            }
            return Err(Fault::unknown_property(name));
        };
        if field.read_only {
            continue;
        }
        cleaned.insert(name.clone(), convert(field, value, rules)?);
    }
    Ok(cleaned)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn convert(field: &Field, value: &Value, rules: Rules) -> Outcome<Value> {
    let name = field.name.as_str();
    if value.is_null() || value.as_str().is_some_and(str::is_empty) {
        return Ok(Value::Null);
    }
    match field.kind {
        FieldKind::Text => text(field, value, rules),
        FieldKind::Boolean => match value {
            Value::Bool(_) => Ok(value.clone()),
            Value::String(word) if word.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            Value::String(word) if word.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            _ => Err(Fault::bad_flag(name)),
        },
        FieldKind::Integer => {
            let decimal = in_range(name, value)?;
            if decimal.fract().is_zero() { Ok(number(decimal)) } else { Err(Fault::bad_number(name)) }
        }
        FieldKind::Decimal => in_range(name, value).map(number),
        FieldKind::Date => date(name, value),
        FieldKind::Timestamp => match value.as_str().map(str::parse::<Timestamp>) {
            Some(Ok(_)) => Ok(value.clone()),
            _ => Err(Fault::bad_date(name)),
        },
        FieldKind::Object => {
            let object = value.as_object().ok_or_else(|| Fault::bad_type(name))?;
            inside(field, object, rules).map(Value::Object)
        }
        FieldKind::List => {
            let items = value.as_array().ok_or_else(|| Fault::bad_type(name))?;
            let items: Outcome<Vec<Value>> = items
                .iter()
                .map(|item| {
                    let object = item.as_object().ok_or_else(|| Fault::bad_type(name))?;
                    inside(field, object, rules).map(Value::Object)
                })
                .collect();
            items.map(Value::Array)
        }
    }
}

/// An object within the body: its ids are kept, since lines are recognised by them; what is cleared is left out.
fn inside(field: &Field, object: &Object, rules: Rules) -> Outcome<Object> {
    let mut cleaned = clean(&field.fields, object, rules)?;
    cleaned.retain(|_, value| !value.is_null());
    if let Some(id) = object.get("Id").filter(|_| field.kind == FieldKind::List) {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        cleaned.insert("Id".to_owned(), Value::String(id));
    }
    if let Some(missing) = field
        .fields
        .iter()
        .find(|inner| inner.required && !inner.read_only && !cleaned.contains_key(&inner.name))
    {
        let is_reference = missing.name == "value";
        let element =
            if is_reference { field.name.clone() } else { format!("{}.{}", field.name, missing.name) };
        return Err(Fault::missing(&element));
    }
    Ok(cleaned)
}

fn text(field: &Field, value: &Value, rules: Rules) -> Outcome<Value> {
    let name = field.name.as_str();
    let mut text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err(Fault::bad_type(name)),
    };
    if !text.chars().all(is_latin1) {
        match rules.latin1 {
            Latin1::Accept => {}
            Latin1::Refuse => {
                return Err(Fault::bad_text(name, "The company holds ISO-8859-1 characters only"));
            }
            Latin1::Replace => text = text.chars().map(|c| if is_latin1(c) { c } else { '?' }).collect(),
        }
    }
    let length = text.chars().count();
    if let Some(max) = field.max_length.filter(|&max| length > max) {
        return Err(Fault::length(name, max, length));
    }
    if !field.one_of.is_empty() && !field.one_of.contains(&text) {
        return Err(Fault::bad_choice(name));
    }
    if name == "Address" && !is_email(&text) {
        return Err(Fault::bad_email(name));
    }
    Ok(Value::String(text))
}

fn is_latin1(character: char) -> bool {
    u32::from(character) <= 0xff
}

/// The service wants an `@` and a `.`; it takes several addresses with commas between them.
fn is_email(text: &str) -> bool {
    text.split(',').all(|address| {
        address.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
    })
}

fn in_range(name: &str, value: &Value) -> Outcome<Decimal> {
    let decimal = to_decimal(value).ok_or_else(|| Fault::bad_number(name))?;
    if decimal.abs() > Decimal::from(LARGEST) {
        return Err(Fault::out_of_range(name, "A number has at most eleven digits before the point"));
    }
    Ok(decimal.round_dp(10))
}

fn date(name: &str, value: &Value) -> Outcome<Value> {
    let text = value.as_str().ok_or_else(|| Fault::bad_date(name))?;
    let day = text.get(..10).unwrap_or(text);
    let rest = text.get(10..).unwrap_or_default();
    if !(rest.is_empty() || rest.starts_with('T')) {
        return Err(Fault::bad_date(name));
    }
    day.parse::<Date>().map(|date| Value::String(date.to_string())).map_err(|_| Fault::bad_date(name))
}
