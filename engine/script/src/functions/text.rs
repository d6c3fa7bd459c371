//! Functions on text. They give a new text and change nothing: the record is read-only.

use super::{
    Function, Gives, Origin,
    value::{Answer, check_text, pay, size},
};
use crate::error::Refusal;
use rhai::{Array, Dynamic, ImmutableString};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "trimmed",
        signatures: &["text.trimmed() -> text"],
        doc: "The text without white space at both ends.",
        examples: &[("\"  Ada \".trimmed()", "\"Ada\"")],
        gives: Gives::Trimmed,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| text.trim().to_owned());
        }),
    },
    Function {
        name: "lowered",
        signatures: &["text.lowered() -> text"],
        doc: "The text in small letters.",
        examples: &[("\"Ada@X.COM\".lowered()", "\"ada@x.com\"")],
        gives: Gives::Text,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| pay(text.len()).map(|()| text.to_lowercase()));
        }),
    },
    Function {
        name: "uppered",
        signatures: &["text.uppered() -> text"],
        doc: "The text in capital letters.",
        examples: &[("\"eur\".uppered()", "\"EUR\"")],
        gives: Gives::Text,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| pay(text.len()).map(|()| text.to_uppercase()));
        }),
    },
    Function {
        name: "replaced",
        signatures: &["text.replaced(from, to) -> text"],
        doc: "The text with every `from` as `to`.",
        examples: &[("\"a:b:c\".replaced(\":\", \"-\")", "\"a-b-c\"")],
        gives: Gives::Text,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, replaced);
        }),
    },
    Function {
        name: "split_by",
        signatures: &["text.split_by(separator) -> list of texts"],
        doc: "The parts between separators, empty ones too.",
        examples: &[("\"a,b,,c\".split_by(\",\")", "[\"a\",\"b\",\"\",\"c\"]")],
        gives: Gives::Texts,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, split_by);
        }),
    },
    Function {
        name: "words",
        signatures: &["text.words() -> list of texts"],
        doc: "The parts between white space, no empty ones.",
        examples: &[
            ("\" Ada  King \".words()", "[\"Ada\",\"King\"]"),
            ("\"Ada King\".words().last()", "\"King\""),
        ],
        gives: Gives::Texts,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| list_of(text.split_whitespace(), text.len()));
        }),
    },
    Function {
        name: "sub_text",
        signatures: &["text.sub_text(start) -> text", "text.sub_text(start, length) -> text"],
        doc: "The characters from `start` on, counted from 0, at most `length`; what lies behind the end is left out.",
        examples: &[("\"2026-01-31\".sub_text(0, 7)", "\"2026-01\""), ("\"abc\".sub_text(1)", "\"bc\"")],
        gives: Gives::Shorter,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, start: i64| sub_text(text, start, i64::MAX));
            engine.register_fn(name, sub_text);
        }),
    },
    Function {
        name: "padded_left",
        signatures: &["text.padded_left(width, fill) -> text"],
        doc: "The text, with `fill` before it until it is `width` characters long.",
        examples: &[("`${7}`.padded_left(4, \"0\")", "\"0007\"")],
        gives: Gives::Text,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, width: i64, fill: &str| -> Answer<String> {
                Ok(padding(text, width, fill)? + text)
            });
        }),
    },
    Function {
        name: "padded_right",
        signatures: &["text.padded_right(width, fill) -> text"],
        doc: "The text, with `fill` after it until it is `width` characters long.",
        examples: &[("\"ab\".padded_right(4, \".\")", "\"ab..\"")],
        gives: Gives::Text,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, width: i64, fill: &str| -> Answer<String> {
                Ok(format!("{text}{}", padding(text, width, fill)?))
            });
        }),
    },
    Function {
        name: "without_prefix",
        signatures: &["text.without_prefix(prefix) -> text"],
        doc: "The text without `prefix`, when it starts with it; else the text.",
        examples: &[("\"WC-1001\".without_prefix(\"WC-\")", "\"1001\"")],
        gives: Gives::Shorter,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, prefix: &str| {
                text.strip_prefix(prefix).unwrap_or(text).to_owned()
            });
        }),
    },
    Function {
        name: "without_suffix",
        signatures: &["text.without_suffix(suffix) -> text"],
        doc: "The text without `suffix`, when it ends with it; else the text.",
        examples: &[("\"12 kg\".without_suffix(\" kg\")", "\"12\"")],
        gives: Gives::Shorter,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, suffix: &str| {
                text.strip_suffix(suffix).unwrap_or(text).to_owned()
            });
        }),
    },
];

fn replaced(text: &str, from: &str, to: &str) -> Answer<String> {
    if from.is_empty() {
        return Refusal::raise("`replaced` needs a text to look for");
    }
    pay(text.len())?;
    let growth = text.matches(from).count().saturating_mul(to.len());
    check_text(text.len().saturating_add(growth))?;
    Ok(text.replace(from, to))
}

fn split_by(text: &str, separator: &str) -> Answer<Array> {
    if separator.is_empty() {
        return Refusal::raise("`split_by` needs a separator");
    }
    list_of(text.split(separator), text.len())
}

/// A list of the parts of a text of so many bytes.
fn list_of<'a>(parts: impl Iterator<Item = &'a str>, bytes: usize) -> Answer<Array> {
    pay(bytes)?;
    let parts = parts.take(crate::limits::MAX_ARRAY + 1);
    let list: Array = parts.map(|part| Dynamic::from(ImmutableString::from(part))).collect();
    if list.len() > crate::limits::MAX_ARRAY {
        return Refusal::raise("the list would grow longer than 10000 elements");
    }
    Ok(list)
}

fn sub_text(text: &str, start: i64, length: i64) -> Answer<String> {
    let refused = "`sub_text` takes no negative numbers";
    let (start, length) = (size(start, refused)?, size(length, refused)?);
    pay(text.len())?;
    Ok(text.chars().skip(start).take(length).collect())
}

/// What is missing of `text` up to `width` characters.
fn padding(text: &str, width: i64, fill: &str) -> Answer<String> {
    let mut letters = fill.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return Refusal::raise("a text is padded with one character");
    };
    let missing =
        size(width, "a text is padded to 0 or more characters")?.saturating_sub(text.chars().count());
    check_text(missing.saturating_mul(letter.len_utf8()).saturating_add(text.len()))?;
    Ok(std::iter::repeat_n(letter, missing).collect())
}
