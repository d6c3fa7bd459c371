//! Lookups that the pipeline does not have.
//!
//! **What it finds.** A rule whose `lookup` names no `[lookup.NAME]` of the pipeline.
//!
//! **Why it matters.** The value could not be replaced.
//!
//! **Fails:** `status = { path = "$.status", lookup = "state" }` without `[lookup.state]`.
//!
//! **Passes:** the same with `[lookup.state]`.

use super::names::with_texts;
use crate::scene::{
    Scene,
    visit::{self, RuleSite},
};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    of_rules(scene, &visit::rules(entity), out);
}

/// The same for some rules.
pub(super) fn of_rules(scene: &Scene<'_>, sites: &[RuleSite<'_>], out: &mut Diagnostics) {
    for site in sites {
        let Some(name) = &site.rule.lookup else { continue };
        if scene.file.lookups.contains_key(name) || scene.is_refused(&["lookup", name]) {
            continue;
        }
        let place = scene.file.place(&format!("{}/lookup", site.rule.pointer));
        let unknown =
            Diagnostic::error(code::LOOKUP_UNKNOWN, format!("there is no lookup `{name}`")).at(place, "");
        out.push(with_texts(unknown, name, scene.file.lookups.keys().map(String::as_str)));
    }
}
