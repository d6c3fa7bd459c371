//! Puts what editors need into their settings files, which may hold a user's own settings already.
//!
//! Nothing that a user wrote is ever changed. In TOML files the engine's part stands at the end between two
//! comments; in JSON files single values are added, without touching the rest of the text.

use ::toml::de::DeTable;
use serde_json::Value;

/// The lines around the engine's part of a TOML file.
const BEGIN: &str =
    "# begin: written by `engine schema sync`, which replaces everything down to the end mark";
const END: &str = "# end: written by `engine schema sync`";

/// What becomes of a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// Its new text.
    Text(String),
    /// Nothing, because the engine's part would not fit; what a user can do.
    Alone(String),
}

/// A TOML file with the engine's part in it: `head` only where nothing else stands in the file.
pub(super) fn toml(path: &str, old: Option<&str>, head: &str, part: &str) -> Merged {
    let part = part.trim_end();
    let Some(old) = old.filter(|old| !old.trim().is_empty()) else {
        return Merged::Text(format!("{BEGIN}\n{head}{part}\n{END}\n"));
    };
    let (before, after) = around(old);
    let head = if before.trim().is_empty() && after.trim().is_empty() { head } else { "" };
    let gap = if before.is_empty() || before.ends_with("\n\n") { "" } else { "\n" };
    let text = format!("{before}{gap}{BEGIN}\n{head}{part}\n{END}\n{after}");
    if DeTable::parse(&text).is_ok() {
        return Merged::Text(text);
    }
    Merged::Alone(format!("{path} was left alone, because this does not fit into it:\n{part}"))
}

/// The text before and after the engine's part.
fn around(old: &str) -> (String, &str) {
    let whole = || (format!("{}\n", old.trim_end()), "");
    let Some((before, rest)) = old.split_once(BEGIN) else { return whole() };
    let Some((_, after)) = rest.split_once(END) else { return whole() };
    (before.to_owned(), after.strip_prefix('\n').unwrap_or(after))
}

/// A JSON object with a member, which a user may have set otherwise.
pub(super) fn member(path: &str, old: Option<&str>, key: &str, value: &Value) -> Merged {
    let line = format!("{}: {value}", Value::from(key));
    let Some(old) = old.filter(|old| !old.trim().is_empty()) else {
        return Merged::Text(format!("{{\n  {line}\n}}\n"));
    };
    let mut wanted = serde_json::from_str::<Value>(old).ok();
    let Some(members) = wanted.as_mut().and_then(Value::as_object_mut) else { return alone(path, &line) };
    if members.contains_key(key) {
        return Merged::Text(old.to_owned());
    }
    let comma = if members.is_empty() { "\n" } else { "," };
    members.insert(key.to_owned(), value.clone());
    inserted(old, "{", &format!("\n  {line}{comma}"), wanted.as_ref()).unwrap_or_else(|| alone(path, &line))
}

/// A JSON object with a list that has an element.
pub(super) fn element(path: &str, old: Option<&str>, key: &str, value: &str) -> Merged {
    let line = format!("{}: [{}]", Value::from(key), Value::from(value));
    let parsed = old.and_then(|old| serde_json::from_str::<Value>(old).ok());
    let (Some(old), Some(mut wanted)) = (old, parsed) else {
        return member(path, old, key, &Value::from(vec![value]));
    };
    let Some(list) = wanted.get_mut(key) else {
        return member(path, Some(old), key, &Value::from(vec![value]));
    };
    let Some(list) = list.as_array_mut() else { return alone(path, &line) };
    if list.iter().any(|known| known == value) {
        return Merged::Text(old.to_owned());
    }
    let comma = if list.is_empty() { "" } else { ", " };
    list.insert(0, Value::from(value));
    let Some(start) = old.find(&Value::from(key).to_string()) else { return alone(path, &line) };
    let (before, rest) = old.split_at(start);
    let merged = inserted(rest, "[", &format!("{}{comma}", Value::from(value)), None);
    match merged {
        Some(Merged::Text(rest)) if parses_to(&format!("{before}{rest}"), &wanted) => {
            Merged::Text(format!("{before}{rest}"))
        }
        _ => alone(path, &line),
    }
}

