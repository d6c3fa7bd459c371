//! Reads an entity.

use super::{
    decode::{Refused, missing_key},
    route,
};
use crate::{
    Text,
    diag::{Diagnostic, Diagnostics, code},
    model::{EntityTable, Open},
    project::{Entity, EntitySource},
    rule::Reader,
    toml::{Document, child},
};
use engine_contract::Value;
use serde_json::Value as Json;

/// Reads an entity; nothing when it lacks its stream or its target object.
pub(super) fn read(
    document: &Document,
    name: &str,
    table: EntityTable,
    refused: &Refused,
    out: &mut Diagnostics,
) -> Option<Entity> {
    let pointer = child("/entity", name);
    let mut reader = Reader { document, out };
    check(&pointer, &table, refused, &mut reader);
    let at = |key: &str| child(&pointer, key);
    let text = |key: &str, is_given: bool| if is_given { document.text_at(&at(key)) } else { None };
    let routes = route::read(&at("route"), table.route, refused, &mut reader);
    let has_target = table.to.is_some() || !routes.is_empty();
    let entity = Entity {
        name: name.to_owned(),
        from: table.from.clone().unwrap_or_default(),
        needs: table.needs,
        key: reader.key(&at("key"), &table.key),
        each: each(&mut reader, &at("each"), table.each.is_some()),
        each_key: reader.key(&at("each_key"), &table.each_key),
        when: text("when", table.when.is_some()),
        source: source(&mut reader, &at("source"), table.source),
        write: table.write.0,
        map: reader.members(&at("map"), &table.map),
        routes,
        to: table.to,
        place: document.key_place(&pointer),
        pointer: pointer.clone(),
    };
    (table.from.is_some() && has_target).then_some(entity)
}

fn each(reader: &mut Reader<'_>, pointer: &str, is_given: bool) -> Option<Text> {
    if is_given { reader.path(pointer) } else { None }
}

/// The cursor, and the rest for the connector.
fn source(reader: &mut Reader<'_>, pointer: &str, mut options: Open) -> EntitySource {
    let cursor = match options.shift_remove("cursor") {
        Some(Json::String(cursor)) => Some(cursor),
        Some(other) => {
            reader.wrong_type(&child(pointer, "cursor"), "cursor", "a text", &other);
            None
        }
        None => None,
    };
    let options = options.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    EntitySource { cursor, options }
}

/// Checks what an entity must have, and what goes only together.
fn check(pointer: &str, table: &EntityTable, refused: &Refused, reader: &mut Reader<'_>) {
    let (document, out) = (reader.document, &mut *reader.out);
    let was_refused = |key: &str| refused.has(&child(pointer, key));
    if table.from.is_none() && !was_refused("from") {
        out.push(missing_key(document, pointer, "from", "\"orders\""));
    }
    let place = || document.key_place(pointer);
    let name = super::decode::last(pointer);
    if table.to.is_some() != table.route.is_empty() && !was_refused("to") && !was_refused("route") {
        let problem = if table.to.is_some() { "both a target object and routes" } else { "no target object" };
        let message = format!("the entity `{name}` has {problem}");
        let diagnostic = Diagnostic::error(code::ENTITY_TARGET, message).at(place(), "");
        out.push(diagnostic.help(format!("give it `to = \"...\"`, or routes: `[entity.{name}.route.paid]`")));
    }
    let maps_nothing = table.map.is_empty() && table.route.values().all(|route| route.map.is_empty());
    if maps_nothing && !was_refused("map") && !was_refused("route") {
        let message = format!("the entity `{name}` maps no field");
        let diagnostic = Diagnostic::error(code::ENTITY_NO_MAP, message).at(place(), "");
        out.push(
            diagnostic.help(format!("write `[entity.{name}.map]` with lines such as `Name = \"$.name\"`")),
        );
    }
    let has_each_key = !table.each_key.is_null();
    if table.each.is_some() != has_each_key && !was_refused("each") {
        let (there, missing) = if has_each_key { ("each_key", "each") } else { ("each", "each_key") };
        let message = format!("`{there}` needs `{missing}`");
        let diagnostic =
            Diagnostic::error(code::ENTITY_EACH, message).at(document.key_place(&child(pointer, there)), "");
        out.push(
            diagnostic.help("`each` names the elements, `each_key` what identifies one: never its position"),
        );
    }
}
