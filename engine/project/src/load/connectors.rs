//! Reads the connectors that a project brings: connectors/NAME/.

use super::shelf::{Read, Shelf};
use crate::{
    connector::{CONNECTORS, ConnectorFiles, MANIFEST},
    diag::{Diagnostic, Diagnostics, code},
    toml::Document,
};
use std::{collections::BTreeMap, sync::Arc};

/// The file of hooks.
const HOOKS: &str = "hooks.rhai";
/// The folders of field schemas.
const SCHEMAS: [&str; 2] = ["streams", "objects"];

/// Reads the files of all connectors. Recorded exchanges, pictures and the like are left where they are.
pub(super) fn read(shelf: &mut Shelf<'_>, out: &mut Diagnostics) -> BTreeMap<String, ConnectorFiles> {
    let names = match shelf.files().folders(CONNECTORS) {
        Ok(names) => names,
        Err(error) => {
            let message = format!("cannot read {CONNECTORS}: {error}");
            out.push(Diagnostic::error(code::FILE_UNREADABLE, message));
            return BTreeMap::new();
        }
    };
    let names = names.into_iter().filter(|name| !name.starts_with('.'));
    names.map(|name| (name.clone(), one(name, shelf, out))).collect()
}

fn one(name: String, shelf: &mut Shelf<'_>, out: &mut Diagnostics) -> ConnectorFiles {
    let mut found = ConnectorFiles { name, is_readable: true, ..ConnectorFiles::default() };
    for file in std::iter::once(MANIFEST.to_owned()).chain(parts(&found.folder(), shelf, out)) {
        match shelf.read(&format!("{}/{file}", found.folder()), None, out) {
            Read::Text(text) => {
                if file == MANIFEST {
                    found.manifest = Document::parse(&text, out).map(Arc::new);
                    found.is_readable &= found.manifest.is_some();
                }
                found.texts.insert(file, text);
            }
            Read::Missing => {}
            Read::Refused => found.is_readable = false,
        }
    }
    found
}

/// The hooks and the field schemas, as far as they can be listed.
fn parts(folder: &str, shelf: &Shelf<'_>, out: &mut Diagnostics) -> Vec<String> {
    let mut parts = vec![HOOKS.to_owned()];
    for kind in SCHEMAS {
        let inside = format!("{folder}/{kind}");
        match shelf.files().list(&inside) {
            Ok(names) => {
                let schemas = names.into_iter().filter(|name| name.strip_suffix(".json").is_some());
                parts.extend(schemas.map(|name| format!("{kind}/{name}")));
            }
            Err(error) => {
                out.push(Diagnostic::error(code::FILE_UNREADABLE, format!("cannot read {inside}: {error}")));
            }
        }
    }
    parts
}
