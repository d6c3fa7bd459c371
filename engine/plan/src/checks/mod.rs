//! What is checked before a pipeline is lowered.
//!
//! One rule is one file: its head is its manual page, and one function says everything that breaks the rule.
//! Checks do not depend on each other; a name that the loader refused is not reported again as missing.

mod bad_path;
mod bad_script;
mod compared;
mod condition;
mod create_table;
mod cycle;
mod deleted_field;
mod filter;
mod inexact_money;
mod lookup_miss;
mod maybe_keyless;
mod maybe_missing;
mod missing_field;
mod names;
mod not_offered;
mod not_searchable;
mod nothing_offered;
mod on_in_key;
mod one_way;
mod path_filter;
mod path_shape;
mod read_only_object;
mod reference_in_key;
mod sandbox;
mod script_members;
mod setting;
mod swept;
mod test_stub;
mod transform;
mod transform_type;
mod two_way;
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
mod unused_default;
mod value_fit;
mod variables;

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;

use crate::{
    compile,
    scene::{
        Scene,
        visit::{self, Sites},
    },
};
use engine_project::{diag::Diagnostics, project::Entity, rule::Node};
use std::collections::BTreeSet;
use types::{Judged, Mapped, Typer};

/// Runs every check.
pub(crate) fn run(scene: &Scene<'_>, out: &mut Diagnostics) {
    setting::check(scene, out);
    sandbox::check(scene, out);
    nothing_offered::check(scene, out);
    cycle::check(scene, out);
    variables::check(scene, out);
    unused::check(scene, out);
    create_table::columns(scene, out);
    test_stub::check(scene, out);
    let libraries = bad_script::libraries(scene, out);
    let mut typer = Typer::new(scene);
    for entity in scene.file.entities.values() {
        of_names(scene, entity, out);
        let sites = visit::sites(entity, scene.record(entity));
        of_source(scene, entity, &sites, out);
        let judged = types::judge((scene, entity), &sites, libraries.as_ref(), &typer);
        typer.learn(&judged);
        of_scripts(scene, &judged, out);
        of_rules(scene, &typer, &sites, out);
        of_target(scene, &typer, entity, out);
    }
    compared::check(scene, libraries.as_ref(), &mut typer, out);
}

/// What names something else.
fn of_names(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    unknown_stream::check(scene, entity, out);
    unknown_cursor::check(scene, entity, out);
    swept::check(scene, entity, out);
    one_way::check(scene, entity, out);
    two_way::check(scene, entity, out);
    filter::check(scene, entity, out);
    unknown_object::check(scene, entity, out);
    read_only_object::check(scene, entity, out);
    not_offered::check(scene, entity, out);
    create_table::check(scene, entity, out);
    deleted_field::check(scene, entity, out);
    unknown_need::check(scene, entity, out);
    unknown_write_field::check(scene, entity, out);
    transform::check(scene, entity, out);
    unknown_lookup::check(scene, entity, out);
    unknown_reference::check(scene, entity, out);
    reference_in_key::check(entity, out);
    on_in_key::check(scene, entity, out);
}

/// What needs only the records of the stream.
fn of_source(scene: &Scene<'_>, entity: &Entity, sites: &Sites<'_>, out: &mut Diagnostics) {
    let lost = types::lost(sites);
    bad_path::check(sites, out);
    unknown_path::check(scene, entity, &lost, out);
    path_shape::check(scene, entity, sites, &lost, out);
    path_filter::check(sites, out);
    not_searchable::check(scene, entity, sites, out);
}

fn of_scripts(scene: &Scene<'_>, judged: &[Judged<'_>], out: &mut Diagnostics) {
    bad_script::check(judged, out);
    script_members::check(scene, judged, out);
    condition::check(judged, out);
}

/// What a rule makes of its source, wherever it goes.
fn of_rules(scene: &Scene<'_>, typer: &Typer<'_>, sites: &Sites<'_>, out: &mut Diagnostics) {
    for site in &sites.rules {
        let chain = typer.chain(site.rule, site.sight);
        transform_type::check(&chain, out);
        inexact_money::check(&chain, out);
        maybe_keyless::check(site, &chain, out);
        lookup_miss::check(scene, site.rule, &chain, out);
        unused_default::check(scene, site.rule, &chain, out);
    }
}

/// What becomes of it in the target. What is wrong with a rule for several objects is told for the first.
fn of_target(scene: &Scene<'_>, typer: &Typer<'_>, entity: &Entity, out: &mut Diagnostics) {
    let mut told = BTreeSet::new();
    for whole in types::wholes(scene, entity) {
        let mapped = Mapped::of(scene, &whole, visit::of_map(entity, scene.record(entity)));
        unknown_field::check(&mapped, out);
        missing_field::check(&mapped, compile::deleted_field(entity), out);
        not_offered::markers(scene, &mapped, out);
        let mut values = Diagnostics::default();
        for site in mapped.fields.iter().filter(|site| !site.field.read_only) {
            let from_rules = match &site.member.node {
                Node::Rules(rules) => typer.rules(rules, site.sight),
                Node::Object(_) | Node::Blocks(_) => None,
            };
            value_fit::check(site, from_rules.as_ref(), &mut values);
            maybe_missing::check(site, from_rules.as_ref(), &mut values);
        }
        out.extend(values.into_iter().filter(|found| told.insert((found.code, found.place().cloned()))));
    }
}
