//! Transforms of text.

use super::Overflow;
use engine_contract::Value;

/// How many characters of a hash end a text that was cut: a dash and eight digits.
pub(crate) const HASH_SUFFIX: usize = 9;

/// Changes the text of a scalar.
pub(crate) fn change(value: Value, by: impl FnOnce(&str) -> String) -> Result<Value, &'static str> {
    match value {
        Value::Text(text) => Ok(Value::Text(by(&text))),
        other => other.scalar_text().map(|text| Value::Text(by(&text))).ok_or("a text"),
    }
}

pub(crate) fn fit(value: &Value, length: usize, overflow: Overflow) -> Result<Value, &'static str> {
    let text = value.scalar_text().ok_or("a text")?;
    if text.chars().nth(length).is_none() {
        return Ok(Value::Text(text));
    }
    let start = |length: usize| text.chars().take(length).collect::<String>();
    match overflow {
        Overflow::Cut => Ok(Value::Text(start(length))),
        Overflow::Fail => Err("a text that fits"),
        Overflow::HashSuffix => {
            let hash = blake3::hash(text.as_bytes()).to_hex();
            let digits: String = hash.chars().take(HASH_SUFFIX - 1).collect();
            Ok(Value::Text(format!("{}-{digits}", start(length.saturating_sub(HASH_SUFFIX)))))
        }
    }
}

/// The text between the tags. A `<` that begins no tag, and a tag that never ends, are text.
pub(crate) fn strip_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, from_tag)) = rest.find('<').map(|at| rest.split_at(at)) {
        out.push_str(before);
        let is_tag =
            from_tag.chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        match from_tag.split_once('>') {
            Some((_, after)) if is_tag => rest = after,
            None if is_tag => break_off(&mut out, &mut rest, from_tag),
            _ => {
                out.push('<');
                rest = from_tag.strip_prefix('<').unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    entities(&out)
}

fn break_off<'a>(out: &mut String, rest: &mut &'a str, from_tag: &'a str) {
    out.push_str(from_tag);
    *rest = "";
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.find('&').map(|at| rest.split_at(at)) {
        out.push_str(before);
        let known = from.split_once(';').filter(|(name, _)| name.len() <= 10);
        if let Some((letter, after)) = known.and_then(|(name, after)| Some((entity(name)?, after))) {
            out.push(letter);
            rest = after;
        } else {
            out.push('&');
            rest = from.strip_prefix('&').unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "&amp" => Some('&'),
        "&lt" => Some('<'),
        "&gt" => Some('>'),
        "&quot" => Some('"'),
        "&apos" => Some('\''),
        "&nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix("&#")?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
