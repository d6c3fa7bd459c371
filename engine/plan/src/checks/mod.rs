//! What is checked before a pipeline is lowered.
//!
//! One rule is one file: its head is its manual page, and one function says everything that breaks the rule.
//! Checks do not depend on each other; a name that the loader refused is not reported again as missing.

mod bad_path;
mod bad_script;
mod cycle;
mod filter;
mod missing_field;
mod names;
mod not_offered;
mod not_searchable;
mod nothing_offered;
mod on_in_key;
mod path_filter;
mod path_shape;
mod read_only_object;
mod reference_in_key;
mod setting;
mod swept;
mod test_stub;
mod transform;
pub(crate) mod types;
mod unknown_cursor;
mod unknown_field;
mod unknown_lookup;
mod unknown_need;
mod unknown_object;
mod unknown_path;
mod unknown_reference;
mod unknown_stream;
mod unknown_write_field;
mod unused;
mod variables;
pub(crate) mod visit;

#[cfg(test)]
mod tests;

use crate::compile::Scene;
use engine_project::{diag::Diagnostics, project::Entity};
use types::Mapped;

/// Runs every check.
pub(crate) fn run(scene: &Scene<'_>, out: &mut Diagnostics) {
    setting::check(scene, out);
    nothing_offered::check(scene, out);
    cycle::check(scene, out);
    variables::check(scene, out);
    unused::check(scene, out);
    test_stub::check(scene, out);
    for entity in scene.file.entities.values() {
        of_entity(scene, entity, out);
    }
}

fn of_entity(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    unknown_stream::check(scene, entity, out);
    unknown_cursor::check(scene, entity, out);
    swept::check(scene, entity, out);
    filter::check(scene, entity, out);
    unknown_object::check(scene, entity, out);
    read_only_object::check(scene, entity, out);
    not_offered::check(scene, entity, out);
    unknown_need::check(scene, entity, out);
    unknown_write_field::check(scene, entity, out);
    transform::check(scene, entity, out);
    unknown_lookup::check(scene, entity, out);
    unknown_reference::check(scene, entity, out);
    reference_in_key::check(entity, out);
    on_in_key::check(scene, entity, out);
    of_source(scene, entity, out);
    for whole in types::wholes(scene, entity) {
        let mapped = Mapped::of(scene, &whole, visit::of_map(entity, scene.record(entity)));
        unknown_field::check(&mapped, out);
        missing_field::check(&mapped, out);
        not_offered::markers(scene, &mapped, out);
    }
}

/// What needs only the records of the stream.
fn of_source(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let sites = visit::sites(entity, scene.record(entity));
    let lost = types::lost(&sites);
    bad_path::check(&sites, out);
    unknown_path::check(scene, entity, &lost, out);
    path_shape::check(scene, entity, &sites, &lost, out);
    path_filter::check(&sites, out);
    bad_script::check(&sites, out);
    not_searchable::check(scene, entity, &sites, out);
}
