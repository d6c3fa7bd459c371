//! Closed lists of words, with a text for each.
//!
//! A list is one `enum`: a branch per word would be one item per word in lists of keys, and one message per
//! word for a misspelt one. The texts stand in the description, for all, and in `x-taplo`, beside each word.

use serde_json::{Map, Value, json};

/// A word and what it means; the text may be empty.
pub(super) type Word = (Value, String);

/// Turns branches of constants into one list.
pub(super) fn unite(object: &mut Map<String, Value>) {
    for keyword in ["oneOf", "anyOf"] {
        let Some(words) = object.get(keyword).and_then(Value::as_array).and_then(|all| words(all)) else {
            continue;
        };
        object.shift_remove(keyword);
        list(object, &words);
    }
}

/// The words of branches that are all constants of a known type, as a type with documented variants has them.
fn words(branches: &[Value]) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    for branch in branches {
        let text = branch.get("description").and_then(Value::as_str).unwrap_or_default();
        match (branch.get("const"), branch.get("enum").and_then(Value::as_array)) {
            (Some(word), None) if branch.get("type").is_some() => words.push((word.clone(), text.to_owned())),
            (None, Some(list)) if branch.get("type").is_some() => {
                words.extend(list.iter().map(|word| (word.clone(), text.to_owned())));
            }
            _ => return None,
        }
    }
    (!words.is_empty()).then_some(words)
}

/// Makes a schema a list of words, where any are known.
pub(super) fn only(schema: &mut Value, words: &[Word]) {
    if let (false, Some(object)) = (words.is_empty(), schema.as_object_mut()) {
        list(object, words);
    }
}

/// Makes a schema a list of words.
pub(super) fn list(object: &mut Map<String, Value>, words: &[Word]) {
    let main = object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    if words.iter().all(|(word, _)| word.is_string()) {
        object.entry("type").or_insert_with(|| Value::from("string"));
    }
    let values: Vec<&Value> = words.iter().map(|(word, _)| word).collect();
    object.insert("enum".to_owned(), json!(values));
    if words.iter().all(|(_, text)| text.is_empty()) {
        return;
    }
    let texts: Vec<&str> = words.iter().map(|(_, text)| text.as_str()).collect();
    object.insert("x-taplo".to_owned(), json!({"docs": {"main": main, "enumValues": texts}}));
    object.insert("description".to_owned(), Value::from(described(&main, words)));
}

/// A text with a list of words below it.
fn described(main: &str, words: &[Word]) -> String {
    let line = |(word, text): &Word| {
        let word = word.as_str().map_or_else(|| word.to_string(), str::to_owned);
        if text.is_empty() { format!("- `{word}`") } else { format!("- `{word}`: {text}") }
    };
    let lines: Vec<String> = words.iter().map(line).collect();
    format!("{main}\n\n{}", lines.join("\n")).trim_start().to_owned()
}

/// Words that may be said beside others: a branch for each, and one for everything else.
pub(super) fn suggestions(words: &[Word]) -> Value {
    let branch = |(word, text): &Word| {
        if text.is_empty() { json!({"const": word}) } else { json!({"const": word, "description": text}) }
    };
    Value::Array(words.iter().map(branch).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_with_documented_variants_is_one_list() {
        let mut schema = json!({"description": "How.", "oneOf": [
            {"type": "string", "const": "a", "description": "The first."},
            {"type": "string", "enum": ["b"]},
        ]});
        unite(schema.as_object_mut().unwrap());
        let expected = json!({
            "description": "How.\n\n- `a`: The first.\n- `b`",
            "type": "string",
            "enum": ["a", "b"],
            "x-taplo": {"docs": {"main": "How.", "enumValues": ["The first.", ""]}},
        });
        assert_eq!(schema, expected);
    }

    #[test]
    fn other_branches_stay() {
        let mut schema = json!({"anyOf": [{"type": "string", "const": "a"}, {"type": "object"}]});
        let before = schema.clone();
        unite(schema.as_object_mut().unwrap());
        assert_eq!(schema, before);
    }
}
