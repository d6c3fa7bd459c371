//! Fields that cannot say whether an object is deleted.
//!
//! **What it finds.** With `delete = "soft"`: a `deleted_field` that the target object does not have, that can hold
//! neither a time which may be missing nor a flag, or that the map fills too; and a `deleted_field` without
//! `delete = "soft"`.
//!
//! **Why it matters.** Nothing could be marked, or the map would take the mark away again.
//!
//! **Fails:** `delete = "soft"` for a table without a column `deleted_at`.
//!
//! **Passes:** `delete = "soft", deleted_field = "is_deleted"` with a column `is_deleted boolean`.

use super::{
    missing_field::maps,
    names::{with_names, with_texts},
};
use crate::{
    compile::deleted_field,
    scene::{Scene, merged, visit},
};
use engine_project::{
    Place,
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    toml::child,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let write = child(&entity.pointer, "write");
    let own = child(&write, "deleted_field");
    let error = |message: String, place: Place| Diagnostic::error(code::DELETED_FIELD, message).at(place, "");
    let Some(field) = deleted_field(entity) else {
        if entity.write.deleted_field.is_some() && !scene.is_refused(&["entity", &entity.name, "write"]) {
            let message = "`deleted_field` needs `delete = \"soft\"`".to_owned();
            out.push(error(message, scene.file.key_place(&own)));
        }
        return;
    };
    let place = match &entity.write.deleted_field {
        Some(_) => scene.file.place(&own),
        None => scene.file.place(&child(&write, "delete")),
    };
    let mut maps_of_routes = entity.routes.iter().map(|route| merged(&entity.map, &route.map));
    if maps(&entity.map, field) || maps_of_routes.any(|map| maps(&map, field)) {
        let message = format!("`{field}` says whether an object is deleted, and the map fills it too");
        out.push(error(message, place).help("take it out of the map, or name another `deleted_field`"));
        return;
    }
    for (object, _) in visit::objects(entity) {
        let Some(schema) = scene.schema(object) else { continue };
        // That it has no soft deletes at all is said of the word.
        if scene.policies(object).is_some_and(|offer| !offer.delete.iter().any(|word| word == "soft")) {
            continue;
        }
        let able = || schema.fields.iter().filter(|field| field.deleted_mark().is_some());
        match schema.field(field) {
            None => {
                let message = format!("`{object}` has no field `{field}`, which would mark what is deleted");
                let found = error(message, place.clone());
                let able = able().map(|field| field.name.as_str());
                let is_named = entity.write.deleted_field.is_some();
                out.push(if is_named {
                    with_texts(found, field, able)
                } else {
                    with_names(found, field, able)
                });
            }
            Some(known) if known.deleted_mark().is_none() => {
                let message = format!(
                    "`{field}` of `{object}` cannot mark what is deleted: it is {}",
                    known.kind.as_str()
                );
                let help = "that takes a date and time which may be missing, a boolean or an integer";
                out.push(error(message, place.clone()).help(help));
            }
            Some(_) => {}
        }
    }
}
