//! Whether a value is what a field says that it is.

use engine_contract::{Cursor, Field, FieldType};
use serde_json::{Map, Value};

/// Why a value does not fit, with the path to it; never the value itself.
pub(crate) type Misfit = String;

/// Looks at a value and all that is in it.
pub(crate) fn value(field: &Field, value: &Value) -> Result<(), Misfit> {
    if is_nothing(field, value) {
        return if field.nullable { Ok(()) } else { Err(misfit(field, "is empty")) };
    }
    let fits = match (field.kind, value) {
        (FieldType::Text, Value::String(text)) => return self::text(field, text),
        (FieldType::Date, Value::String(text)) => text.len() == "2026-01-31".len() && is_instant(text),
        (FieldType::Timestamp, Value::String(text)) => is_instant(text),
        (FieldType::Integer, Value::Number(number)) => number.is_i64(),
        (FieldType::Object, Value::Object(members)) => {
            return self::members(&field.fields, field.is_open, members).map_err(|why| within(field, &why));
        }
        (FieldType::List, Value::Array(values)) => {
            return values.iter().try_for_each(|value| element(field, value));
        }
        (FieldType::Decimal, Value::Number(_))
        | (FieldType::Boolean, Value::Bool(_))
        | (FieldType::Json | FieldType::Any, _) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(misfit(field, &format!("is not {}", field.kind.as_str()))) }
}

/// The members of an object or of a record against its fields.
pub(crate) fn members(fields: &[Field], is_open: bool, members: &Map<String, Value>) -> Result<(), Misfit> {
    let missing = |field: &&Field| !field.nullable && !members.contains_key(&field.name);
    if let Some(field) = fields.iter().find(missing) {
        return Err(misfit(field, "is missing"));
    }
    members.iter().try_for_each(|(name, member)| match fields.iter().find(|field| field.name == *name) {
        Some(field) => value(field, member),
        None if is_open => Ok(()),
        None => Err(format!("`{name}` is unknown")),
    })
}

fn element(list: &Field, element: &Value) -> Result<(), Misfit> {
    let single = match list.element {
        Some(kind) => Field { one_of: list.one_of.clone(), ..Field::new("[]", kind) },
        None if list.fields.is_empty() => return Ok(()),
        None => Field {
            fields: list.fields.clone(),
            is_open: list.is_open,
            ..Field::new("[]", FieldType::Object)
        },
    };
    value(&single, element).map_err(|why| within(list, &why))
}

fn text(field: &Field, text: &str) -> Result<(), Misfit> {
    if field.is_money && !is_number(text) {
        return Err(misfit(field, "is not written as a number"));
    }
    if !field.one_of.is_empty() && !field.one_of.iter().any(|one| one == text) {
        return Err(misfit(field, "is none of the allowed texts"));
    }
    match field.max_length {
        Some(max) if text.chars().count() > max => Err(misfit(field, "is too long")),
        _ => Ok(()),
    }
}

/// `null`, or an empty text where something else would be: services write both for "none".
fn is_nothing(field: &Field, value: &Value) -> bool {
    let is_other = match field.kind {
        FieldType::Text => field.is_money,
        FieldType::Json | FieldType::Any => return false,
        _ => true,
    };
    value.is_null() || (is_other && value.as_str() == Some(""))
}

fn is_number(text: &str) -> bool {
    text.parse::<serde_json::Number>().is_ok()
}

fn is_instant(text: &str) -> bool {
    matches!(Cursor::parse(text), Ok(Cursor::Instant(_)))
}

fn misfit(field: &Field, what: &str) -> Misfit {
    format!("`{}` {what}", field.name)
}

fn within(field: &Field, why: &str) -> Misfit {
    format!("in `{}`: {why}", field.name)
}
