//! Defaults that are never used.
//!
//! **What it finds.** As a warning, a `default` for a value that is always there, where that is known.
//!
//! **Why it matters.** Whoever reads the line believes that the value may be missing; perhaps another path was
//! meant.
//!
//! **Fails:** `{ path = "$.id", default = 0 }`.
//!
//! **Passes:** `{ path = "$.customer_note", default = "" }`.

use super::types::{Chain, label};
use crate::scene::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    rule::Rule,
};

pub(super) fn check(scene: &Scene<'_>, rule: &Rule, chain: &Chain<'_>, out: &mut Diagnostics) {
    // A default also replaces what a lookup does not have.
    let is_used = chain.before_default.nullable || chain.before_default.is_any() || rule.lookup.is_some();
    if rule.default.is_none() || is_used {
        return;
    }
    let place = scene.file.key_place(&format!("{}/default", rule.pointer));
    let message = format!("{} always has a value: `default` is never used", label(rule));
    out.push(Diagnostic::warning(code::DEFAULT_UNUSED, message).at(place, "").help("remove it"));
}
