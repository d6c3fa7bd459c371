//! Reads an entity.

use super::{
    assert,
    decode::{Refused, decode, empty_name, missing_key},
    policy, route,
};
use crate::{
    Text,
    diag::{Code, Diagnostic, code, words::last},
    model::{EntitySourceTable, EntityTable, Open, Table},
    project::{Entity, EntitySource},
    rule::Reader,
    toml::{Document, child},
};
use serde_json::Value as Json;

/// Reads an entity. One that lacks its stream or its target object is kept, so that the rest of it is judged.
pub(super) fn read(name: &str, table: EntityTable, refused: &Refused, reader: &mut Reader<'_, '_>) -> Entity {
    let pointer = child("/entity", name);
    check(&pointer, &table, refused, reader);
    let document = reader.document;
    let at = |key: &str| child(&pointer, key);
    let text = |key: &str, is_given: bool| if is_given { document.text_at(&at(key)) } else { None };
    let is_given = |key: &str| document.get(&at(key)).is_some();
    Entity {
        name: name.to_owned(),
        key: reader.key(&at("key"), &table.key),
        each: each(reader, &at("each"), table.each.is_some()),
        each_key: reader.key(&at("each_key"), &table.each_key),
        has_elements: is_given("each") || is_given("each_key"),
        when: text("when", table.when.is_some()),
        when_ref: table.when_ref.as_ref().and_then(|table| reader.when_ref(&at("when_ref"), table)),
        policy: policy::read(&pointer, &table, reader),
        from: table.from.unwrap_or_default(),
        needs: table.needs,
        source: source(reader, &at("source"), table.source),
        write: table.write.0,
        map: reader.members(&at("map"), &table.map),
        routes: route::read(&at("route"), table.route, refused, reader),
        asserts: assert::read(&at("assert"), table.assert, refused, reader),
        to: table.to.filter(|to| !to.is_empty()),
        place: document.key_place(&pointer),
        pointer,
    }
}

fn each(reader: &mut Reader<'_, '_>, pointer: &str, is_given: bool) -> Option<Text> {
    if is_given { reader.path(pointer) } else { None }
}

/// The cursor, the filter, and the rest for the connector.
fn source(reader: &mut Reader<'_, '_>, pointer: &str, mut options: Open) -> EntitySource {
    let mut common = Open::new();
    for key in EntitySourceTable::KEYS {
        common.extend(options.shift_remove(key).map(|value| (key.to_owned(), value)));
    }
    let common = Json::Object(common);
    let Table(table) =
        decode::<Table<EntitySourceTable>>(reader.document, pointer, &common, reader.out).table;
    EntitySource { cursor: table.cursor, filter: table.filter, options }
}

/// Checks what an entity must have, and what goes only together.
fn check(pointer: &str, table: &EntityTable, refused: &Refused, reader: &mut Reader<'_, '_>) {
    let (document, out) = (reader.document, &mut *reader.out);
    let checked = Checked { document, pointer, table, refused };
    out.extend(checked.name());
    for key in ["from", "to"] {
        out.extend(empty_name(document, &child(pointer, key)));
    }
    if table.from.is_none() && !checked.was_refused("from") {
        out.push(missing_key(document, pointer, "from", "\"orders\""));
    }
    out.extend(checked.target());
    out.extend(checked.map());
    out.extend(checked.each());
    out.extend(checked.write());
}

/// An entity whose parts are checked against each other.
struct Checked<'a> {
    document: &'a Document,
    pointer: &'a str,
    table: &'a EntityTable,
    refused: &'a Refused,
}

impl Checked<'_> {
    fn was_refused(&self, key: &str) -> bool {
        self.refused.has(&child(self.pointer, key))
    }

    fn error(&self, code: Code, message: String) -> Diagnostic {
        Diagnostic::error(code, message).at(self.document.key_place(self.pointer), "")
    }

    fn name(&self) -> Option<Diagnostic> {
        let name = last(self.pointer);
        let problem = match name.as_str() {
            "" => "the name of an entity is empty".to_owned(),
            dotted if dotted.contains('.') => format!("the name of the entity `{name}` contains a dot"),
            _ => return None,
        };
        let help = "references name an entity, or an entity, a dot and a route: `ref = \"order.paid\"`";
        Some(self.error(code::ENTITY_NAME, problem).help(help))
    }

    fn target(&self) -> Option<Diagnostic> {
        let (has_object, has_routes) = (self.table.to.is_some(), !self.table.route.is_empty());
        if has_object != has_routes || self.was_refused("to") || self.was_refused("route") {
            return None;
        }
        let name = last(self.pointer);
        let error =
            |problem: &str| self.error(code::ENTITY_TARGET, format!("the entity `{name}` has {problem}"));
        Some(if has_object {
            error("both a target object and routes").help("remove one of them")
        } else {
            let help = format!("give it `to = \"...\"`, or routes: `[entity.{name}.route.paid]`");
            error("no target object").help(help)
        })
    }

    fn map(&self) -> Option<Diagnostic> {
        let maps = !self.table.map.is_empty() || self.table.route.values().any(|route| !route.map.is_empty());
        if maps || self.refused.touches(&child(self.pointer, "route")) || self.was_refused("map") {
            return None;
        }
        let name = last(self.pointer);
        let error = self.error(code::ENTITY_NO_MAP, format!("the entity `{name}` maps no field"));
        Some(error.help(format!("write `[entity.{name}.map]` with lines such as `Name = \"$.name\"`")))
    }

    fn each(&self) -> Option<Diagnostic> {
        let has_each_key = !self.table.each_key.is_null();
        if self.table.each.is_some() == has_each_key || self.was_refused("each") {
            return None;
        }
        let (there, missing) = if has_each_key { ("each_key", "each") } else { ("each", "each_key") };
        let place = self.document.key_place(&child(self.pointer, there));
        let error =
            Diagnostic::error(code::ENTITY_EACH, format!("`{there}` needs `{missing}`")).at(place, "");
        Some(error.help("`each` names the elements, `each_key` what identifies one: never its position"))
    }

    fn write(&self) -> Vec<Diagnostic> {
        let at = child(self.pointer, "write");
        let mut out = Vec::new();
        let (write, has_each) =
            (&self.table.write, self.document.get(&child(self.pointer, "each")).is_some());
        if !write.replace_within.is_empty() && !has_each {
            let place = self.document.key_place(&child(&at, "replace_within"));
            let error =
                Diagnostic::error(code::REPLACE_WITHOUT_EACH, "`replace_within` needs `each`").at(place, "");
            out.push(
                error.help("only elements of one record are siblings, and can be gone while it is there"),
            );
        }
        for (list, names) in [("match", &write.match_on), ("replace_within", &write.replace_within)] {
            for (index, name) in names.iter().enumerate() {
                let Some(first) = names.iter().take(index).position(|before| before == name) else {
                    continue;
                };
                let place = |index: usize| self.document.place(&child(&child(&at, list), index));
                let message = format!("`{name}` stands twice in `{list}`");
                let error = Diagnostic::error(code::WRITE_FIELD_TWICE, message).at(place(index), "");
                out.push(error.and(place(first), "first here").help("remove one of them"));
            }
        }
        out
    }
}
