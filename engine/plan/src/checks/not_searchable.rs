//! Searches that the target cannot make.
//!
//! **What it finds.** A `find` of an object that the target does not have, or by a field that the object does not
//! have (`mapping/unknown-find`); and a `find` or a `write.match` by a field by which objects cannot be searched
//! (`mapping/not-searchable`); where that is known.
//!
//! **Why it matters.** The target would refuse the search, and every record that needs it would be blocked.
//!
//! **Fails:** `{ find = "Account", by = "Descripton", value = ... }`.
//!
//! **Passes:** `{ find = "Account", by = "Name", value = ... }`.

use super::names::{with_names, with_texts};
use crate::scene::{
    Scene,
    visit::{self, Sites},
};
use engine_contract::EntitySchema;
use engine_project::{
    Place,
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::{Find, Source},
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, sites: &Sites<'_>, out: &mut Diagnostics) {
    for site in &sites.rules {
        if let Source::Find(find) = &site.rule.source {
            out.extend(find_of(scene, find));
        }
    }
    for (object, _) in visit::objects(entity) {
        let Some(object) = scene.object(object) else { continue };
        for (index, field) in entity.write.match_on.iter().enumerate() {
            let place = || scene.file.place(&format!("{}/write/match/{index}", entity.pointer));
            out.extend(searchable(object, field, place));
        }
    }
}

fn find_of(scene: &Scene<'_>, find: &Find) -> Option<Diagnostic> {
    let target = scene.target()?;
    // An object that was refused is no name.
    if find.object.is_empty() {
        return None;
    }
    let Some(object) = scene.object(&find.object) else {
        let message = format!("the target has no object `{}`", find.object);
        let unknown = Diagnostic::error(code::FIND_UNKNOWN, message).at(find.place.clone(), "");
        let names = target.objects.iter().map(|object| object.name.as_str());
        return Some(with_texts(unknown, &find.object, names));
    };
    if find.by.is_empty() {
        return None;
    }
    if !object.fields.is_empty() && object.field(&find.by).is_none() {
        let message = format!("`{}` has no field `{}`", object.name, find.by);
        let unknown = Diagnostic::error(code::FIND_UNKNOWN, message).at(find.by_place.clone(), "");
        return Some(with_texts(unknown, &find.by, searched(object).into_iter()));
    }
    searchable(object, &find.by, || find.by_place.clone())
}

fn searchable(object: &EntitySchema, field: &str, place: impl Fn() -> Place) -> Option<Diagnostic> {
    let by = &object.offer.find_by;
    if by.is_empty() || by.iter().any(|name| name == field) {
        return None;
    }
    let message = format!("`{}` cannot be searched by `{field}`", object.name);
    let found = Diagnostic::error(code::NOT_SEARCHABLE, message).at(place(), "");
    Some(with_names(found, field, by.iter().map(String::as_str)))
}

/// The fields by which an object can be searched.
fn searched(object: &EntitySchema) -> Vec<&str> {
    if object.offer.find_by.is_empty() {
        object.fields.iter().map(|field| field.name.as_str()).collect()
    } else {
        object.offer.find_by.iter().map(String::as_str).collect()
    }
}
