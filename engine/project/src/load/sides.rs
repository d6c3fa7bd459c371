//! Reads `[source]` and `[target]`.

use super::{
    decode::{Refused, decode, empty_name, missing_key, missing_table},
    pipeline::Surroundings,
};
use crate::{
    diag::{Diagnostic, Diagnostics, code},
    model::{BindTable, SideTable, Table},
    project::{Connection, ConnectionName, Side},
    toml::{Document, child},
};
use serde_json::Value;

/// What sides are read with.
pub(super) struct Sides<'a> {
    pub(super) document: &'a Document,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) refused: &'a Refused,
    pub(super) out: &'a mut Diagnostics,
}

impl Sides<'_> {
    pub(super) fn read(&mut self, name: &str, table: SideTable) -> Option<Side> {
        let pointer = child("", name);
        if self.document.get(&pointer).is_none() {
            self.out.push(missing_table(self.document, &pointer, "connection = \"warehouse\""));
            return None;
        }
        let at = child(&pointer, "connection");
        let (connection, connector) = match &table.connection {
            Value::String(name) => {
                let around = self.around;
                self.out.extend(around.connections.unknown(self.document, &at, name));
                let known = around.connections.known.get(name)?;
                self.check_connector(&pointer, table.connector.as_deref(), known);
                (ConnectionName::Named(name.clone()), Some(known.connector.clone()))
            }
            Value::Object(_) => (self.bound(&at, &table.connection)?, table.connector),
            other => {
                self.refuse(&pointer, &at, other);
                return None;
            }
        };
        Some(Side { connection, connector, options: table.options, place: self.document.place(&at), pointer })
    }

    fn check_connector(&mut self, pointer: &str, connector: Option<&str>, known: &Connection) {
        let Some(connector) = connector.filter(|connector| *connector != known.connector) else { return };
        let place = self.document.place(&child(pointer, "connector"));
        self.out.push(
            mismatch(known, connector)
                .at(place, "")
                .and(known.place("/connector"), "the connection's connector"),
        );
    }

    fn bound(&mut self, at: &str, value: &Value) -> Option<ConnectionName> {
        let decoded = decode::<Table<BindTable>>(self.document, at, value, self.out);
        let bind = child(at, "bind");
        self.out.extend(empty_name(self.document, &bind));
        let Some(name) = decoded.table.0.bind else {
            if !decoded.refused.has(&bind) {
                self.out.push(missing_key(self.document, at, "bind", "\"store\""));
            }
            return None;
        };
        if !self.around.has_tenants {
            let message = format!("nothing binds `{name}`: the project has no tenants");
            let diagnostic = Diagnostic::error(code::TENANT_NONE, message).at(self.document.place(&bind), "");
            self.out.push(diagnostic.help(format!(
                "name a connection of connections.toml, or add tenants/NAME.toml with `[bind]` and `{name} = \"...\"`"
            )));
        }
        Some(ConnectionName::Bound(name))
    }

    fn refuse(&mut self, pointer: &str, at: &str, value: &Value) {
        if value.is_null() {
            // A number without an exact value has been reported.
            if !self.refused.has(at) && self.document.get(at).is_none() {
                self.out.push(missing_key(self.document, pointer, "connection", "\"warehouse\""));
            }
            return;
        }
        let message = "`connection` must be a text, or a table with `bind`";
        let diagnostic = Diagnostic::error(code::WRONG_TYPE, message).at(self.document.place(at), "");
        self.out.push(
            diagnostic
                .help("for example `connection = \"warehouse\"` or `connection = { bind = \"warehouse\" }`"),
        );
    }
}

/// A connection is of another connector than a pipeline says.
pub(super) fn mismatch(known: &Connection, connector: &str) -> Diagnostic {
    let message =
        format!("the connection `{}` is of connector `{}`, not `{connector}`", known.name, known.connector);
    Diagnostic::error(code::CONNECTOR_MISMATCH, message)
}
