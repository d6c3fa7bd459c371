//! Reads which way the changes of an entity flow, and who wins.

use super::decode::decode;
use crate::{
    Place,
    model::{Conflict, EntityTable, Open},
    project::SyncPolicy,
    rule::{Reader, Rule, is_rule},
    toml::child,
};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// Reads the policy of the entity at `pointer`.
pub(super) fn read(pointer: &str, table: &EntityTable, reader: &mut Reader<'_, '_>) -> SyncPolicy {
    let mut conflict_fields = IndexMap::new();
    fields(&child(pointer, "conflict_fields"), "", &table.conflict_fields, reader, &mut conflict_fields);
    let mut map_back = IndexMap::new();
    rules(&child(pointer, "map_back"), "", &table.map_back, reader, &mut map_back);
    SyncPolicy {
        direction: table.direction,
        source_of_truth: table.source_of_truth,
        new_in_target: table.new_in_target,
        conflict: table.conflict,
        conflict_fields,
        map_back,
    }
}

/// The policies of fields, by their dotted paths: nested tables are dots.
fn fields(
    pointer: &str,
    before: &str,
    table: &Open,
    reader: &mut Reader<'_, '_>,
    found: &mut IndexMap<String, (Conflict, Place)>,
) {
    for (name, value) in table {
        let (pointer, path) = (child(pointer, name), dotted(before, name));
        if let Json::Object(members) = value {
            fields(&pointer, &path, members, reader, found);
            continue;
        }
        let decoded = decode::<Conflict>(reader.document, &pointer, value, reader.out);
        if decoded.refused.0.is_empty() {
            found.insert(path, (decoded.table, reader.document.key_place(&pointer)));
        }
    }
}

/// The rules of source fields, by their dotted paths: nested tables that are no rules are dots.
fn rules(
    pointer: &str,
    before: &str,
    table: &Open,
    reader: &mut Reader<'_, '_>,
    found: &mut IndexMap<String, Rule>,
) {
    for (name, value) in table {
        let (pointer, path) = (child(pointer, name), dotted(before, name));
        match value {
            Json::Object(members) if !is_rule(members) => rules(&pointer, &path, members, reader, found),
            Json::Array(_) => reader.wrong_type(&pointer, name, "one rule", value),
            _ => found.extend(reader.rule(&pointer, value).map(|rule| (path, rule))),
        }
    }
}

fn dotted(before: &str, name: &str) -> String {
    if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") }
}
