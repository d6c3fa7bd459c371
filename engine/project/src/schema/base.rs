//! The schemas of the files, whatever a project holds.

use super::{
    polish::{polish, prune},
    rule::{self, PATH, Scope, refer},
};
use crate::model::{ConnectionsFile, EngineFile, PipelineToml, TenantFile};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A pipeline, or one of its files.
    Pipeline,
    /// engine.toml.
    Project,
    /// connections.toml and connections.ENVIRONMENT.toml.
    Connections,
    /// tenants/NAME.toml.
    Tenant,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Pipeline, Self::Project, Self::Connections, Self::Tenant];

    /// The kind as a word: `pipeline`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::Project => "project",
            Self::Connections => "connections",
            Self::Tenant => "tenant",
        }
    }
}

/// The schema of a kind of file: everything but what only a project knows.
#[must_use]
pub fn base(kind: Kind) -> Value {
    finished(match kind {
        Kind::Pipeline => pipeline(),
        Kind::Project => raw::<EngineFile>(),
        Kind::Connections => raw::<ConnectionsFile>(),
        Kind::Tenant => raw::<TenantFile>(),
    })
}

/// A schema that `schemars` made, as editors want it. For files whose types stand elsewhere: connector.toml.
#[must_use]
pub fn finished(mut schema: Value) -> Value {
    polish(&mut schema);
    label(&mut schema);
    prune(&mut schema);
    root(schema)
}

fn raw<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}

/// What the root of a schema says to editors.
fn root(mut schema: Value) -> Value {
    let mut out = Map::new();
    out.insert("$schema".to_owned(), Value::from("https://json-schema.org/draft/2020-12/schema"));
    out.insert("x-tombi-toml-version".to_owned(), Value::from("v1.0.0"));
    if let Some(members) = schema.as_object_mut() {
        members.shift_remove("$schema");
        out.append(members);
    }
    Value::Object(out)
}

/// Names the keys of tables of things with names, which editors show where one is to be typed.
fn label(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("additionalProperties").is_some_and(Value::is_object) {
                members.insert("x-tombi-additional-key-label".to_owned(), Value::from("NAME"));
            }
            members.values_mut().for_each(label);
        }
        Value::Array(items) => items.iter_mut().for_each(label),
        _ => {}
    }
}

/// The schema of pipelines: that of their tables, and behind the open ones that of rules.
fn pipeline() -> Value {
    let mut schema = raw::<PipelineToml>();
    let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) else { return schema };
    let scope = Scope::default();
    definitions.extend(rule::shared_definitions());
    definitions.extend(scope.definitions());
    definitions.insert("node".to_owned(), scope.node(""));
    for (table, field) in [("EntityTable", "map"), ("RouteTable", "map")] {
        with(definitions, table, field, &json!({"additionalProperties": refer("node")}));
    }
    with(definitions, "EntityTable", "map_back", &json!({"additionalProperties": refer("rule")}));
    for (table, field) in [("EntityTable", "key"), ("EntityTable", "each_key"), ("WhenRefTable", "key")] {
        let mut rules = scope.rules("");
        rules.as_object_mut().into_iter().for_each(|rules| drop(rules.shift_remove("description")));
        with(definitions, table, field, &rules);
    }
    for table in ["ReconcileSourceTable", "ReconcileTargetTable", "ReconcileObjectTable"] {
        for field in ["by", "sum"] {
            let mut rules = scope.rules("");
            rules.as_object_mut().into_iter().for_each(|rules| drop(rules.shift_remove("description")));
            with(definitions, table, field, &json!({"additionalProperties": rules}));
        }
    }
    with(definitions, "EntityTable", "each", &json!({"pattern": PATH}));
    let side = json!({
        "type": ["string", "object"],
        "properties": {"bind": bind()},
        "additionalProperties": false,
    });
    with(definitions, "SideTable", "connection", &side);
    let on_fail = json!({
        "type": ["string", "object"],
        "pattern": "^fail$",
        "properties": on_fail(),
        "additionalProperties": false,
    });
    with(definitions, "AssertTable", "on_fail", &on_fail);
    schema
}

fn bind() -> Value {
    property::<crate::model::BindTable>("bind")
}

fn on_fail() -> Value {
    raw::<crate::model::OnFailTable>().get("properties").cloned().unwrap_or_default()
}

fn property<T: JsonSchema>(name: &str) -> Value {
    raw::<T>().get("properties").and_then(|all| all.get(name)).cloned().unwrap_or_default()
}

/// Says more of a field whose type leaves it open.
fn with(definitions: &mut Map<String, Value>, table: &str, field: &str, more: &Value) {
    let property = definitions
        .get_mut(table)
        .and_then(|table| table.get_mut("properties"))
        .and_then(|properties| properties.get_mut(field))
        .and_then(Value::as_object_mut);
    if let (Some(property), Some(more)) = (property, more.as_object()) {
        property.extend(more.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All schemas inside a schema, with their pointers.
    fn all<'a>(at: String, value: &'a Value, out: &mut Vec<(String, &'a Value)>) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| all(format!("{at}/{name}"), member, out));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| all(format!("{at}/{index}"), item, out));
            }
            _ => {}
        }
        out.push((at, value));
    }

    #[test]
    fn base_schemas_obey_the_rules_that_editors_taught() {
        for kind in Kind::ALL {
            let schema = base(kind);
            let mut parts = Vec::new();
            all(String::new(), &schema, &mut parts);
            for (at, part) in parts {
                assert_ne!(part.get("type"), Some(&Value::from("null")), "{kind:?} {at}");
                let has_siblings =
                    part.get("$ref").is_some() && part.as_object().is_some_and(|part| part.len() > 1);
                assert!(!has_siblings, "{kind:?} {at}");
                for keyword in ["allOf", "anyOf", "oneOf", "if", "title", "format"] {
                    let is_schema = !at.ends_with("/properties");
                    assert!(!(is_schema && part.get(keyword).is_some()), "{kind:?} {at} {keyword}");
                }
            }
            assert_eq!(schema.get("required"), None);
        }
    }

    #[test]
    fn open_tables_of_pipelines_say_what_belongs_in_them() {
        let schema = base(Kind::Pipeline);
        let entity = &schema["$defs"]["EntityTable"]["properties"];
        assert_eq!(entity["map"]["additionalProperties"]["$ref"], "#/$defs/node");
        assert_eq!(entity["key"]["items"]["$ref"], "#/$defs/rule");
        assert_eq!(entity["map"]["description"], "The fields of the target object: `map.Name = \"$.name\"`.");
        assert!(entity["when_ref"]["properties"]["key"]["properties"]["path"].is_object());
        assert_eq!(schema["$defs"]["rule_on"]["enum"], json!(["create", "update"]));
        let side = &schema["properties"]["source"]["properties"]["connection"];
        assert_eq!(side["type"], json!(["string", "object"]));
        assert!(side["properties"]["bind"]["description"].is_string());
    }
}
