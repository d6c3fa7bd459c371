//! Keys of several parts as one text, in the one way that sources, mappings and the state store share.
//!
//! Parts are joined with `|`; a `|` inside a part becomes `\\|`, and backslashes before a bar are doubled, so
//! that different parts never give equal keys. A key of one part without bars is that part.

use crate::Value;

/// Joins the parts of a key.
#[must_use]
pub fn join_key<S: AsRef<str>>(parts: &[S]) -> String {
    let mut key = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            double_trailing_backslashes(&mut key);
            key.push('|');
        }
        for letter in part.as_ref().chars() {
            if letter == '|' {
                double_trailing_backslashes(&mut key);
                key.push('\\');
            }
            key.push(letter);
        }
    }
    key
}

/// The key of an element within a record whose own key is joined already.
#[must_use]
pub fn key_within(record: &str, element: &str) -> String {
    let mut key = record.to_owned();
    // Only the end of the record's key could swallow the bar.
    double_trailing_backslashes(&mut key);
    key.push('|');
    key.push_str(element);
    key
}

/// Takes a key apart: the inverse of [`join_key`].
#[must_use]
pub fn split_key(key: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for letter in key.chars() {
        if letter != '|' {
            part.push(letter);
            continue;
        }
        let run = part.bytes().rev().take_while(|byte| *byte == b'\\').count();
        part.truncate(part.len() - run.div_ceil(2));
        if run % 2 == 1 {
            part.push('|');
        } else {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.push(part);
    parts
}

/// The id of an object that the values of its natural key name: one value as plain text, several as a JSON array.
/// Nothing when a value is missing or when there is none, and for a single value that is null, a list or an object.
#[must_use]
pub fn natural_id<'a>(values: impl Iterator<Item = Option<&'a Value>>) -> Option<String> {
    let values: Vec<&Value> = values.collect::<Option<_>>()?;
    match values.as_slice() {
        [] => None,
        [single] => single.scalar_text(),
        several => Some(Value::List(several.iter().map(|value| (*value).clone()).collect()).to_json()),
    }
}

fn double_trailing_backslashes(key: &mut String) {
    let run = key.bytes().rev().take_while(|byte| *byte == b'\\').count();
    key.extend(std::iter::repeat_n('\\', run));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_plain_part_is_its_own_key() {
        assert_eq!(join_key(&["83"]), "83");
        assert_eq!(join_key(&["a|b", "7"]), "a\\|b|7");
        assert_eq!(key_within("83", "12"), join_key(&["83", "12"]));
    }

    proptest! {
        #[test]
        fn a_key_taken_apart_gives_its_parts(parts in proptest::collection::vec("[a|\\\\é]{0,5}", 1..4)) {
            prop_assert_eq!(split_key(&join_key(&parts)), parts);
        }
    }
}
