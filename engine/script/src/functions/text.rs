//! Text functions for scripts. They return a new text and change nothing: the record is read-only.
//!
//! A function that can make a text longer checks the size itself: rhai looks only afterwards.

use crate::{error::Refusal, limits::MAX_TEXT};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString};

/// Lets scripts work on text.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_fn("trimmed", |text: &str| text.trim().to_owned());
    engine.register_fn("lowered", |text: &str| text.to_lowercase());
    engine.register_fn("uppered", |text: &str| text.to_uppercase());
    engine.register_fn("replaced", replaced);
    engine.register_fn("joined", joined);
}

fn replaced(text: &str, from: &str, to: &str) -> Result<String, Box<EvalAltResult>> {
    if from.is_empty() {
        return Refusal::raise("`replaced` needs a text to look for");
    }
    let growth = text.matches(from).count().saturating_mul(to.len());
    if text.len().saturating_add(growth) > MAX_TEXT {
        return Refusal::raise("the text would grow longer than 65536 bytes");
    }
    Ok(text.replace(from, to))
}

fn joined(parts: &mut Array, separator: &str) -> Result<String, Box<EvalAltResult>> {
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        out.push_str(&part_text(part)?);
        if out.len() > MAX_TEXT {
            return Refusal::raise("the text would grow longer than 65536 bytes");
        }
    }
    Ok(out)
}

fn part_text(part: &Dynamic) -> Result<ImmutableString, Box<EvalAltResult>> {
    if part.is_string() || part.is_int() || part.is_decimal() || part.is_bool() || part.is_char() {
        return Ok(part.to_string().into());
    }
    Refusal::raise("`joined` takes texts, numbers and booleans")
}
