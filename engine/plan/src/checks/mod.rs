//! What is checked before a pipeline is lowered.
//!
//! One rule is one file: its head is its manual page, and one function says everything that breaks the rule.
//! Checks do not depend on each other; a name that the loader refused is not reported again as missing.

mod bad_path;
mod bad_script;
mod cycle;
mod missing_field;
mod names;
mod nothing_offered;
mod on_in_key;
mod reference_in_key;
mod setting;
mod transform;
mod unknown_cursor;
mod unknown_field;
mod unknown_lookup;
mod unknown_need;
mod unknown_object;
mod unknown_reference;
mod unknown_stream;
mod unknown_write_field;
pub(crate) mod visit;

#[cfg(test)]
mod tests;

use crate::compile::Scene;
use engine_project::diag::Diagnostics;

/// Runs every check.
pub(crate) fn run(scene: &Scene<'_>, out: &mut Diagnostics) {
    setting::check(scene, out);
    nothing_offered::check(scene, out);
    cycle::check(scene, out);
    for entity in scene.file.entities.values() {
        unknown_stream::check(scene, entity, out);
        unknown_cursor::check(scene, entity, out);
        unknown_object::check(scene, entity, out);
        unknown_need::check(scene, entity, out);
        unknown_write_field::check(scene, entity, out);
        unknown_field::check(scene, entity, out);
        missing_field::check(scene, entity, out);
        bad_path::check(entity, out);
        bad_script::check(entity, out);
        transform::check(scene, entity, out);
        unknown_lookup::check(scene, entity, out);
        unknown_reference::check(scene, entity, out);
        reference_in_key::check(entity, out);
        on_in_key::check(scene, entity, out);
    }
}
