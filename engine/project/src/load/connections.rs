//! Reads connections.toml, with an environment's values laid over it.

use super::{
    decode::{decode, missing_key},
    environment,
    shelf::{Read, Shelf},
    variables::Variables,
};
use crate::{
    diag::{Diagnostic, Diagnostics, code, suggest, words::last},
    model::{ConnectionTable, ConnectionsFile, Open, Table},
    project::Connection,
    toml::{Document, child},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The connections of a project.
#[derive(Default)]
pub(super) struct Connections {
    pub(super) known: BTreeMap<String, Connection>,
    /// The names of those that were refused.
    pub(super) refused: BTreeSet<String>,
    /// Whether the file itself was refused, so that nobody knows what it holds.
    pub(super) unreadable: bool,
}

impl Connections {
    /// Whether `name` is a connection, or may be one.
    pub(super) fn may_have(&self, name: &str) -> bool {
        self.unreadable || self.known.contains_key(name) || self.refused.contains(name)
    }

    /// What is said of a connection that does not exist; nothing when it may.
    pub(super) fn unknown(&self, document: &Document, at: &str, name: &str) -> Option<Diagnostic> {
        if self.may_have(name) {
            return None;
        }
        let message = format!("there is no connection `{name}`");
        let diagnostic = Diagnostic::error(code::CONNECTION_UNKNOWN, message).at(document.place(at), "");
        let near = suggest(name, self.known.keys().map(String::as_str));
        Some(diagnostic.meant(near, &format!("add `[connection.{name}]` to connections.toml")))
    }
}

/// Reads the connections, as they are in `environment`.
pub(super) fn read(
    environment: Option<&str>,
    variables: &Variables<'_>,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Connections {
    let mut connections = Connections::default();
    let base = match shelf.read("connections.toml", None, out) {
        Read::Text(text) => Document::parse(&text, out),
        Read::Missing => Some(Document::default()),
        Read::Refused => None,
    };
    // What is wrong with the environment is said even where there is nothing to lay it over.
    let over = environment.and_then(|name| environment::read(name, base.as_ref(), shelf, out));
    let Some(base) = base else { return Connections { unreadable: true, ..connections } };
    let document = Arc::new(match over {
        Some(over) => environment::laid_over(base, over),
        None => base,
    });
    let none = Value::Object(Open::new());
    let json = if document.json().is_null() { &none } else { document.json() };
    let decoded = decode::<Table<ConnectionsFile>>(&document, "", json, out);
    connections.unreadable = decoded.refused.has("/connection");
    connections.refused.extend(decoded.refused.0.iter().map(|pointer| last(pointer)));
    for (name, settings) in decoded.table.0.connection {
        match connection(&document, &name, settings, variables, out) {
            Some(connection) => drop(connections.known.insert(name, connection)),
            None => drop(connections.refused.insert(name)),
        }
    }
    connections
}

fn connection(
    document: &Arc<Document>,
    name: &str,
    mut settings: Open,
    variables: &Variables<'_>,
    out: &mut Diagnostics,
) -> Option<Connection> {
    let pointer = child("/connection", name);
    let mut common = Open::new();
    for key in ConnectionTable::KEYS {
        common.extend(settings.shift_remove(key).map(|value| (key.to_owned(), value)));
    }
    let decoded = decode::<Table<ConnectionTable>>(document, &pointer, &Value::Object(common), out);
    for (key, value) in &mut settings {
        fill(document, &child(&pointer, key), value, variables, out);
    }
    let table = decoded.table.0;
    if table.connector.is_none() && !decoded.refused.has(&child(&pointer, "connector")) {
        out.push(missing_key(document, &pointer, "connector", "\"sqlite\""));
    }
    Some(Connection {
        name: name.to_owned(),
        connector: table.connector?,
        emulate: table.emulate,
        production: table.production,
        settings,
        pointer,
        document: Arc::clone(document),
    })
}

/// Fills in the variables of all texts in a setting.
pub(super) fn fill(
    document: &Document,
    pointer: &str,
    value: &mut Value,
    variables: &Variables<'_>,
    out: &mut Diagnostics,
) {
    match value {
        Value::String(text) => {
            let filled = document.text_at(pointer).and_then(|text| variables.fill(&text, out));
            *text = filled.unwrap_or_default();
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                fill(document, &child(pointer, index), item, variables, out);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                fill(document, &child(pointer, name), member, variables, out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
