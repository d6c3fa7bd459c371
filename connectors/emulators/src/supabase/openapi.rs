//! The description of the API: Swagger 2.0, with notes on keys in the descriptions of columns.

use super::tables::{
    kind::Kind,
    table::{Column, Default, Table},
};
use serde_json::{Map, Value, json};

/// The version that projects of Supabase said in 2026.
const VERSION: &str = "14.5";

/// The description of tables.
pub(super) fn document<'a>(tables: impl Iterator<Item = &'a Table>) -> Value {
    let mut definitions = Map::new();
    let mut paths = Map::new();
    paths.insert(
        "/".to_owned(),
        json!({"get": {
            "tags": ["Introspection"],
            "summary": "OpenAPI description (this document)",
            "produces": ["application/openapi+json", "application/json"],
            "responses": {"200": {"description": "OK"}},
        }}),
    );
    for table in tables {
        definitions.insert(table.name.clone(), definition(table));
        paths.insert(format!("/{}", table.name), path(table));
    }
    json!({
        "swagger": "2.0",
        "info": {
            "title": "standard public schema",
            "description": "",
            "version": VERSION,
        },
        "host": "localhost:3000",
        "basePath": "/",
        "schemes": ["http"],
        "consumes": ["application/json", "application/vnd.pgrst.object+json", "text/csv"],
        "produces": ["application/json", "application/vnd.pgrst.object+json", "text/csv"],
        "paths": paths,
        "definitions": definitions,
    })
}

fn definition(table: &Table) -> Value {
    let required: Vec<&str> =
        table.columns.iter().filter(|column| column.is_required).map(|column| column.name.as_str()).collect();
    let properties: Map<String, Value> = table
        .columns
        .iter()
        .enumerate()
        .map(|(number, column)| (column.name.clone(), property(table, number, column)))
        .collect();
    let mut definition = Map::new();
    if let Some(description) = &table.description {
        definition.insert("description".to_owned(), json!(description));
    }
    if !required.is_empty() {
        definition.insert("required".to_owned(), json!(required));
    }
    definition.insert("properties".to_owned(), Value::Object(properties));
    definition.insert("type".to_owned(), json!("object"));
    Value::Object(definition)
}

fn property(table: &Table, number: usize, column: &Column) -> Value {
    let mut property = Map::new();
    if let Some(default) = default(column) {
        property.insert("default".to_owned(), default);
    }
    let mut notes = Vec::new();
    if table.key.contains(&number) {
        notes.push("This is a Primary Key.<pk/>".to_owned());
    }
    if let Some(reference) = table.references.iter().find(|reference| reference.column == number) {
        let (target, other) = (&reference.table, &reference.target_name);
        notes.push(format!(
            "This is a Foreign Key to `{target}.{other}`.<fk table='{target}' column='{other}'/>"
        ));
    }
    let description = match (&column.description, notes.is_empty()) {
        (own, true) => own.clone(),
        (own, false) => {
            let own = own.as_ref().map(|own| format!("{own}\n\n")).unwrap_or_default();
            Some(format!("{own}Note:\n{}", notes.join("\n")))
        }
    };
    if let Some(description) = description {
        property.insert("description".to_owned(), json!(description));
    }
    property.insert("format".to_owned(), json!(column.kind.name()));
    if let Kind::Varchar(Some(length)) = column.kind {
        property.insert("maxLength".to_owned(), json!(length));
    }
    if let Kind::Array(element) = &column.kind {
        let items = json_type(element).map_or_else(|| json!({}), |name| json!({"type": name}));
        property.insert("items".to_owned(), items);
    }
    if let Some(name) = json_type(&column.kind) {
        property.insert("type".to_owned(), json!(name));
    }
    Value::Object(property)
}

fn json_type(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Boolean => Some("boolean"),
        Kind::Smallint | Kind::Integer | Kind::Bigint => Some("integer"),
        Kind::Numeric(_) => Some("number"),
        Kind::Json | Kind::Jsonb => None,
        Kind::Array(_) => Some("array"),
        _ => Some("string"),
    }
}

/// The default as a value, where it reads as one; of texts the expression, without quotes and type.
fn default(column: &Column) -> Option<Value> {
    let Some(Default::Expression(expression)) = &column.default else { return None };
    if json_type(&column.kind) != Some("string") {
        return serde_json::from_str(expression).ok();
    }
    let suffix = format!("::{}", column.kind.name());
    Some(json!(match expression.strip_suffix(&suffix) {
        Some(literal) => literal.trim_matches('\''),
        None => expression,
    }))
}

fn path(table: &Table) -> Value {
    let tags = json!([table.name]);
    let filters: Vec<Value> = table
        .columns
        .iter()
        .map(|column| json!({"name": column.name, "required": false, "in": "query", "type": "string"}))
        .collect();
    let items = json!({"$ref": format!("#/definitions/{}", table.name)});
    json!({
        "get": {
            "tags": tags,
            "parameters": filters,
            "responses": {
                "200": {"description": "OK", "schema": {"type": "array", "items": items}},
                "206": {"description": "Partial Content"},
            },
        },
        "post": {"tags": tags, "responses": {"201": {"description": "Created"}}},
        "patch": {"tags": tags, "parameters": filters, "responses": {"204": {"description": "No Content"}}},
        "delete": {"tags": tags, "parameters": filters, "responses": {"204": {"description": "No Content"}}},
    })
}
