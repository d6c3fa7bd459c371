//! What a described connector offers, in the words of the contract; and its settings as a JSON Schema.

use crate::manifest::{FilterTable, JoinTable, Kind, Manifest, ObjectTable, Setting, StreamTable};
use engine_contract::{Discovery, EntitySchema, Field, FieldType, Offer, StreamInfo};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Schemas = BTreeMap<String, EntitySchema>;

pub(crate) fn discovery(manifest: &Manifest, schemas: &Schemas) -> Discovery {
    let streams = manifest.stream.iter();
    let objects = manifest.object.iter();
    Discovery {
        streams: streams.clone().map(|(name, table)| info(name, table)).collect(),
        stream_schemas: streams.map(|(name, table)| stream(manifest, schemas, name, table)).collect(),
        objects: objects.map(|(name, table)| object(schemas, name, table)).collect(),
    }
}

fn info(name: &str, table: &StreamTable) -> StreamInfo {
    StreamInfo {
        name: name.to_owned(),
        description: table.description.clone(),
        cursors: table.cursor.keys().cloned().collect(),
        filters: table.filter.iter().map(|(name, table)| filter(name, table)).collect(),
        visibility_lag: table.visibility_lag(),
    }
}

/// A filter as a field: one that takes several values is a list of them, and `one_of` names its elements.
fn filter(name: &str, table: &FilterTable) -> Field {
    let kind = field_type(table.kind);
    Field {
        description: table.description.clone(),
        one_of: table.one_of.clone(),
        element: table.many.then_some(kind),
        ..Field::new(name, if table.many { FieldType::List } else { kind })
    }
}

fn stream(manifest: &Manifest, schemas: &Schemas, name: &str, table: &StreamTable) -> EntitySchema {
    let mut schema = entity(schemas, name, &table.schema, &table.description, &table.key);
    let joined = table.join.iter().map(|(name, table)| join(manifest, schemas, name, table));
    schema.fields.extend(joined);
    schema
}

/// The record of another stream, as a field. Records that are joined to that one are left out.
fn join(manifest: &Manifest, schemas: &Schemas, name: &str, table: &JoinTable) -> Field {
    let file = manifest.stream.get(&table.stream).map(|stream| &stream.schema);
    let other = file.and_then(|file| schemas.get(file));
    Field {
        description: table.description.clone(),
        fields: other.map(|other| other.fields.clone()).unwrap_or_default(),
        ..Field::new(name, FieldType::Object)
    }
}

fn object(schemas: &Schemas, name: &str, table: &ObjectTable) -> EntitySchema {
    let mut schema = entity(schemas, name, &table.schema, &table.description, &table.key);
    schema.offer = Offer {
        is_read_only: table.is_read_only,
        delete: table.delete.clone(),
        on_cancel: table.on_cancel.clone(),
        when_closed: table.when_closed.clone(),
        name_taken: table.name_taken.clone(),
        find_by: table.find_by.clone(),
        marker: table.marker.clone(),
    };
    schema
}

fn entity(schemas: &Schemas, name: &str, file: &str, description: &str, key: &[String]) -> EntitySchema {
    EntitySchema {
        name: name.to_owned(),
        description: description.to_owned(),
        fields: schemas.get(file).map(|schema| schema.fields.clone()).unwrap_or_default(),
        key: key.to_vec(),
        offer: Offer::default(),
    }
}

pub(crate) fn field_type(kind: Kind) -> FieldType {
    match kind {
        Kind::Text | Kind::Url | Kind::OneOf => FieldType::Text,
        Kind::Integer => FieldType::Integer,
        Kind::Boolean => FieldType::Boolean,
        Kind::Date => FieldType::Date,
        Kind::Secret => FieldType::Object,
    }
}

/// The JSON Schema (2020-12) of a connection's settings, with the options that pipelines may give instead.
pub(crate) fn settings(manifest: &Manifest) -> Value {
    let settings = manifest.settings();
    let properties = settings.iter().map(|(name, setting)| ((*name).to_owned(), property(setting)));
    let required: Vec<_> = settings.iter().filter(|(_, setting)| setting.required).collect();
    let required: Vec<_> = required.into_iter().map(|(name, _)| *name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": manifest.connector.name,
        "description": manifest.connector.description,
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "required": required,
        "additionalProperties": false,
    })
}

fn property(setting: &Setting) -> Value {
    let one = value_schema(setting);
    let mut schema = if setting.many { one_or_many(one) } else { one };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!(setting.description));
        if let Some(default) = &setting.default {
            schema.insert("default".to_owned(), default.clone());
        }
        if let Some(example) = &setting.example {
            schema.insert("examples".to_owned(), json!([example]));
        }
    }
    schema
}

fn value_schema(setting: &Setting) -> Value {
    match setting.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Url => json!({ "type": "string", "pattern": "^https?://" }),
        Kind::OneOf => json!({ "type": "string", "enum": setting.one_of }),
        Kind::Secret => json!({
            "type": "object",
            "properties": { "secret": { "type": "string", "minLength": 1, "description": "The name of the secret" } },
            "required": ["secret"],
            "additionalProperties": false,
        }),
    }
}

/// One schema with two types instead of a choice between schemas: editors complete it, and say once what is wrong.
fn one_or_many(one: Value) -> Value {
    let kind = one.get("type").cloned().unwrap_or_default();
    let mut schema = one.clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("type".to_owned(), json!([kind, "array"]));
        schema.insert("items".to_owned(), one);
        schema.insert("minItems".to_owned(), json!(1));
    }
    schema
}
