//! Stream keys: the values of the key columns, joined into one text and taken apart again.
//!
//! Parts are joined with `|`; a `|` inside a part becomes `\|`. Backslashes before a bar are doubled, so that
//! different parts never give equal keys.

/// Joins the parts of a key.
pub(super) fn join(parts: &[String]) -> String {
    let mut key = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            double_trailing_backslashes(&mut key);
            key.push('|');
        }
        for letter in part.chars() {
            if letter == '|' {
                double_trailing_backslashes(&mut key);
                key.push('\\');
            }
            key.push(letter);
        }
    }
    key
}

/// Takes a key apart.
pub(super) fn split(key: &str) -> Vec<String> {
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

fn double_trailing_backslashes(key: &mut String) {
    let run = key.bytes().rev().take_while(|byte| *byte == b'\\').count();
    key.extend(std::iter::repeat_n('\\', run));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_taken_apart_gives_its_parts(parts in proptest::collection::vec("[a|\\\\é]{0,5}", 1..4)) {
            prop_assert_eq!(split(&join(&parts)), parts);
        }
    }
}
