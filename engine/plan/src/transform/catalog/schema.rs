//! The JSON Schemas of transforms, for editors.

use super::{Shape, Spec, find};
use crate::transform::Transform;
use serde_json::{Value as Json, json};

impl Transform {
    /// The JSON Schema of this transform as an element of a `transform` list: its name, or a table with its
    /// name as the only key, or either.
    #[must_use]
    pub fn argument_schema(name: &str) -> Option<Json> {
        find(name).map(Spec::schema)
    }
}

impl Spec {
    /// Whether it can be named alone, as `"trim"`.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        matches!(self.shape, Shape::Bare | Shape::Optional(_))
    }

    /// The JSON Schema of its argument, where it takes one.
    #[must_use]
    pub fn argument(&self) -> Option<Json> {
        match self.shape {
            Shape::Bare => None,
            Shape::Needed(argument) | Shape::Optional(argument) => Some(argument()),
        }
    }

    /// The JSON Schema of this transform as an element of a `transform` list.
    #[must_use]
    pub fn schema(&self) -> Json {
        let bare = || json!({ "const": self.name, "description": self.doc });
        let table = |argument: fn() -> Json| {
            let mut argument = argument();
            if let Some(members) = argument.as_object_mut() {
                members.insert("description".to_owned(), self.doc.into());
            }
            json!({
                "type": "object",
                "description": self.doc,
                "properties": { self.name: argument },
                "required": [self.name],
                "additionalProperties": false,
            })
        };
        match self.shape {
            Shape::Bare => bare(),
            Shape::Needed(argument) => table(argument),
            Shape::Optional(argument) => json!({ "anyOf": [bare(), table(argument)] }),
        }
    }
}

/// The variable that may stand for a scalar.
fn var() -> Json {
    json!({
        "type": "object",
        "description": "The value of a variable of the pipeline.",
        "properties": { "var": { "type": "string" } },
        "required": ["var"],
        "additionalProperties": false,
    })
}

fn or_var(scalar: &Json) -> Json {
    json!({ "anyOf": [scalar, var()] })
}

pub(super) fn text() -> Json {
    or_var(&json!({ "type": "string" }))
}

pub(super) fn some_text() -> Json {
    or_var(&json!({ "type": "string", "minLength": 1 }))
}

pub(super) fn scalar() -> Json {
    or_var(&json!({ "type": ["string", "number", "boolean"] }))
}

pub(super) fn whole() -> Json {
    or_var(&json!({ "type": "integer" }))
}

pub(super) fn length() -> Json {
    or_var(&json!({ "type": "integer", "minimum": 1 }))
}

pub(super) fn places() -> Json {
    or_var(&json!({ "type": "integer", "minimum": 0, "maximum": 28 }))
}

/// An exact number, as a number or in quotes.
pub(super) fn exact() -> Json {
    or_var(&json!({ "type": ["number", "string"], "pattern": r"^[+-]?(\d+\.?\d*|\.\d+)$" }))
}

pub(super) fn words<T>(words: &[(&'static str, T)]) -> Json {
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    json!({ "enum": words })
}

/// A table of these members, of which some are required.
pub(super) fn table(members: &[(&str, Json)], required: &[&str]) -> Json {
    let properties: serde_json::Map<String, Json> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

pub(super) fn either(one: &Json, other: &Json) -> Json {
    json!({ "anyOf": [one, other] })
}