/// The text with something behind the first `bracket`, if it then says what is wanted.
fn inserted(text: &str, bracket: &str, more: &str, wanted: Option<&Value>) -> Option<Merged> {
    let (before, after) = text.split_once(bracket)?;
    let text = format!("{before}{bracket}{more}{after}");
    wanted.is_none_or(|wanted| parses_to(&text, wanted)).then_some(Merged::Text(text))
}

fn parses_to(text: &str, wanted: &Value) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| value == *wanted)
}

fn alone(path: &str, line: &str) -> Merged {
    Merged::Alone(format!("{path} was left alone, because it is not plain JSON: add {line} to it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text(merged: Merged) -> String {
        match merged {
            Merged::Text(text) => text,
            Merged::Alone(message) => format!("left alone: {message}"),
        }
    }

    #[test]
    fn a_new_file_holds_the_engines_part_and_a_second_time_the_same() {
        let first = text(toml("a", None, "x = 1\n", "[[y]]\nz = 2"));
        assert_eq!(first, format!("{BEGIN}\nx = 1\n[[y]]\nz = 2\n{END}\n"));
        assert_eq!(text(toml("a", Some(&first), "x = 1\n", "[[y]]\nz = 2")), first);
    }

    #[test]
    fn a_users_own_settings_stay_where_they_are() {
        let own = "# mine\nx = 0\n[y]\nz = 1\n";
        let first = text(toml("a", Some(own), "x = 1\n", "[[w]]\nv = 2"));
        assert_eq!(first, format!("{own}\n{BEGIN}\n[[w]]\nv = 2\n{END}\n"));
        let more = format!("{first}[mine]\nb = 1\n");
        let second = text(toml("a", Some(&more), "x = 1\n", "[[w]]\nv = 3"));
        assert_eq!(second, format!("{own}\n{BEGIN}\n[[w]]\nv = 3\n{END}\n[mine]\nb = 1\n"));
    }

    #[test]
    fn a_file_that_the_part_does_not_fit_into_is_left_alone() {
        for own in ["w = 1\n", "broken = \n"] {
            assert!(matches!(toml("a", Some(own), "", "[[w]]\nv = 2"), Merged::Alone(_)), "{own}");
        }
        for own in ["{ // mine\n}", "[1]", "{\"k\": 1,}"] {
            assert!(matches!(member("a", Some(own), "n", &json!(1)), Merged::Alone(_)), "{own}");
            assert!(matches!(element("a", Some(own), "n", "v"), Merged::Alone(_)), "{own}");
        }
        assert!(matches!(element("a", Some("{\"n\": 1}"), "n", "v"), Merged::Alone(_)));
    }

    #[test]
    fn a_value_is_added_to_json_and_one_that_is_set_stays() {
        assert_eq!(text(member("a", None, "n", &json!(1))), "{\n  \"n\": 1\n}\n");
        assert_eq!(text(member("a", Some("{}"), "n", &json!(1))), "{\n  \"n\": 1\n}");
        assert_eq!(
            text(member("a", Some("{\n\t\"b\": 2\n}\n"), "n", &json!(1))),
            "{\n  \"n\": 1,\n\t\"b\": 2\n}\n"
        );
        assert_eq!(text(member("a", Some("{\"n\": 7}"), "n", &json!(1))), "{\"n\": 7}");
        assert_eq!(text(element("a", None, "n", "v")), "{\n  \"n\": [\"v\"]\n}\n");
        assert_eq!(
            text(element("a", Some("{\"b\": {}, \"n\": [\"u\"]}"), "n", "v")),
            "{\"b\": {}, \"n\": [\"v\", \"u\"]}"
        );
        assert_eq!(text(element("a", Some("{\"n\": []}"), "n", "v")), "{\"n\": [\"v\"]}");
        assert_eq!(text(element("a", Some("{\"n\": [\"v\"]}"), "n", "v")), "{\"n\": [\"v\"]}");
    }

    proptest! {
        #[test]
        fn what_a_user_wrote_is_never_lost(own in "\\PC{0,60}") {
            for merged in [
                toml("a", Some(&own), "x = 1\n", "[[w]]\nv = 2"),
                member("a", Some(&own), "n", &json!(1)),
                element("a", Some(&own), "n", "v"),
            ] {
                if let Merged::Text(text) = merged {
                    let mut rest = text.chars();
                    prop_assert!(own.trim().chars().all(|c| rest.any(|kept| kept == c)), "{own:?} in {text:?}");
                }
            }
        }
    }
}
