//! Reads connections.toml.

use super::{
    decode::{decode, missing_key},
    shelf::{Read, Shelf},
    variables::Variables,
};
use crate::{
    diag::{Diagnostics, words::last},
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

pub(super) fn read(shelf: &mut Shelf<'_>, variables: &Variables<'_>, out: &mut Diagnostics) -> Connections {
    let mut connections = Connections::default();
    let text = match shelf.read("connections.toml", None, out) {
        Read::Text(text) => text,
        Read::Missing => return connections,
        Read::Refused => return Connections { unreadable: true, ..connections },
    };
    let Some(document) = Document::parse(&text, out).map(Arc::new) else {
        return Connections { unreadable: true, ..connections };
    };
    let decoded = decode::<Table<ConnectionsFile>>(&document, "", document.json().clone(), out);
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
    let decoded = decode::<Table<ConnectionTable>>(document, &pointer, Value::Object(common), out);
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
        settings,
        pointer,
        document: Arc::clone(document),
    })
}

/// Fills in the variables of all texts in a setting.
fn fill(
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
