//! What is said about changes of the target where none flow back.
//!
//! **What it finds.** `source_of_truth`, `new_in_target`, `conflict`, `conflict_fields` and `map_back` in an entity that goes
//! one way.
//!
//! **Why it matters.** They decide what happens when both sides change a record. An entity that goes one way never looks at
//! changes of the target, so that its author would rely on what does not happen.
//!
//! **Fails:** `conflict = "newest_wins"` alone.
//!
//! **Passes:** `direction = "two_way"` with it.

use crate::{compile::is_two_way, scene::Scene};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

/// What says something about changes of the target.
const BOTH_WAYS: [&str; 5] = ["source_of_truth", "new_in_target", "conflict", "conflict_fields", "map_back"];

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    if is_two_way(entity) {
        return;
    }
    let pointer = |key: &str| format!("{}/{key}", entity.pointer);
    let given = BOTH_WAYS.into_iter().map(pointer).find(|at| scene.file.document.get(at).is_some());
    let Some(given) = given else { return };
    let message = format!("changes of `{}` go one way only: from the source to the target", entity.name);
    let found = Diagnostic::error(code::ENTITY_ONE_WAY, message).at(scene.file.key_place(&given), "");
    out.push(found.help("remove this line, or let changes flow back: `direction = \"two_way\"`"));
}
