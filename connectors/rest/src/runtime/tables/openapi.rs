//! The tables of a schema, from the description that PostgREST gives at its root (`OpenAPI` 2.0).
//!
//! It says of a column its type in PostgreSQL's words (`format`), and in the description whether it belongs to the
//! primary key (`<pk/>`) or refers to another table (`<fk table='orders' column='id'/>`). `required` lists the columns
//! that take no null, those with a default among them.

use engine_contract::{Discovery, EntitySchema, Field, FieldType, Offer, StreamInfo};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

#[derive(Deserialize)]
struct Root {
    definitions: BTreeMap<String, Definition>,
}

#[derive(Deserialize)]
struct Definition {
    description: Option<String>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    properties: serde_json::Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Property {
    format: String,
    #[serde(rename = "type")]
    kind: String,
    description: String,
    #[serde(rename = "maxLength")]
    max_length: Option<usize>,
    #[serde(rename = "enum")]
    one_of: Vec<Value>,
    default: Option<Value>,
    items: Option<Box<Property>>,
}

/// What the tables are.
///
/// # Errors
/// When the text is no such description.
pub(super) fn read(text: &[u8], lag: Duration) -> Result<Discovery, serde_json::Error> {
    let root: Root = serde_json::from_slice(text)?;
    let mut discovery = Discovery::default();
    for (name, definition) in root.definitions {
        let schema = schema(name, definition)?;
        // Without a key nobody could say which row is which.
        if !schema.key.is_empty() {
            discovery.streams.push(stream(&schema, lag));
            discovery.stream_schemas.push(EntitySchema { offer: Offer::default(), ..schema.clone() });
        }
        discovery.objects.push(schema);
    }
    Ok(discovery)
}

fn schema(name: String, definition: Definition) -> Result<EntitySchema, serde_json::Error> {
    let mut schema = EntitySchema {
        name,
        description: definition.description.unwrap_or_default(),
        ..EntitySchema::default()
    };
    for (name, property) in definition.properties {
        let property: Property = serde_json::from_value(property)?;
        if property.description.contains("<pk/>") {
            schema.key.push(name.clone());
        }
        let is_required = definition.required.contains(&name);
        schema.fields.push(field(name, &property, is_required));
    }
    schema.offer.delete.push("delete".to_owned());
    if schema.fields.iter().any(|field| field.deleted_mark().is_some() && !schema.key.contains(&field.name)) {
        schema.offer.delete.push("soft".to_owned());
    }
    Ok(schema)
}

fn field(name: String, property: &Property, is_required: bool) -> Field {
    let kind = kind(property);
    Field {
        name,
        kind,
        // What follows is PostgREST's own note.
        description: property.description.split("Note:").next().unwrap_or_default().trim().to_owned(),
        required: is_required && property.default.is_none(),
        nullable: !is_required,
        max_length: property.max_length,
        one_of: property.one_of.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        refers_to: refers_to(&property.description),
        element: property.items.as_deref().filter(|_| kind == FieldType::List).map(self::kind),
        ..Field::default()
    }
}

fn kind(property: &Property) -> FieldType {
    let format = property.format.split('(').next().unwrap_or_default();
    match (format, property.kind.as_str()) {
        (_, "array") => FieldType::List,
        ("bigint" | "integer" | "smallint", _) => FieldType::Integer,
        ("numeric" | "real" | "double precision", _) => FieldType::Decimal,
        ("boolean", _) => FieldType::Boolean,
        ("date", _) => FieldType::Date,
        ("timestamp with time zone" | "timestamp without time zone", _) => FieldType::Timestamp,
        ("json" | "jsonb", _) => FieldType::Json,
        (_, "string") => FieldType::Text,
        _ => FieldType::Any,
    }
}

fn refers_to(description: &str) -> Option<String> {
    let (_, rest) = description.split_once("<fk table='")?;
    rest.split_once('\'').map(|(table, _)| table.to_owned())
}

/// A table as a stream. Whole numbers are no cursors: of two transactions the one with the greater number may end first.
fn stream(schema: &EntitySchema, lag: Duration) -> StreamInfo {
    let of =
        |kinds: &'static [FieldType]| schema.fields.iter().filter(move |field| kinds.contains(&field.kind));
    let filters = of(&[FieldType::Text, FieldType::Integer, FieldType::Boolean]);
    StreamInfo {
        name: schema.name.clone(),
        description: schema.description.clone(),
        cursors: of(&[FieldType::Timestamp]).map(|field| field.name.clone()).collect(),
        filters: filters.map(|field| Field { required: false, ..field.clone() }).collect(),
        visibility_lag: lag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldType::{Decimal, Integer, Json, List, Text, Timestamp};

    #[test]
    fn columns_have_the_types_keys_and_references_of_the_database() {
        let text = serde_json::json!({
            "swagger": "2.0",
            "definitions": {
                "orders": {
                    "description": "What was ordered",
                    "required": ["id", "total", "made_at"],
                    "properties": {
                        "id": { "format": "bigint", "type": "integer", "description": "Note:\nThis is a Primary Key.<pk/>" },
                        "customer_id": { "format": "bigint", "type": "integer",
                            "description": "Who\n\nNote:\nThis is a Foreign Key to `customers.id`.<fk table='customers' column='id'/>" },
                        "total": { "format": "numeric", "type": "number" },
                        "currency": { "format": "character varying", "type": "string", "maxLength": 3 },
                        "made_at": { "format": "timestamp with time zone", "type": "string", "default": "now()" },
                        "deleted_at": { "format": "timestamp with time zone", "type": "string" },
                        "tags": { "format": "text[]", "type": "array", "items": { "type": "string" } },
                        "raw": { "format": "jsonb" },
                    },
                },
                "totals": { "properties": { "sum": { "format": "numeric", "type": "number" } } },
            },
        });
        let discovery = read(text.to_string().as_bytes(), Duration::from_secs(300)).unwrap();
        let orders = &discovery.objects[0];
        assert_eq!((orders.name.as_str(), orders.key.as_slice()), ("orders", ["id".to_owned()].as_slice()));
        let kinds: Vec<_> = orders.fields.iter().map(|field| field.kind).collect();
        assert_eq!(kinds, [Integer, Integer, Decimal, Text, Timestamp, Timestamp, List, Json]);
        let field = |name| orders.field(name).unwrap();
        assert_eq!(field("customer_id").refers_to.as_deref(), Some("customers"));
        assert_eq!(field("customer_id").description, "Who");
        assert!(field("total").required && !field("made_at").required && !field("made_at").nullable);
        assert_eq!(field("currency").max_length, Some(3));
        assert_eq!(field("tags").element, Some(Text));
        assert_eq!(orders.offer.delete, ["delete", "soft"]);
        // A view without a key can be written by nobody's key, and is no stream.
        assert_eq!(discovery.objects.len(), 2);
        assert_eq!(discovery.streams.len(), 1);
        assert_eq!(discovery.streams[0].cursors, ["made_at", "deleted_at"]);
    }
}
