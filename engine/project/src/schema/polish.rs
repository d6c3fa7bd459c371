//! Makes a schema of `schemars` one that editors complete well.
//!
//! The rules come from trials with real language servers, which lose the text beside a `$ref`, offer a key
//! once for each branch of an `anyOf`, and complete nothing behind `if`. So: no null, no text beside a `$ref`, no
//! branches where one schema does, and every table says whether it is open. Polishing twice changes nothing.

use super::words;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Polishes a whole schema with its `$defs`, and removes those that nothing refers to any more.
pub(super) fn polish(schema: &mut Value) {
    let Some(root) = schema.as_object_mut() else { return };
    let Some(Value::Object(mut definitions)) = root.remove("$defs") else {
        Polisher { definitions: &Object::new() }.schema(schema, &mut Vec::new());
        return;
    };
    let raw = definitions.clone();
    let polisher = Polisher { definitions: &raw };
    for (name, definition) in &mut definitions {
        polisher.schema(definition, &mut vec![name.clone()]);
    }
    polisher.schema(schema, &mut Vec::new());
    if let Some(root) = schema.as_object_mut() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    prune(schema);
}

/// Removes the `$defs` that nothing refers to.
pub(super) fn prune(schema: &mut Value) {
    let Some(root) = schema.as_object_mut() else { return };
    let Some(Value::Object(mut definitions)) = root.remove("$defs") else { return };
    let mut wanted: Vec<String> = Vec::new();
    references(schema, &mut wanted);
    let mut next = 0;
    while let Some(name) = wanted.get(next).cloned() {
        next += 1;
        if let Some(definition) = definitions.get(&name) {
            references(definition, &mut wanted);
        }
    }
    definitions.retain(|name, _| wanted.contains(name));
    if let (Some(root), false) = (schema.as_object_mut(), definitions.is_empty()) {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
}

/// Collects the names of all definitions that a schema refers to, each once.
fn references(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(definition);
            out.extend(name.filter(|name| !out.iter().any(|known| known == name)).map(str::to_owned));
            members.values().for_each(|member| references(member, out));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

/// The name in `#/$defs/NAME`.
fn definition(reference: &Value) -> Option<&str> {
    reference.as_str()?.strip_prefix("#/$defs/")
}

struct Polisher<'a> {
    definitions: &'a Object,
}

impl Polisher<'_> {
    /// Polishes one schema. `inside` names the definitions that it was taken from.
    fn schema(&self, schema: &mut Value, inside: &mut Vec<String>) {
        let Some(object) = schema.as_object_mut() else { return };
        let depth = inside.len();
        while self.unfold(object, inside) {}
        without_null(object);
        without_noise(object);
        words::unite(object);
        close(object);
        self.parts(object, inside);
        inside.truncate(depth);
    }

    /// Replaces a `$ref` that has siblings, or an only branch, by what it stands for. Siblings win.
    fn unfold(&self, object: &mut Object, inside: &mut Vec<String>) -> bool {
        let reference = object.get("$ref").and_then(definition).map(str::to_owned);
        if let Some(name) = reference.filter(|_| object.len() > 1) {
            object.shift_remove("$ref");
            if let (false, Some(Value::Object(meant))) = (inside.contains(&name), self.definitions.get(&name))
            {
                lay_under(object, meant.clone());
                inside.push(name);
            }
            return true;
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let Some(branches) = object.get_mut(keyword).and_then(Value::as_array_mut) else { continue };
            branches.retain(|branch| branch.get("type").and_then(Value::as_str) != Some("null"));
            if let [only] = branches.as_mut_slice() {
                let only = only.take();
                object.shift_remove(keyword);
                if let Value::Object(only) = only {
                    lay_under(object, only);
                }
                return true;
            }
        }
        false
    }

    fn parts(&self, object: &mut Object, inside: &mut Vec<String>) {
        for keyword in ["properties", "patternProperties"] {
            let members = object.get_mut(keyword).and_then(Value::as_object_mut);
            members.into_iter().flat_map(Object::values_mut).for_each(|part| self.schema(part, inside));
        }
        for keyword in ["items", "additionalProperties", "propertyNames", "not"] {
            object.get_mut(keyword).into_iter().for_each(|part| self.schema(part, inside));
        }
        for keyword in ["allOf", "anyOf", "oneOf", "prefixItems"] {
            let branches = object.get_mut(keyword).and_then(Value::as_array_mut);
            branches.into_iter().flatten().for_each(|part| self.schema(part, inside));
        }
    }
}

