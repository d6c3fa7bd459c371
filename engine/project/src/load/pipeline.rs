//! Reads a pipeline file.

use super::{
    connections::Connections,
    decode::{Refused, decode, empty_name, missing_key, missing_table},
    entity, lookup,
    shelf::Shelf,
    test,
};
use crate::{
    PipelineFile,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{PipelineToml, SideTable, Table},
    project::{ConnectionName, Side},
    toml::{Document, child},
};
use std::sync::Arc;

pub(super) fn read(
    document: &Arc<Document>,
    connections: &Connections,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> PipelineFile {
    let decoded = decode::<Table<PipelineToml>>(document, "", document.json().clone(), out);
    let (Table(toml), refused) = (decoded.table, decoded.refused);
    let mut file = PipelineFile {
        file: document.file().to_owned(),
        name: name(document, toml.pipeline.0.name, out),
        description: toml.pipeline.0.description,
        incomplete: refused.0.clone(),
        document: Arc::clone(document),
        ..PipelineFile::default()
    };
    let mut sides = Sides { document, connections, refused: &refused, out };
    file.source = sides.read("source", toml.source.0);
    file.target = sides.read("target", toml.target.0);
    for (name, Table(table)) in toml.lookup {
        match lookup::read(document, &name, table, &refused, shelf, out) {
            Some(lookup) => drop(file.lookups.insert(name, lookup)),
            None => drop(file.incomplete.insert(child("/lookup", &name))),
        }
    }
    if toml.entity.is_empty() && !refused.touches("/entity") {
        out.push(no_entity(document));
    }
    for (name, Table(table)) in toml.entity {
        let entity = entity::read(document, &name, table, &refused, out);
        file.entities.insert(name, entity);
    }
    for (index, Table(table)) in toml.test.into_iter().enumerate() {
        let pointer = child("/test", index);
        match test::read(&file, pointer.clone(), table, &refused, shelf, out) {
            Some(test) => file.tests.push(test),
            None => drop(file.incomplete.insert(pointer)),
        }
    }
    file
}

/// The pipeline's own name, else its file's.
fn name(document: &Document, given: Option<String>, out: &mut Diagnostics) -> String {
    out.extend(empty_name(document, "/pipeline/name"));
    given.filter(|name| !name.is_empty()).unwrap_or_else(|| stem(document.file()))
}

/// The file's name without folder and `.toml`.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name).to_owned()
}

fn no_entity(document: &Document) -> Diagnostic {
    Diagnostic::error(code::PIPELINE_EMPTY, "the pipeline has no entity")
        .at(document.key_place("/pipeline"), "")
        .help("an entity says what becomes of a stream: `[entity.order]` with `from`, `to` and `map`")
}

/// Reads `[source]` and `[target]`.
struct Sides<'a> {
    document: &'a Document,
    connections: &'a Connections,
    refused: &'a Refused,
    out: &'a mut Diagnostics,
}

impl Sides<'_> {
    fn read(&mut self, name: &str, table: SideTable) -> Option<Side> {
        let pointer = child("", name);
        if self.document.get(&pointer).is_none() {
            self.out.push(missing_table(self.document, &pointer, "connection = \"warehouse\""));
            return None;
        }
        let at = child(&pointer, "connection");
        let Some(connection) = table.connection.as_str().map(str::to_owned) else {
            if !self.refused.has(&at) {
                self.out.push(missing_key(self.document, &pointer, "connection", "\"warehouse\""));
            }
            return None;
        };
        let Some(known) = self.connections.known.get(&connection) else {
            self.unknown(&at, &connection);
            return None;
        };
        if let Some(connector) = table.connector.filter(|connector| *connector != known.connector) {
            let message = format!(
                "the connection `{connection}` is of connector `{}`, not `{connector}`",
                known.connector
            );
            let place = self.document.place(&child(&pointer, "connector"));
            let diagnostic = Diagnostic::error(code::CONNECTOR_MISMATCH, message).at(place, "");
            self.out.push(diagnostic.and(known.place("/connector"), "the connection's connector"));
        }
        Some(Side {
            connection: ConnectionName::Named(connection),
            connector: Some(known.connector.clone()),
            options: table.options,
            place: self.document.place(&at),
            pointer,
        })
    }

    fn unknown(&mut self, at: &str, name: &str) {
        if self.connections.unreadable || self.connections.refused.contains(name) {
            return;
        }
        let message = format!("there is no connection `{name}`");
        let place = self.document.place(at);
        let diagnostic = Diagnostic::error(code::CONNECTION_UNKNOWN, message).at(place.clone(), "");
        self.out.push(match suggest(name, self.connections.known.keys().map(String::as_str)) {
            Some(near) => {
                diagnostic.help(format!("did you mean `{near}`?")).fix(place, format!("\"{near}\""))
            }
            None => diagnostic.help(format!("add `[connection.{name}]` to connections.toml")),
        });
    }
}
