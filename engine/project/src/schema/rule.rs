//! The schemas of rules, and of what a `map` holds.
//!
//! Each keyword has a definition of its own, referred to without siblings. Where editors know the paths of a
//! stream, those keywords that hold paths have one more definition for each such place, a [`Scope`].

use super::polish::polish;
use crate::model::RuleTable;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// How a path begins; only texts are judged by it.
pub(super) const PATH: &str = "^[$@]";

/// The keywords whose values hold paths.
const WITH_PATHS: [&str; 3] = ["path", "key", "value"];

/// The place of a rule: which paths it can name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// What stands behind the names of its definitions; empty where no path is known.
    pub(super) suffix: String,
}

impl Scope {
    /// The reference to the definition of a keyword.
    fn keyword(&self, word: &str) -> Value {
        let suffix = if WITH_PATHS.contains(&word) { self.suffix.as_str() } else { "" };
        refer(&format!("rule_{word}{suffix}"))
    }

    /// The members of a rule that is written as a table.
    pub(super) fn keywords(&self) -> Object {
        RuleTable::keywords().map(|word| (word.to_owned(), self.keyword(word))).collect()
    }

    /// The reference to a whole rule.
    pub(super) fn rule(&self) -> Value {
        refer(&format!("rule{}", self.suffix))
    }

    /// Adds the candidates for paths, where they are known.
    pub(super) fn suggest(&self, schema: &mut Value) {
        if let (false, Some(object)) = (self.suffix.is_empty(), schema.as_object_mut()) {
            object.insert("anyOf".to_owned(), json!([refer(&format!("paths{}", self.suffix)), {}]));
        }
    }

    /// The definitions of the keywords that hold paths, and of a whole rule.
    pub(super) fn definitions(&self) -> Object {
        let texts = texts();
        let text = |word: &str| texts.get(word).cloned().unwrap_or_default();
        let mut path = json!({
            "description": text("path"),
            "type": ["string", "array"],
            "pattern": PATH,
            "items": {"type": "string", "pattern": PATH},
        });
        self.suggest(&mut path);
        if let Some(items) = path.get_mut("items") {
            self.suggest(items);
        }
        let mut out = Object::new();
        out.insert(format!("rule_path{}", self.suffix), path);
        for word in ["key", "value"] {
            out.insert(format!("rule_{word}{}", self.suffix), self.rules(&text(word)));
        }
        let mut rule = json!({
            "description": "A rule: a path, a number, true or false, or a table with one source.",
            "type": ["string", "integer", "number", "boolean", "object"],
            "pattern": PATH,
            "properties": self.keywords(),
            "additionalProperties": false,
        });
        self.suggest(&mut rule);
        out.insert(format!("rule{}", self.suffix), rule);
        out
    }

    /// A rule or a list of rules.
    pub(super) fn rules(&self, description: &str) -> Value {
        let mut schema = json!({
            "description": description,
            "type": ["string", "integer", "number", "boolean", "object", "array"],
            "pattern": PATH,
            "properties": self.keywords(),
            "additionalProperties": false,
            "items": self.rule(),
        });
        self.suggest(&mut schema);
        schema
    }

    /// Whatever a field may hold whose type is not known: a rule, rules, blocks, or an object of fields.
    pub(super) fn node(&self, description: &str) -> Value {
        let mut properties = self.keywords();
        properties.insert("object".to_owned(), escape());
        let mut schema = json!({
            "type": ["string", "integer", "number", "boolean", "object", "array"],
            "pattern": PATH,
            "properties": properties,
            "additionalProperties": true,
            "items": {
                "type": ["string", "integer", "number", "boolean", "object"],
                "pattern": PATH,
                "additionalProperties": true,
            },
        });
        if let (false, Some(object)) = (description.is_empty(), schema.as_object_mut()) {
            object.insert("description".to_owned(), Value::from(description));
        }
        self.suggest(&mut schema);
        schema
    }
}

/// The way to write an object whose members are all called like keywords.
fn escape() -> Value {
    json!({
        "description": "An object of fields, where all of them are called like keywords of rules: `object = { path = \"$.file\" }`.",
        "type": "object",
        "additionalProperties": true,
    })
}

/// A reference to a definition.
pub(super) fn refer(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

/// The definitions of the keywords that are the same everywhere.
pub(super) fn shared_definitions() -> Object {
    let mut out = Object::new();
    for (word, schema) in properties() {
        if !WITH_PATHS.contains(&word.as_str()) {
            out.insert(format!("rule_{word}"), schema);
        }
    }
    if let Some(items) = out.get_mut("rule_transform").and_then(|schema| schema.get_mut("items")) {
        *items = json!({"type": ["string", "object"], "additionalProperties": true});
    }
    out
}

/// The keywords with their texts and types, from the table that rules are read into.
fn properties() -> Object {
    let mut schema =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<RuleTable>().to_value();
    polish(&mut schema);
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Object::new(),
    }
}

/// The texts of the keywords.
fn texts() -> std::collections::BTreeMap<String, String> {
    let text =
        |schema: &Value| schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    properties().iter().map(|(word, schema)| (word.clone(), text(schema))).collect()
}
