//! Names, types and serde's errors in the words of this engine.

use serde_json::Value;

/// What serde says of a value that it refuses. Its own text is never shown: it quotes the value, which may be a
/// secret, and speaks of sequences and fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// The table has a key that it does not know.
    UnknownKey {
        /// Those it knows.
        known: Vec<&'a str>,
    },
    /// The text is none of those allowed.
    UnknownValue {
        /// The allowed ones.
        allowed: Vec<&'a str>,
    },
    /// The table lacks a key.
    MissingKey {
        /// Which.
        key: &'a str,
    },
    /// The value has another type.
    WrongType {
        /// The type that is wanted, with its article.
        wanted: &'a str,
    },
    /// Something else, in words that may quote the value.
    Other,
}

impl<'a> Refusal<'a> {
    /// Reads the text of an error of serde.
    #[must_use]
    pub fn of(message: &'a str) -> Self {
        let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
        if message.starts_with("unknown field") {
            return Self::UnknownKey { known: names(expected.unwrap_or_default()) };
        }
        if message.starts_with("unknown variant") {
            return Self::UnknownValue { allowed: names(expected.unwrap_or_default()) };
        }
        if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            return Self::MissingKey { key };
        }
        match expected {
            Some(expected) if message.starts_with("invalid ") => Self::WrongType { wanted: wanted(expected) },
            _ => Self::Other,
        }
    }
}

/// The names between backticks.
fn names(expected: &str) -> Vec<&str> {
    expected.split('`').skip(1).step_by(2).collect()
}

fn wanted(expected: &str) -> &str {
    match expected {
        "a string" | "string or map" | "variant identifier" => "a text",
        "a sequence" => "a list",
        "a map" => "a table",
        "usize" | "u8" | "u16" | "u32" | "u64" | "i32" | "i64" => "a whole number",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

/// The last part of a pointer.
#[must_use]
pub fn last(pointer: &str) -> String {
    let name = pointer.rsplit_once('/').map_or("this file", |(_, name)| name);
    name.replace("~1", "/").replace("~0", "~")
}

/// A table as its header names it: `[entity.order.write]`, `[[test]]`.
#[must_use]
pub fn header(pointer: &str) -> String {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
    let names: Vec<_> = parts.filter(|part| !is_number(part)).collect();
    let is_element = pointer.rsplit('/').next().is_some_and(is_number);
    match (names.as_slice(), is_element) {
        ([], _) => "this file".to_owned(),
        (names, true) => format!("`[[{}]]`", names.join(".")),
        (names, false) => format!("`[{}]`", names.join(".")),
    }
}

/// Names with commas and a last word between them.
#[must_use]
pub fn list(names: &[&str], word: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The word for a value's type in a file.
#[must_use]
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are read")]
    struct Table {
        list: Vec<String>,
        #[serde(default)]
        inner: Option<Box<Table>>,
        #[serde(default)]
        word: Option<Word>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        One,
        Two,
    }

    #[test]
    fn what_serde_says_is_understood_and_no_value_is_left() {
        let error = |json: &str| serde_json::from_str::<Table>(json).unwrap_err();
        let said = |json: &str| {
            let (line, message) = (error(json).line(), error(json).to_string());
            let message = message.split(&format!(" at line {line}")).next().unwrap().to_owned();
            format!("{:?}", Refusal::of(&message))
        };
        assert_eq!(said(r#"{"list":"secret, expected secret"}"#), r#"WrongType { wanted: "a list" }"#);
        assert_eq!(said(r#"{"list":[7]}"#), r#"WrongType { wanted: "a text" }"#);
        assert_eq!(said(r#"{"list":[],"inner":7}"#), r#"WrongType { wanted: "a table" }"#);
        assert_eq!(said("{}"), r#"MissingKey { key: "list" }"#);
        assert_eq!(said(r#"{"lisst":[]}"#), r#"UnknownKey { known: ["list", "inner", "word"] }"#);
        assert_eq!(said(r#"{"list":[],"word":"secret"}"#), r#"UnknownValue { allowed: ["one", "two"] }"#);
        assert_eq!(Refusal::of("anything, as a connector puts it"), Refusal::Other);
    }
}
