//! A TOML file, read as far as it can be; or several that are one document.

use super::{
    convert, depth, portable,
    spans::{Spans, Spot},
};
use crate::{
    FileText, Place, Text,
    diag::{Diagnostic, Diagnostics, code},
};
use ::toml::de::DeTable;
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};

/// A file as JSON, with the place of every key and value; or several files that are read as one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Parts);

/// What a document is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parts {
    pub(super) texts: Vec<Arc<FileText>>,
    pub(super) json: Value,
    pub(super) spans: Spans,
}

impl Parts {
    fn place(&self, spot: Spot) -> Place {
        self.texts.get(spot.text).map(|text| text.place(spot.bytes)).unwrap_or_default()
    }

    pub(super) fn key_place(&self, pointer: &str) -> Place {
        self.place(self.spans.key(pointer))
    }

    /// The text behind the key at a JSON pointer.
    pub(super) fn after_key(&self, pointer: &str) -> Option<&str> {
        let spot = self.spans.key(pointer);
        self.texts.get(spot.text)?.text().get(spot.bytes.end..)
    }
}

impl Document {
    /// Reads a file. Syntax errors are reported, one per line; then there is no document.
    #[must_use]
    pub fn parse(text: &Arc<FileText>, out: &mut Diagnostics) -> Option<Self> {
        if let Some(at) = depth::too_deep(text.text()) {
            out.push(
                Diagnostic::error(
                    code::TOML_TOO_DEEP,
                    format!("nested more than {} levels deep", depth::MAX_DEPTH),
                )
                .at(text.place(at..at + 1), ""),
            );
            return None;
        }
        let (table, errors) = DeTable::parse_recoverable(text.text());
        let mut lines = BTreeSet::new();
        for error in &errors {
            let place = text.place(error.span().unwrap_or_default());
            if lines.insert(place.line) {
                out.push(Diagnostic::error(code::TOML_SYNTAX, plain(error.message())).at(place, ""));
            }
        }
        if !errors.is_empty() {
            return None;
        }
        let (json, spans, inexact) = convert::convert(text.text(), table.get_ref());
        for (bytes, message) in inexact {
            out.push(Diagnostic::error(code::TOML_NUMBER, message).at(text.place(bytes), ""));
        }
        out.extend(portable::warnings(text));
        Some(Self(Parts { texts: vec![Arc::clone(text)], json, spans }))
    }

    pub(super) fn into_parts(self) -> Parts {
        self.0
    }

    pub(super) fn from_parts(parts: Parts) -> Self {
        Self(parts)
    }

    /// The path of the file in the project; of several, the first.
    #[must_use]
    pub fn file(&self) -> &str {
        self.0.texts.first().map_or("", |text| text.file())
    }

    /// The whole document as JSON, keys in the order of the files.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.0.json
    }

    /// The value at a JSON pointer.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.0.json.pointer(pointer)
    }

    /// The place of the value at a JSON pointer; of what should contain it, when it is not there.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        self.0.place(self.0.spans.value(pointer))
    }

    /// The place of the key at a JSON pointer.
    #[must_use]
    pub fn key_place(&self, pointer: &str) -> Place {
        self.0.key_place(pointer)
    }

    /// The text at a JSON pointer with the places of its characters.
    #[must_use]
    pub fn text_at(&self, pointer: &str) -> Option<Text> {
        let text = self.get(pointer)?.as_str()?;
        let spot = self.0.spans.value(pointer);
        Some(Text::new(text, self.0.texts.get(spot.text)?, spot.bytes))
    }
}

/// What the parser says, where its words are about its grammar and not about the text.
fn plain(message: &str) -> &str {
    match message.split_once(", expected ") {
        Some((problem, quotes)) if problem.starts_with("invalid ") && is_quotes(quotes) => {
            "the text is not closed"
        }
        Some(("string values must be quoted", _)) => "a text stands between quotes",
        _ => message,
    }
}

fn is_quotes(text: &str) -> bool {
    let inner = text.trim_matches('`');
    !inner.is_empty() && inner.chars().all(|letter| matches!(letter, '"' | '\''))
}
