//! Fields in the types that the service wants: what goes wrong there is said before anything is sent.
//!
//! WooCommerce takes prices as texts alone: the number `12.5` is refused, and the text `12,50` becomes 1250. So
//! numbers become texts here, where the field is one, in the engine's own exact spelling; and a text that is to be an
//! amount must be a number in that spelling. A value that is none of a field's own is refused too: its batches take it.

use crate::manifest::Null;
use engine_contract::{ConnectorError, ErrorKind, Field, FieldType, Map, Op, Result, Value};

/// What goes for all fields of a write.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) op: Op,
    pub(super) null: Null,
}

/// The members of an object, in the order of their names.
pub(super) fn members(fields: &[Field], map: &Map, rules: Rules) -> Result<Map> {
    let mut shaped = Map::new();
    for (name, value) in map {
        let field = fields.iter().find(|field| field.name == *name);
        if let Some(value) = self::value(field, value, rules).map_err(|error| within(name, &error))? {
            shaped.insert(name.clone(), value);
        }
    }
    shaped.sort_unstable_keys();
    Ok(shaped)
}

/// One value; nothing when it is left out.
fn value(field: Option<&Field>, value: &Value, rules: Rules) -> Result<Option<Value>> {
    let inner = field.map_or(&[][..], |field| &field.fields);
    Ok(match value {
        Value::Null => null(field, rules),
        Value::Map(map) => Some(Value::Map(members(inner, map, rules)?)),
        Value::List(items) => {
            if let Some(max) = field.and_then(|field| field.max_length).filter(|max| items.len() > *max) {
                return Err(invalid(format!("has more than the {max} elements that the service takes")));
            }
            let items = items.iter().map(|item| match item {
                Value::Map(map) => members(inner, map, rules).map(Value::Map),
                other => Ok(other.clone()),
            });
            Some(Value::List(items.collect::<Result<_>>()?))
        }
        scalar => {
            let is_text = field.is_some_and(|field| field.kind == FieldType::Text);
            let text = if is_text { scalar.scalar_text().map(Value::Text) } else { None };
            let scalar = text.unwrap_or_else(|| scalar.clone());
            if let (Some(field), Value::Text(text)) = (field, &scalar) {
                fits(field, text)?;
            }
            Some(scalar)
        }
    })
}

fn null(field: Option<&Field>, rules: Rules) -> Option<Value> {
    if rules.op == Op::Create {
        return None;
    }
    let is_text = field.is_some_and(|field| field.kind == FieldType::Text);
    match rules.null {
        Null::Null => Some(Value::Null),
        Null::EmptyText => is_text.then(|| Value::Text(String::new())),
    }
}

fn fits(field: &Field, text: &str) -> Result<()> {
    match field.max_length {
        Some(max) if text.chars().count() > max => {
            return Err(invalid(format!("is longer than the {max} characters that the service takes")));
        }
        _ => {}
    }
    // An empty text is no value.
    if field.kind != FieldType::Text || text.is_empty() {
        return Ok(());
    }
    if field.is_money && !is_decimal(text) {
        return Err(invalid("is no decimal number such as 12.50".to_owned()));
    }
    if !field.one_of.is_empty() && !field.one_of.iter().any(|known| known == text) {
        let known = field.one_of.join("`, `");
        return Err(invalid(format!("is none of the values that the service takes: `{known}`")));
    }
    Ok(())
}

/// Digits with at most one point between them, and at most a minus before them.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    is_number(whole) && is_number(fraction)
}

fn invalid(message: String) -> ConnectorError {
    ConnectorError::new(ErrorKind::Invalid, message)
}

/// Puts the name of the member in front.
fn within(name: &str, error: &ConnectorError) -> ConnectorError {
    let rest = error.message();
    let message = match rest.strip_prefix('`') {
        Some(rest) => format!("`{name}.{rest}"),
        None => format!("`{name}` {rest}"),
    };
    ConnectorError::new(error.kind(), message)
}
