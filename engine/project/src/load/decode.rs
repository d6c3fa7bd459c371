//! From JSON to the tables of `model`, with every mistake and its place.
//!
//! A mistake is reported, its key is taken out, and reading goes on: so one mistake hides no other.

use crate::{
    diag::{
        Diagnostic, Diagnostics, code, suggest,
        words::{Refusal, header, last, list, type_of},
    },
    toml::{Document, child},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use std::{borrow::Cow, collections::BTreeSet};

/// After so many mistakes in one table the rest is not read.
const MOST_MISTAKES: usize = 100;

/// A table and what was taken out of it.
pub(crate) struct Decoded<T> {
    pub(crate) table: T,
    pub(crate) refused: Refused,
}

/// The pointers of what was taken out because its value was wrong: it does not count as missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused(pub(crate) BTreeSet<String>);

impl Refused {
    /// Whether the value at `pointer`, or something that contains it, was refused.
    pub(crate) fn has(&self, pointer: &str) -> bool {
        let parents =
            std::iter::successors(Some(pointer), |at| at.rsplit_once('/').map(|(parent, _)| parent));
        parents.into_iter().any(|at| self.0.contains(at))
    }

    /// Whether the value at `pointer`, or anything around or inside it, was refused.
    pub(crate) fn touches(&self, pointer: &str) -> bool {
        let inside = format!("{pointer}/");
        self.has(pointer) || self.0.iter().any(|at| at.starts_with(&inside))
    }
}

/// Reads the value at `pointer` of a document.
pub(crate) fn decode<T: DeserializeOwned + Default>(
    document: &Document,
    pointer: &str,
    json: &Value,
    out: &mut Diagnostics,
) -> Decoded<T> {
    let mut refused = Refused::default();
    // A copy is made only of what has a mistake.
    let mut json = Cow::Borrowed(json);
    for _ in 0..MOST_MISTAKES {
        let error = match serde_path_to_error::deserialize::<_, T>(&*json) {
            Ok(table) => return Decoded { table, refused },
            Err(error) => error,
        };
        let inside = inside(error.path());
        let at = format!("{pointer}{inside}");
        let message = error.inner().to_string();
        let value = json.pointer(&inside);
        let diagnostic = mistake(document, &at, &message, value.unwrap_or(&Value::Null));
        if diagnostic.code != code::UNKNOWN_KEY {
            refused.0.insert(at);
        }
        out.push(diagnostic);
        if !take_out(json.to_mut(), &inside) {
            break;
        }
    }
    refused.0.insert(pointer.to_owned());
    Decoded { table: T::default(), refused }
}

fn inside(path: &Path) -> String {
    path.iter().fold(String::new(), |out, segment| match segment {
        Segment::Seq { index } => child(&out, index),
        Segment::Map { key } => child(&out, key),
        Segment::Enum { .. } | Segment::Unknown => out,
    })
}

/// Removes the nearest member of a table that contains the value at `pointer`; elements of arrays stay, so
/// that the numbers of their siblings stay right.
fn take_out(json: &mut Value, pointer: &str) -> bool {
    let mut pointer = pointer;
    while let Some((parent, name)) = pointer.rsplit_once('/') {
        if let Some(Value::Object(members)) = json.pointer_mut(parent) {
            let name = name.replace("~1", "/").replace("~0", "~");
            return members.shift_remove(&name).is_some();
        }
        pointer = parent;
    }
    false
}

/// Turns an error of serde, whose text may quote a value, into a diagnostic that does not.
fn mistake(document: &Document, at: &str, message: &str, value: &Value) -> Diagnostic {
    let name = last(at);
    let place = document.place(at);
    match Refusal::of(message) {
        Refusal::UnknownKey { known } => unknown_key(document, at, &known),
        Refusal::UnknownValue { allowed } => {
            let text = format!("`{name}` must be {}", list(&allowed, "or"));
            let near = suggest(value.as_str().unwrap_or_default(), allowed);
            let diagnostic = Diagnostic::error(code::UNKNOWN_VALUE, text).at(place.clone(), "");
            match near {
                Some(near) => {
                    diagnostic.help(format!("did you mean `{near}`?")).fix(place, format!("\"{near}\""))
                }
                None => diagnostic,
            }
        }
        Refusal::WrongType { wanted } => {
            let text = format!("`{name}` must be {wanted}, not {}", type_of(value));
            Diagnostic::error(code::WRONG_TYPE, text).at(place, "")
        }
        // Every key of the files' tables has a default, and no type of theirs has words of its own.
        Refusal::MissingKey { .. } | Refusal::Other => {
            Diagnostic::error(code::WRONG_TYPE, format!("`{name}` is not what belongs here")).at(place, "")
        }
    }
}

/// A key that means nothing where it stands.
pub(crate) fn unknown_key(document: &Document, at: &str, known: &[&str]) -> Diagnostic {
    let name = last(at);
    let parent = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    let place = document.key_place(at);
    let message = format!("unknown key `{name}` in {}", header(parent));
    let diagnostic = Diagnostic::error(code::UNKNOWN_KEY, message).at(place.clone(), "");
    match suggest(&name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(place, near),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("the keys here are {}", list(known, "and"))),
    }
}

/// A key that names something has an empty text; nothing when it has none, or a name.
pub(crate) fn empty_name(document: &Document, at: &str) -> Option<Diagnostic> {
    let is_empty = document.get(at).and_then(Value::as_str) == Some("");
    let message = || format!("`{}` is empty", last(at));
    is_empty.then(|| Diagnostic::error(code::EMPTY_NAME, message()).at(document.place(at), ""))
}

/// A table lacks a key that it needs.
pub(crate) fn missing_key(document: &Document, table: &str, key: &str, example: &str) -> Diagnostic {
    Diagnostic::error(code::MISSING_KEY, format!("{} needs `{key}`", header(table)))
        .at(document.key_place(table), "")
        .help(format!("for example `{key} = {example}`"))
}

/// A file lacks a table that it needs.
pub(crate) fn missing_table(document: &Document, table: &str, line: &str) -> Diagnostic {
    let table = header(table);
    Diagnostic::error(code::MISSING_KEY, format!("this file needs {table}"))
        .at(document.key_place(""), "")
        .help(format!("for example {table} with the line `{line}`"))
}
