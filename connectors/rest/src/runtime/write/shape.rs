//! Fields in the types that the service wants: what goes wrong there is said before anything is sent.
//!
//! WooCommerce takes prices as texts alone: the number `12.5` is refused, and the text `12,50` becomes 1250. So
//! numbers become texts here, where the field is one, in the engine's own exact spelling.

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
            Err(invalid(format!("is longer than the {max} characters that the service takes")))
        }
        _ => Ok(()),
    }
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
