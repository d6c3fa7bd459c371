//! The bytes of a write: `{"set":{column:value,...}}`, members sorted, numbers exact.

use bytes::Bytes;
use engine_contract::{ConnectorError, Encode, ErrorKind, Map, Op, Result, Value, natural_id};

/// Writes the payload. Equal fields give equal bytes, whatever their order.
pub(crate) fn encode(encode: &Encode<'_>) -> Result<Bytes> {
    let invalid = |message: String| {
        ConnectorError::new(ErrorKind::Invalid, message).with_context("table", encode.object)
    };
    // What marks a row says nothing of its key.
    let named = if encode.op == Op::SoftDelete { &[] } else { encode.match_on };
    for column in named {
        match encode.fields.get(column) {
            None | Some(Value::Null) => {
                return Err(invalid(format!("the match column `{column}` has no value")));
            }
            Some(Value::List(_) | Value::Map(_)) => {
                return Err(invalid(format!("the match column `{column}` is not a single value")));
            }
            Some(_) => {}
        }
    }
    let payload: Map = [("set".to_owned(), sorted(&Value::Map(encode.fields.clone())))].into_iter().collect();
    Ok(Bytes::from(Value::Map(payload).to_json()))
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let mut map: Map = map.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            map.sort_unstable_keys();
            Value::Map(map)
        }
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// The id of the row that the match columns name: one value as plain text, several as a JSON array.
pub(crate) fn identify(encode: &Encode<'_>) -> Option<String> {
    natural_id(encode.match_on.iter().map(|column| encode.fields.get(column)))
}

/// Reads a payload back.
pub(crate) fn decode(payload: &[u8]) -> Result<Map> {
    let value: Option<Value> = serde_json::from_slice(payload).ok();
    let mut map = match value {
        Some(Value::Map(map)) => map,
        _ => Map::new(),
    };
    match map.swap_remove("set") {
        Some(Value::Map(set)) => Ok(set),
        _ => Err(ConnectorError::new(ErrorKind::Invalid, "the payload is none that this connector encoded")),
    }
}
