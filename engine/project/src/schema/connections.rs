//! The schema of connections.toml, with the settings of each connection's connector.

use super::{
    Facts, Kind, Profile, base,
    entity::{describe, edit, literal},
    polish::{polish, prune},
    words::{self, Word},
};
use crate::model::ConnectionTable;
use serde_json::{Map, Value};

/// The schema of the files of connections.
#[must_use]
pub fn specialise_connections(facts: &Facts, profile: Profile) -> Value {
    let mut schema = base(Kind::Connections);
    let tables = schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    let connectors: Vec<Word> =
        facts.connectors.keys().map(|name| (Value::from(name.as_str()), String::new())).collect();
    let mut table = tables.get("ConnectionTable").cloned().unwrap_or_default();
    edit(&mut table, "connector", |it| words::only(it, &connectors));
    let mut definitions = tables;
    definitions.insert("ConnectionTable".to_owned(), table.clone());
    let mut made = Map::new();
    for (name, connection) in &facts.connections {
        let settings = facts.connectors.get(&connection.connector).map(|connector| &connector.settings);
        let mut schema = connection_table(&table, settings, &connection.connector, &mut definitions);
        describe(&mut schema, &format!("The connection `{name}` of `{}`.", connection.connector));
        made.insert(name.clone(), schema);
    }
    edit(&mut schema, "connection", |it| literal(it, made, "ConnectionTable", profile));
    if let Some(members) = schema.as_object_mut() {
        members.insert("$defs".to_owned(), Value::Object(definitions));
    }
    prune(&mut schema);
    schema
}

/// The keys of every connection and the settings of its connector. Nothing is required: a file for one
/// environment holds only what is different there.
fn connection_table(
    table: &Value,
    settings: Option<&Value>,
    connector: &str,
    definitions: &mut Map<String, Value>,
) -> Value {
    let mut table = table.clone();
    let Some(settings) = settings.filter(|settings| settings.get("properties").is_some()) else {
        return table;
    };
    let mut settings = settings.clone();
    polish(&mut settings);
    if let Some(Value::Object(own)) = settings.as_object_mut().and_then(|settings| settings.remove("$defs")) {
        for (name, mut definition) in own {
            rename(&mut definition, connector);
            definitions.insert(format!("{connector}_{name}"), definition);
        }
        rename(&mut settings, connector);
    }
    let is_open = settings.get("additionalProperties") != Some(&Value::Bool(false));
    let own = settings.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(properties) = table.get_mut("properties").and_then(Value::as_object_mut) {
        properties
            .extend(own.into_iter().filter(|(name, _)| !ConnectionTable::KEYS.contains(&name.as_str())));
    }
    if let Some(members) = table.as_object_mut() {
        members.insert("additionalProperties".to_owned(), Value::Bool(is_open));
    }
    table
}

/// Puts the connector's name before the definitions that a schema refers to.
fn rename(schema: &mut Value, connector: &str) {
    match schema {
        Value::Object(members) => {
            for (keyword, member) in members.iter_mut() {
                let name = member.as_str().and_then(|text| text.strip_prefix("#/$defs/"));
                match name.filter(|_| keyword == "$ref") {
                    Some(name) => *member = Value::from(format!("#/$defs/{connector}_{name}")),
                    None => rename(member, connector),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, connector)),
        _ => {}
    }
}
