//! Fields of `write` that the map does not fill.
//!
//! **What it finds.** A name in `write.match` or `write.replace_within` that some route's map does not have.
//!
//! **Why it matters.** Objects could not be told apart by a field that is never sent.
//!
//! **Fails:** `match = ["sku"]` with a map that has no `sku`.
//!
//! **Passes:** the same with `map.sku = "$.sku"`.

use super::{missing_field::maps, names::with_texts};
use crate::scene::{Scene, merged};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::Members,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    if entity.map.is_empty() && entity.routes.iter().all(|route| route.map.is_empty()) {
        return;
    }
    let maps_of_routes: Vec<Members> = match &entity.to {
        Some(_) => vec![entity.map.clone()],
        None => entity.routes.iter().map(|route| merged(&entity.map, &route.map)).collect(),
    };
    let lists = [("match", &entity.write.match_on), ("replace_within", &entity.write.replace_within)];
    for (list, names) in lists {
        for (index, name) in names.iter().enumerate() {
            let Some(map) = maps_of_routes.iter().find(|map| !maps(map, name)) else { continue };
            let place = scene.file.place(&format!("{}/write/{list}/{index}", entity.pointer));
            let message = format!("the map of `{}` does not fill `{name}`", entity.name);
            let found = Diagnostic::error(code::WRITE_FIELD, message).at(place, "");
            out.push(with_texts(found, name, map.keys().map(String::as_str)));
        }
    }
}
