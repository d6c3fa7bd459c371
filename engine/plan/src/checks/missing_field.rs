//! Required fields that nobody maps.
//!
//! **What it finds.** A field that the target requires on a create and that an entity's map, with the
//! route's laid over it, does not have.
//!
//! **Why it matters.** The target would refuse every create.
//!
//! **Fails:** a map without `id` for a table whose `id` is `NOT NULL` and has no default.
//!
//! **Passes:** `id = "$.id"`.

use crate::compile::{Scene, merged};
use engine_project::{
    Place,
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::{Members, Node},
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    // That nothing is mapped, or that a map was refused, has been reported.
    let maps_nothing = entity.map.is_empty() && entity.routes.iter().all(|route| route.map.is_empty());
    if maps_nothing || scene.is_refused(&["entity", &entity.name, "map"]) {
        return;
    }
    if let Some(object) = entity.to.as_ref().filter(|_| entity.routes.is_empty()) {
        one(scene, object, &entity.map, &entity.place, out);
    }
    let was_refused = |route: &str| scene.is_refused(&["entity", &entity.name, "route", route, "map"]);
    for route in entity.routes.iter().filter(|route| !was_refused(&route.name)) {
        one(scene, &route.to, &merged(&entity.map, &route.map), &route.place, out);
    }
}

fn one(scene: &Scene<'_>, object: &str, map: &Members, place: &Place, out: &mut Diagnostics) {
    let fields = scene.schema(object).map(|schema| schema.fields.as_slice()).unwrap_or_default();
    for field in fields.iter().filter(|field| field.required && !field.read_only) {
        if !maps(map, &field.name) {
            let message = format!("`{object}` requires `{}`, and the map does not fill it", field.name);
            let missing = Diagnostic::error(code::FIELD_MISSING, message).at(place.clone(), "");
            out.push(missing.help(format!("add `{} = \"$...\"` to the map", field.name)));
        }
    }
}

/// Whether a map fills a field, by its own name or by its dotted path.
pub(super) fn maps(map: &Members, field: &str) -> bool {
    if map.contains_key(field) {
        return true;
    }
    let Some((first, rest)) = field.split_once('.') else { return false };
    match map.get(first).map(|member| &member.node) {
        Some(Node::Object(object)) => maps(object, rest),
        _ => false,
    }
}
