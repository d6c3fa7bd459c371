//! `connections.ENVIRONMENT.toml`: values laid over those of connections.toml, never names.

use super::{
    decode::decode,
    layout,
    shelf::{Read, Shelf},
};
use crate::{
    diag::{Diagnostic, Diagnostics, code, suggest, words::list},
    model::{EnvironmentFile, Table},
    project::DEFAULT_ENVIRONMENT,
    toml::{Document, child, overlay},
};

/// The file of an environment, whose connections `base` should have; nothing when there is none, or when it was
/// refused.
pub(super) fn read(
    name: &str,
    base: Option<&Document>,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Option<Document> {
    if name == DEFAULT_ENVIRONMENT {
        return None;
    }
    // Only the project's own folder is looked into, whatever the name says.
    let known = layout::environments(shelf.files());
    if !known.iter().any(|known| known == name) {
        out.push(unknown(name, &known));
        return None;
    }
    let document = match shelf.read(&format!("connections.{name}.toml"), None, out) {
        Read::Text(text) => Document::parse(&text, out)?,
        Read::Missing | Read::Refused => return None,
    };
    // The settings themselves are judged when they are laid over those of connections.toml.
    drop(decode::<Table<EnvironmentFile>>(&document, "", document.json(), out));
    let known = base.map(connection_names);
    let named = connection_names(&document);
    for name in named.iter().filter(|name| known.as_ref().is_some_and(|known| !known.contains(name))) {
        let known: Vec<&str> = known.iter().flatten().map(String::as_str).collect();
        out.push(unknown_connection(&document, name, &known));
    }
    Some(document)
}

/// `base` with the values of `over` laid over those of the connections that it has.
pub(super) fn laid_over(base: Document, over: Document) -> Document {
    overlay(base, over, "/connection")
}

fn connection_names(document: &Document) -> Vec<String> {
    let tables = document.get("/connection").and_then(|tables| tables.as_object());
    tables.into_iter().flat_map(|tables| tables.keys().cloned()).collect()
}

fn unknown(name: &str, known: &[String]) -> Diagnostic {
    let message = format!("there is no environment `{name}`");
    let diagnostic = Diagnostic::error(code::ENVIRONMENT_UNKNOWN, message);
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    match (suggest(name, names.iter().copied()), names.as_slice()) {
        (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
        (None, []) => {
            diagnostic.help("an environment is a file `connections.NAME.toml` beside connections.toml")
        }
        (None, names) => diagnostic.help(format!("there is {}", list(names, "and"))),
    }
}

fn unknown_connection(document: &Document, name: &str, known: &[&str]) -> Diagnostic {
    let message = format!("connections.toml has no connection `{name}`");
    let place = document.key_place(&child("/connection", name));
    let diagnostic = Diagnostic::error(code::CONNECTION_UNKNOWN, message).at(place.clone(), "");
    match suggest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(place, near),
        None => diagnostic.help("an environment changes values of connections and adds none"),
    }
}
