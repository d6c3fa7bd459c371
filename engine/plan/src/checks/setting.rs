//! Connections that their connector does not understand.
//!
//! **What it finds.** A connector that this engine does not have (`connection/unknown-connector`), and the
//! first setting that is not what the connector asks for (`connection/setting`).
//!
//! **Why it matters.** The connection could not be opened.
//!
//! **Fails:** `connector = "sqlit"`, `path = 7`.
//!
//! **Passes:** `connector = "sqlite"`, `path = "shop.db"`.

use super::names::{with_keys, with_texts};
use crate::scene::{Scene, settings};
use engine_project::{
    Place,
    diag::{
        Diagnostic, Diagnostics, code,
        words::{Refusal, header, last, list, type_of},
    },
    project::{Connection, Side},
    toml::Document,
};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let sides = [&scene.file.source, &scene.file.target];
    for side in sides.into_iter().flatten() {
        if let Some(connection) = scene.connection(side) {
            one(scene, side, connection, out);
        }
    }
}

fn one(scene: &Scene<'_>, side: &Side, connection: &Connection, out: &mut Diagnostics) {
    let Some(connector) = scene.registry.get(&connection.connector) else {
        let message = format!("there is no connector `{}`", connection.connector);
        let place = connection.place("/connector");
        let unknown = Diagnostic::error(code::CONNECTOR_UNKNOWN, message).at(place, "");
        out.push(with_texts(unknown, &connection.connector, scene.registry.names()));
        return;
    };
    if let Err(error) = connector.check(&settings(connection, side)) {
        let setting = Setting::of(scene, side, connection, &error.pointer);
        out.push(refused(&setting, &error.message));
    }
}

/// A setting where it stands: in connections.toml, or in the options of a pipeline.
struct Setting<'a> {
    document: &'a Document,
    pointer: String,
}

impl<'a> Setting<'a> {
    /// The pipeline's own options win over the connection's settings, so that is where a mistake is.
    fn of(scene: &'a Scene<'_>, side: &Side, connection: &'a Connection, pointer: &str) -> Self {
        let name = pointer.split('/').nth(1).map(|name| last(&format!("/{name}"))).unwrap_or_default();
        if side.options.contains_key(&name) {
            let pointer = format!("{}/options{pointer}", side.pointer);
            return Self { document: &scene.file.document, pointer };
        }
        Self { document: &connection.document, pointer: format!("{}{pointer}", connection.pointer) }
    }

    fn place(&self) -> Place {
        self.document.place(&self.pointer)
    }

    fn key_place(&self) -> Place {
        self.document.key_place(&self.pointer)
    }

    /// The table around it, as its header names it.
    fn table(&self) -> String {
        header(self.pointer.rsplit_once('/').map_or("", |(table, _)| table))
    }
}

/// What a connector says of a setting, without its value: that may be a secret that should not stand there.
fn refused(setting: &Setting<'_>, message: &str) -> Diagnostic {
    let name = last(&setting.pointer);
    let error = |message: String, place| Diagnostic::error(code::CONNECTION_SETTING, message).at(place, "");
    match Refusal::of(message) {
        Refusal::UnknownKey { known } => {
            let unknown = error(format!("unknown key `{name}` in {}", setting.table()), setting.key_place());
            with_keys(unknown, &name, known.into_iter())
        }
        Refusal::UnknownValue { allowed } => {
            error(format!("`{name}` must be {}", list(&allowed, "or")), setting.place())
        }
        Refusal::MissingKey { key } => {
            error(format!("{} needs `{key}`", header(&setting.pointer)), setting.key_place())
        }
        Refusal::WrongType { wanted } => {
            let given = setting.document.get(&setting.pointer).map_or("nothing", type_of);
            error(format!("`{name}` must be {wanted}, not {given}"), setting.place()).hiding_value()
        }
        Refusal::Other => {
            error(format!("`{name}` does not fit the connector: {message}"), setting.place()).hiding_value()
        }
    }
}
