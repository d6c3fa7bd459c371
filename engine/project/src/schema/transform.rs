//! The call of a transform: its name, or its name with an argument.

use super::{
    facts::TransformFacts,
    polish::polish,
    words::{self, Word},
};
use serde_json::{Map, Value, json};

/// One element of `transform`.
pub(super) fn call(transforms: &[TransformFacts]) -> Value {
    let bare = transforms.iter().filter(|transform| transform.bare);
    let names: Vec<Word> = bare
        .map(|transform| (Value::from(transform.name.as_str()), first_line(&transform.description)))
        .collect();
    let mut name = Map::new();
    name.insert("description".to_owned(), Value::from("A transform by its name."));
    words::list(&mut name, &names);
    let mut calls = Map::new();
    for transform in transforms {
        if let Some(argument) = &transform.argument {
            calls.insert(transform.name.clone(), with_text(argument, transform));
        }
    }
    let with_argument = json!({
        "description": "A transform with its argument.",
        "type": "object",
        "properties": calls,
        "additionalProperties": false,
        "maxProperties": 1,
    });
    match (names.is_empty(), calls_are_empty(&with_argument)) {
        (false, true) => Value::Object(name),
        (true, _) => with_argument,
        (false, false) => json!({"anyOf": [name, with_argument]}),
    }
}

fn calls_are_empty(schema: &Value) -> bool {
    schema.get("properties").and_then(Value::as_object).is_none_or(Map::is_empty)
}

/// The argument with the text of its transform.
fn with_text(argument: &Value, transform: &TransformFacts) -> Value {
    let mut schema = argument.clone();
    polish(&mut schema);
    match &mut schema {
        Value::Object(members) => {
            members.shift_remove("$schema");
            members.insert("description".to_owned(), Value::from(transform.description.as_str()));
            schema
        }
        _ => json!({"description": transform.description}),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
