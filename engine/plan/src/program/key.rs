//! Keys: the values of some rules as one text.

use engine_contract::Value;

/// The parts of a key that a value stands for: a list is a composite. Nothing when a part is missing: `null`,
/// an empty text and the number 0 all mean that there is no such record.
pub(crate) fn parts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::List(items) if !items.is_empty() => items.iter().map(part).collect(),
        other => Some(vec![part(other)?]),
    }
}

fn part(value: &Value) -> Option<String> {
    let is_zero = match value {
        Value::Int(number) => *number == 0,
        Value::Decimal(number) => number.is_zero(),
        _ => false,
    };
    value.scalar_text().filter(|text| !is_zero && !text.is_empty())
}

/// Joins parts with `|`; a `|` inside a part becomes `\|`, and backslashes before a bar are doubled, so that
/// different parts never give equal keys. Sources join the keys of their streams in the same way.
pub(crate) fn join(parts: &[String]) -> String {
    let mut key = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            double_backslashes_at_end(&mut key);
            key.push('|');
        }
        for letter in part.chars() {
            if letter == '|' {
                double_backslashes_at_end(&mut key);
                key.push('\\');
            }
            key.push(letter);
        }
    }
    key
}

/// An element's key after its record's.
pub(crate) fn within(record: &str, element: &str) -> String {
    let mut key = record.to_owned();
    // The record's key is joined already; only its end could swallow the bar.
    double_backslashes_at_end(&mut key);
    key.push('|');
    key.push_str(element);
    key
}

fn double_backslashes_at_end(key: &mut String) {
    let run = key.bytes().rev().take_while(|byte| *byte == b'\\').count();
    key.extend(std::iter::repeat_n('\\', run));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_empty_and_null_are_no_key() {
        let of = |json: &str| parts(&serde_json::from_str(json).unwrap()).map(|parts| join(&parts));
        for missing in ["0", "0.00", "\"\"", "null", "{}", "[]", "[1,null]", "[\"a\",0]"] {
            assert_eq!(of(missing), None, "{missing}");
        }
        assert_eq!(of("[\"a|b\",7]").as_deref(), Some("a\\|b|7"));
        assert_eq!(of("\"C:\\\\x\"").as_deref(), Some("C:\\x"));
    }

    proptest! {
        #[test]
        fn different_parts_give_different_keys(
            left in prop::collection::vec("[ab|\\\\]{1,4}", 1..4),
            right in prop::collection::vec("[ab|\\\\]{1,4}", 1..4),
        ) {
            prop_assert_eq!(left == right, join(&left) == join(&right));
        }
    }
}