/// Adds what an object does not say itself.
fn lay_under(object: &mut Object, under: Object) {
    for (keyword, value) in under {
        object.entry(keyword).or_insert(value);
    }
}

/// TOML has no null.
fn without_null(object: &mut Object) {
    if let Some(kinds) = object.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
}

/// Drops what says nothing to people: empty defaults, sizes of machine numbers, names of types.
fn without_noise(object: &mut Object) {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    if object.get("default").is_some_and(is_empty) {
        object.shift_remove("default");
    }
    let is_number = |format: &Value| {
        format.as_str().is_some_and(|format| {
            ["int", "uint", "float", "double"].iter().any(|kind| format.starts_with(kind))
        })
    };
    if object.get("format").is_some_and(is_number) {
        object.shift_remove("format");
    }
    object.shift_remove("title");
}

/// A table that does not say whether it is open is closed in one editor and open in the other. A value of any
/// type may be a table.
fn close(object: &mut Object) {
    let is_any =
        || !["$ref", "enum", "const", "anyOf", "oneOf"].iter().any(|word| object.contains_key(*word));
    let is_table = object.get("type").map_or_else(is_any, |kind| {
        kind == "object" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "object"))
    });
    if is_table && !object.contains_key("additionalProperties") {
        object.insert("additionalProperties".to_owned(), Value::Bool(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn polished(mut schema: Value) -> Value {
        polish(&mut schema);
        let once = schema.clone();
        polish(&mut schema);
        assert_eq!(schema, once, "polishing twice changes nothing");
        schema
    }

    #[test]
    fn an_optional_value_has_no_null() {
        let schema = json!({"type": "object", "additionalProperties": false, "properties": {
            "a": {"type": ["string", "null"], "default": null, "description": "A."},
            "b": {"description": "B.", "anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]},
            "c": {"type": ["integer", "null"], "format": "uint64", "minimum": 0},
        }, "$defs": {"B": {"type": "object", "description": "the type", "additionalProperties": false}}});
        let expected = json!({"type": "object", "additionalProperties": false, "properties": {
            "a": {"type": "string", "description": "A."},
            "b": {"description": "B.", "type": "object", "additionalProperties": false},
            "c": {"type": "integer", "minimum": 0},
        }});
        assert_eq!(polished(schema), expected);
    }

    #[test]
    fn a_reference_alone_stays_and_one_with_siblings_is_written_out() {
        let schema = json!({"type": "object", "additionalProperties": false, "properties": {
            "a": {"$ref": "#/$defs/B"},
            "b": {"$ref": "#/$defs/B", "description": "the field"},
        }, "$defs": {"B": {"type": "string", "description": "the type"}, "C": {"type": "string"}}});
        let expected = json!({"type": "object", "additionalProperties": false, "properties": {
            "a": {"$ref": "#/$defs/B"},
            "b": {"description": "the field", "type": "string"},
        }, "$defs": {"B": {"type": "string", "description": "the type"}}});
        assert_eq!(polished(schema), expected);
    }

    #[test]
    fn a_definition_that_contains_itself_is_written_out_once() {
        let schema = json!({"properties": {"a": {"$ref": "#/$defs/N", "description": "outer"}},
            "$defs": {"N": {"type": "object", "properties": {"n": {"$ref": "#/$defs/N", "description": "inner"}}}}});
        let polished = polished(schema);
        assert_eq!(polished["properties"]["a"]["properties"]["n"]["description"], "inner");
    }

    #[test]
    fn every_table_says_whether_it_is_open() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "object", "additionalProperties": {"type": "object"}},
            "b": {"type": ["string", "object"]},
            "c": {"description": "anything"},
            "d": {"type": "string"},
        }});
        let polished = polished(schema);
        assert_eq!(polished["additionalProperties"], true);
        assert_eq!(polished["properties"]["a"]["additionalProperties"]["additionalProperties"], true);
        assert_eq!(polished["properties"]["b"]["additionalProperties"], true);
        assert_eq!(polished["properties"]["c"]["additionalProperties"], true);
        assert_eq!(polished["properties"]["d"].get("additionalProperties"), None);
    }
}
