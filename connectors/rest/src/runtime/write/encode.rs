//! The bytes of a create or update: the content alone. What depends on the moment of sending (id, version,
//! request key) is put around it then, always in the same way.

use super::{
    marker,
    shape::{self, Rules},
};
use crate::{
    manifest::WriteTable,
    runtime::{catalog::Catalog, path},
};
use bytes::Bytes;
use engine_contract::{ConnectorError, Encode, ErrorKind, Map, Op, Result, Value};

/// Equal content gives equal bytes, in whatever order its fields are.
pub(super) fn encode(catalog: &Catalog, encode: &Encode<'_>) -> Result<Bytes> {
    let schema = catalog.schema(encode.object)?;
    let table = catalog.write(encode.object)?;
    if encode.op == Op::Update {
        refuse_create_only(table, encode)?;
    }
    let rules = Rules { op: encode.op, null: table.null.unwrap_or_default() };
    let about = |error: ConnectorError| error.with_context("object", encode.object);
    let mut fields = shape::members(&schema.fields, encode.fields, rules).map_err(about)?;
    if encode.op == Op::Create {
        for (name, value) in &table.constants {
            fields.entry(name.clone()).or_insert_with(|| Value::from(value.clone()));
        }
    }
    marker::put(table, schema, &mut fields, encode);
    fields.sort_unstable_keys();
    Ok(Bytes::from(Value::Map(fields).to_json()))
}

fn refuse_create_only(table: &WriteTable, encode: &Encode<'_>) -> Result<()> {
    match table.create_only.iter().find(|name| encode.fields.contains_key(*name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!(
                "`{name}` cannot be changed: the service would add to what is there. Map it with `on = \"create\"`"
            );
            Err(ConnectorError::new(ErrorKind::Invalid, message).with_context("object", encode.object))
        }
    }
}

/// The payload with a suffix behind the object's name, which gives way where both are too long.
pub(super) fn renamed(catalog: &Catalog, object: &str, payload: &Bytes, suffix: &str) -> Option<Bytes> {
    let name = catalog.object(object).ok()?.name.as_deref()?;
    let max =
        catalog.schema(object).ok()?.field(name).and_then(|field| field.max_length).unwrap_or(usize::MAX);
    let mut fields = decode(payload);
    let held = path::member(&fields, name)?.as_str()?;
    if held.ends_with(suffix) {
        return None;
    }
    let room = max.saturating_sub(suffix.chars().count());
    let kept: String = held.chars().take(room).collect();
    let text = format!("{}{suffix}", kept.trim_end());
    path::set(&mut fields, name, Value::Text(text));
    Some(Bytes::from(Value::Map(fields).to_json()))
}

/// Reads a payload back.
pub(super) fn decode(payload: &[u8]) -> Map {
    match serde_json::from_slice(payload) {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    }
}
