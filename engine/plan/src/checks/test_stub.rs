//! Stubs of tests for what the pipeline does not look for.
//!
//! **What it finds.** A name in `find` of a test that is no target object that a rule looks up.
//!
//! **Why it matters.** The test would never use the stub, and fail for a reason that is hard to see.
//!
//! **Fails:** `find = { Acount = { Sales = "7" } }`.
//!
//! **Passes:** `find = { Account = { Sales = "7" } }` beside a rule with `find = "Account"`.

use super::names::with_keys;
use crate::scene::{Scene, visit};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    rule::Source,
    toml::child,
};
use std::collections::BTreeSet;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let rules = scene.file.entities.values().flat_map(visit::rules);
    let objects = rules.filter_map(|site| match &site.rule.source {
        Source::Find(find) => Some(find.object.as_str()),
        _ => None,
    });
    let objects: BTreeSet<&str> = objects.collect();
    for test in &scene.file.tests {
        for object in test.find.keys().filter(|object| !objects.contains(object.as_str())) {
            let place = scene.file.key_place(&child(&format!("{}/find", test.pointer), object));
            let message = format!("no rule looks for an object `{object}`");
            let found = Diagnostic::error(code::TEST_STUB, message).at(place, "");
            out.push(with_keys(found, object, objects.iter().copied()));
        }
    }
}
