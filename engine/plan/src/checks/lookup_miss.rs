//! Lookups of values that they do not have.
//!
//! **What it finds.** As a warning, a value that the source may have and that neither the lookup nor a default
//! replaces, where all values are known; as an error when that is so for all of them (`mapping/lookup-miss`). And a
//! lookup of an object or a list (`mapping/wrong-type`).
//!
//! **Why it matters.** Such a record is blocked.
//!
//! **Fails:** `{ path = "$.status", lookup = "stage" }` when the table lacks `on-hold`.
//!
//! **Passes:** the same with a line for each status, or a `default`.

use super::types::{Chain, Fit, described, label};
use crate::scene::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code, words::list},
    rule::Rule,
};

pub(super) fn check(scene: &Scene<'_>, rule: &Rule, chain: &Chain<'_>, out: &mut Diagnostics) {
    let (Some(name), Some(looked)) = (&rule.lookup, &chain.lookup) else { return };
    let place = scene.file.place(&format!("{}/lookup", rule.pointer));
    if looked.fit != Fit::Always {
        let message = format!("{} is {}, which cannot be looked up", label(rule), described(&looked.input));
        let make = if looked.fit == Fit::Never { Diagnostic::error } else { Diagnostic::warning };
        out.push(make(code::VALUE_TYPE, message).at(place, ""));
        return;
    }
    if looked.misses.is_empty() {
        return;
    }
    let misses: Vec<&str> = looked.misses.iter().map(String::as_str).collect();
    let message = format!("lookup `{name}` does not have {}", list(&misses, "and"));
    let make = if looked.has_none { Diagnostic::error } else { Diagnostic::warning };
    let found = make(code::LOOKUP_MISS, message).at(place, "");
    let found = match scene.file.lookups.get(name) {
        Some(lookup) => found.and(lookup.place.clone(), "the lookup is defined here"),
        None => found,
    };
    out.push(found.help("add them to the lookup, or give it a `default`"));
}
