//! Transforms of text. A text that is right already is given back as it is, without a copy.

use super::{Characters, Overflow, Pattern, Side};
use engine_contract::Value;
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How many characters of a hash end a text that was cut: a dash and eight digits.
pub(super) const HASH_SUFFIX: usize = 9;

pub(super) const TEXT: &str = "a text";

/// The accents that [`remove_accents`] takes away: those that Latin, Greek and Cyrillic letters share.
const ACCENTS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// The text of a scalar.
fn own(value: Value) -> Result<String, &'static str> {
    match value {
        Value::Text(text) => Ok(text),
        other => other.scalar_text().ok_or(TEXT),
    }
}

/// Changes the text of a scalar.
pub(super) fn change(value: Value, by: impl FnOnce(String) -> String) -> Result<Value, &'static str> {
    own(value).map(|text| Value::Text(by(text)))
}

/// Makes something of the text of a scalar.
pub(super) fn read(
    value: Value,
    by: impl FnOnce(&str) -> Result<Value, &'static str>,
) -> Result<Value, &'static str> {
    by(&own(value)?)
}

pub(super) fn trim(text: String) -> String {
    let trimmed = text.trim();
    if trimmed.len() == text.len() { text } else { trimmed.to_owned() }
}

pub(super) fn collapse_spaces(text: String) -> String {
    let mut was_space = true;
    let is_neat = text.chars().all(|c| {
        let is_bad = c.is_whitespace() && (was_space || c != ' ');
        was_space = c.is_whitespace();
        !is_bad
    });
    if (is_neat && !was_space) || text.is_empty() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

pub(super) fn lowercase(mut text: String) -> String {
    if text.is_ascii() {
        text.make_ascii_lowercase();
        return text;
    }
    // The one letter whose small form is two characters: the dot is part of every small `i`.
    if text.contains('İ') { text.replace('İ', "i").to_lowercase() } else { text.to_lowercase() }
}

pub(super) fn uppercase(mut text: String) -> String {
    if text.is_ascii() {
        text.make_ascii_uppercase();
        return text;
    }
    let single = |c: char| {
        let mut capital = c.to_uppercase();
        match (capital.next(), capital.next()) {
            (Some(one), None) => one,
            _ => c,
        }
    };
    text.chars().map(single).collect()
}

pub(super) fn replace(text: String, from: &str, to: &str) -> String {
    if text.contains(from) { text.replace(from, to) } else { text }
}

pub(super) fn pad(text: String, length: usize, with: char, side: Side) -> String {
    let missing = length.saturating_sub(text.chars().count());
    if missing == 0 {
        return text;
    }
    let padding: String = std::iter::repeat_n(with, missing).collect();
    match side {
        Side::Start => padding + text.as_str(),
        Side::End => text + padding.as_str(),
    }
}

/// The characters from one position up to another; negative positions count from the end.
pub(super) fn slice(text: String, from: i64, to: Option<i64>) -> String {
    let count = text.chars().count();
    let position = |at: i64| {
        let steps = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        if at < 0 { count.saturating_sub(steps) } else { steps.min(count) }
    };
    let (from, to) = (position(from), to.map_or(count, position));
    if from == 0 && to == count {
        return text;
    }
    text.chars().skip(from).take(to.saturating_sub(from)).collect()
}

pub(super) fn only(mut text: String, characters: Characters) -> String {
    text.retain(|c| match characters {
        Characters::Digits => c.is_ascii_digit(),
        Characters::Letters => c.is_alphabetic(),
        Characters::LettersAndDigits => c.is_alphabetic() || c.is_ascii_digit(),
    });
    text
}

pub(super) fn normalize(text: String) -> String {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    text.nfc().collect()
}

pub(super) fn remove_accents(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    text.nfd().filter(|c| !ACCENTS.contains(c)).nfc().collect()
}

pub(super) fn fit(value: Value, length: usize, overflow: Overflow) -> Result<Value, &'static str> {
    let mut text = own(value)?;
    // A text has no more characters than bytes.
    if text.len() <= length {
        return Ok(Value::Text(text));
    }
    let Some((end, _)) = text.char_indices().nth(length) else { return Ok(Value::Text(text)) };
    match overflow {
        Overflow::Cut => text.truncate(end),
        Overflow::Fail => return Err("a text that fits"),
        Overflow::HashSuffix => {
            let hash = blake3::hash(text.as_bytes()).to_hex();
            let kept = length.saturating_sub(HASH_SUFFIX);
            text = text.chars().take(kept).chain(['-']).chain(hash.chars().take(HASH_SUFFIX - 1)).collect();
        }
    }
    Ok(Value::Text(text))
}

/// The parts between the separators; an empty text has none.
pub(super) fn split(text: &str, at: &str) -> Value {
    if text.is_empty() {
        return Value::List(Vec::new());
    }
    Value::List(text.split(at).map(Value::from).collect())
}

pub(super) fn regex_replace(text: String, pattern: &Pattern, to: &str) -> String {
    match pattern.regex().replace_all(&text, to) {
        Cow::Borrowed(_) => text,
        Cow::Owned(changed) => changed,
    }
}

/// What the first group matches, or the whole pattern when it has no group.
pub(super) fn extract(pattern: &Pattern, text: &str) -> Value {
    let regex = pattern.regex();
    let found = if regex.captures_len() > 1 {
        regex.captures(text).and_then(|groups| groups.get(1))
    } else {
        regex.find(text)
    };
    found.map_or(Value::Null, |found| Value::from(found.as_str()))
}
