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

use super::with_names;
use crate::compile::{Scene, settings};
use engine_project::{
    Place,
    diag::{Diagnostic, Diagnostics, code},
    project::{Connection, Side},
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
        out.push(with_names(unknown, &connection.connector, scene.registry.names()));
        return;
    };
    if let Err(error) = connector.check(&settings(connection, side)) {
        let message = format!("`{}` does not fit its connector", connection.name);
        let place = place(scene, side, connection, &error.pointer);
        out.push(
            Diagnostic::error(code::CONNECTION_SETTING, message).at(place, without_values(&error.message)),
        );
    }
}

/// The pipeline's own options win over the connection's settings, so that is where a mistake is.
fn place(scene: &Scene<'_>, side: &Side, connection: &Connection, pointer: &str) -> Place {
    let name = pointer.split('/').nth(1).unwrap_or_default();
    if side.options.contains_key(name) {
        return scene.file.place(&format!("{}/options{pointer}", side.pointer));
    }
    connection.place(pointer)
}

/// A text in a setting may be a secret that should not stand there.
pub(super) fn without_values(message: &str) -> String {
    match (message.split_once("string \""), message.rsplit_once("\", expected")) {
        (Some((before, _)), Some((_, after))) => format!("{before}a string, expected{after}"),
        _ => message.to_owned(),
    }
}
