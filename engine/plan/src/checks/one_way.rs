//! Rules for changes that flow back.
//!
//! **What it finds.** `direction = "two_way"`, and the settings that mean something only there: `source_of_truth`,
//! `conflict`, `conflict_fields` and `map_back`.
//!
//! **Why it matters.** Runs carry changes from the source to the target only. An author who asks for more would rely on
//! what does not happen.
//!
//! **Fails:** `direction = "two_way"`.
//!
//! **Passes:** `direction = "one_way"`, or no such line.

use crate::scene::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    model::Direction,
    project::Entity,
};

/// What says something about changes of the target.
const BOTH_WAYS: [&str; 4] = ["source_of_truth", "conflict", "conflict_fields", "map_back"];

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let pointer = |key: &str| format!("{}/{key}", entity.pointer);
    let direction = pointer("direction");
    let place = if entity.policy.direction == Direction::TwoWay {
        scene.file.place(&direction)
    } else {
        let given = BOTH_WAYS.into_iter().map(pointer).find(|at| scene.file.document.get(at).is_some());
        let Some(given) = given else { return };
        scene.file.key_place(&given)
    };
    let message = format!("changes of `{}` go one way only: from the source to the target", entity.name);
    let found = Diagnostic::error(code::ENTITY_ONE_WAY, message).at(place, "");
    out.push(found.help("remove what speaks of changes in the target: nothing would carry them back"));
}
