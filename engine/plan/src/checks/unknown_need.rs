//! Needed entities that the pipeline does not have.
//!
//! **What it finds.** A name in `needs` that is no entity of the pipeline.
//!
//! **Why it matters.** The order that was meant would not be kept.
//!
//! **Fails:** `needs = ["prodct"]`.
//!
//! **Passes:** `needs = ["product"]`.

use super::names::with_texts;
use crate::scene::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    for (index, need) in entity.needs.iter().enumerate() {
        if scene.has_entity(need) {
            continue;
        }
        let place = scene.file.place(&format!("{}/needs/{index}", entity.pointer));
        let unknown =
            Diagnostic::error(code::NEED_UNKNOWN, format!("there is no entity `{need}`")).at(place, "");
        out.push(with_texts(unknown, need, scene.file.entities.keys().map(String::as_str)));
    }
}
