//! Stubs of tests for what does not exist.
//!
//! **What it finds.** A name in `refs` of a test that is no entity or route of the pipeline, and a name in `find`
//! that is no target object that a rule looks up.
//!
//! **Why it matters.** The test would never use the stub, and fail for a reason that is hard to see.
//!
//! **Fails:** `refs = { custmer = { "7" = "58" } }`.
//!
//! **Passes:** `refs = { customer = { "7" = "58" } }`.

use super::{names::with_keys, visit};
use crate::compile::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Test,
    rule::Source,
    toml::child,
};
use std::collections::BTreeSet;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    if scene.file.tests.is_empty() {
        return;
    }
    let entities = scene.file.entities.values();
    let routes = entities.flat_map(|entity| {
        let route = |route: &engine_project::project::Route| format!("{}.{}", entity.name, route.name);
        std::iter::once(entity.name.clone()).chain(entity.routes.iter().map(route))
    });
    let references: BTreeSet<String> = routes.collect();
    let rules = scene.file.entities.values().flat_map(visit::rules);
    let objects = rules.filter_map(|site| match &site.rule.source {
        Source::Find(find) => Some(find.object.clone()),
        _ => None,
    });
    let objects: BTreeSet<String> = objects.collect();
    for test in &scene.file.tests {
        for name in test.refs.keys().filter(|name| !is_known(scene, &references, name)) {
            out.push(stub(scene, test, ("refs", name), &references));
        }
        for object in test.find.keys().filter(|object| !objects.contains(*object)) {
            out.push(stub(scene, test, ("find", object), &objects));
        }
    }
}

fn is_known(scene: &Scene<'_>, references: &BTreeSet<String>, name: &str) -> bool {
    let entity = name.split_once('.').map_or(name, |(entity, _)| entity);
    let is_refused = scene.has_entity(entity) && !scene.file.entities.contains_key(entity);
    references.contains(name) || is_refused || scene.is_refused(&["entity", entity])
}

fn stub(scene: &Scene<'_>, test: &Test, (list, name): (&str, &str), known: &BTreeSet<String>) -> Diagnostic {
    let what =
        if list == "refs" { "the pipeline has no entity or route" } else { "no rule looks for an object" };
    let place = scene.file.key_place(&child(&format!("{}/{list}", test.pointer), name));
    let found = Diagnostic::error(code::TEST_STUB, format!("{what} `{name}`")).at(place, "");
    with_keys(found, name, known.iter().map(String::as_str))
}
