//! Values of the engine as values of rhai, and back.

use crate::{
    error::Refusal,
    limits::{MAX_ARRAY, MAX_TEXT},
    view::View,
};
use engine_contract::{Map, Value};
use rhai::{Array, Dynamic, EvalAltResult};

/// A value as rhai holds it; refused when it is longer than a script may hold.
pub(crate) fn to_dynamic(value: &Value) -> Result<Dynamic, Box<EvalAltResult>> {
    Ok(match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => Dynamic::from(*flag),
        Value::Int(number) => Dynamic::from(*number),
        Value::Decimal(number) => Dynamic::from(*number),
        // More digits than a decimal holds: the exact text, which `to_decimal` then refuses.
        Value::Number(text) => Dynamic::from(text.to_string()),
        Value::Text(text) if text.len() > MAX_TEXT => {
            return Refusal::raise("the text is longer than 65536 bytes");
        }
        Value::Text(text) => Dynamic::from(text.clone()),
        Value::List(items) if items.len() > MAX_ARRAY => {
            return Refusal::raise("the list is longer than 10000 elements");
        }
        Value::List(items) => Dynamic::from(items.iter().map(to_dynamic).collect::<Result<Array, _>>()?),
        Value::Map(map) => {
            let members = map.iter().map(|(name, member)| Ok((name.as_str().into(), to_dynamic(member)?)));
            Dynamic::from(members.collect::<Result<rhai::Map, Box<EvalAltResult>>>()?)
        }
    })
}

/// A script's result as a value; nothing for functions, ranges and the like.
pub(crate) fn to_value(result: Dynamic) -> Option<Value> {
    if result.is_unit() {
        return Some(Value::Null);
    }
    if let Ok(flag) = result.as_bool() {
        return Some(Value::Bool(flag));
    }
    if let Ok(number) = result.as_int() {
        return Some(Value::Int(number));
    }
    if let Ok(number) = result.as_decimal() {
        return Some(Value::Decimal(number));
    }
    if let Ok(letter) = result.as_char() {
        return Some(Value::Text(letter.to_string()));
    }
    if result.is_string() {
        return result.into_string().ok().map(Value::Text);
    }
    if result.is_array() {
        let items = result.try_cast::<Array>()?;
        return items.into_iter().map(to_value).collect::<Option<_>>().map(Value::List);
    }
    if result.is_map() {
        let members = result.try_cast::<rhai::Map>()?;
        let members = members.into_iter().map(|(name, member)| Some((name.to_string(), to_value(member)?)));
        return members.collect::<Option<Map>>().map(Value::Map);
    }
    result.try_cast::<View>().map(|view| view.to_value())
}
