//! The rules of `[[reconcile]]`: those of the source see the entity's records, those of the target see its objects.
//!
//! **What it finds.** What is found in the rules of a mapping too: paths that are none or lead nowhere
//! (`mapping/unknown-path`), scripts that do not compile, transforms and lookups that do not exist, values that are
//! taken for something else.
//!
//! **Why it matters.** A sum that nothing goes into is zero on its side, and a comparison with it says nothing.
//!
//! **Fails:** `target.sum.gross = "$.TotalAmnt"`.
//!
//! **Passes:** `target.sum.gross = "$.TotalAmt"`.

use super::{
    bad_path, bad_script, condition, inexact_money, lookup_miss,
    names::nearest,
    path_filter, path_shape, script_members, transform, transform_type,
    types::{self, Typer},
    unknown_lookup, unknown_path,
};
use crate::scene::{
    Misstep, Scene, Shape,
    visit::{self, Sites},
};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::{Entity, Reconcile},
};
use engine_script::Libraries;
use std::collections::BTreeSet;

pub(super) fn check(
    scene: &Scene<'_>,
    libraries: Option<&Libraries>,
    typer: &mut Typer<'_>,
    out: &mut Diagnostics,
) {
    for reconcile in &scene.file.reconcile {
        let rules = visit::compared_rules(reconcile);
        transform::of_rules(scene, &rules, out);
        unknown_lookup::of_rules(scene, &rules, out);
        let Some(entity) = scene.file.entities.get(&reconcile.entity.text) else { continue };
        let sites = visit::compared_source(reconcile, entity, scene.record(entity));
        let lost = types::lost(&sites);
        unknown_path::check(scene, entity, &lost, out);
        path_shape::check(scene, entity, &sites, &lost, out);
        of_sites((scene, entity), &sites, libraries, (typer, out));
        of_target((scene, entity), reconcile, libraries, (typer, out));
    }
}

/// What is wrong with a rule for several objects is told for the first.
fn of_target(
    (scene, entity): (&Scene<'_>, &Entity),
    reconcile: &Reconcile,
    libraries: Option<&Libraries>,
    (typer, out): (&mut Typer<'_>, &mut Diagnostics),
) {
    let mut told = BTreeSet::new();
    for (object, _) in visit::objects(entity) {
        let record = scene.schema(object).map_or(Shape::Unknown, |schema| Shape::record(&schema.fields));
        let sites = visit::compared_target(reconcile, object, record);
        let mut found = Diagnostics::default();
        for lost in types::lost(&sites) {
            let message = format!("`{}` leads nowhere in `{object}`", lost.site.text.text);
            let unknown = Diagnostic::error(code::PATH_UNKNOWN, message).at(lost.place(), "");
            found.push(match (lost.misstep, &lost.segment.part) {
                (Misstep::Unknown { fields }, crate::path::Part::Name(name)) => {
                    nearest(unknown, name, fields.iter().map(|field| field.name.as_str())).0
                }
                _ => unknown,
            });
        }
        of_sites((scene, entity), &sites, libraries, (typer, &mut found));
        out.extend(found.into_iter().filter(|found| told.insert((found.code, found.place().cloned()))));
    }
}

/// What holds on either side.
fn of_sites(
    (scene, entity): (&Scene<'_>, &Entity),
    sites: &Sites<'_>,
    libraries: Option<&Libraries>,
    (typer, out): (&mut Typer<'_>, &mut Diagnostics),
) {
    bad_path::check(sites, out);
    path_filter::check(sites, out);
    let judged = types::judge((scene, entity), sites, libraries, &*typer);
    typer.learn(&judged);
    bad_script::check(&judged, out);
    script_members::check(scene, &judged, out);
    condition::check(&judged, out);
    for site in &sites.rules {
        let chain = typer.chain(site.rule, site.sight);
        transform_type::check(&chain, out);
        inexact_money::check(&chain, out);
        lookup_miss::check(scene, site.rule, &chain, out);
    }
}
