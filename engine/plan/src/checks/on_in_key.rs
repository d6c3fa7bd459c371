//! `on` inside keys.
//!
//! **What it finds.** `on` in a rule of `key`, of `each_key`, or of the key of a reference.
//!
//! **Why it matters.** A key is the same for creates and updates: `on` would change nothing.
//!
//! **Fails:** `key = [{ path = "$.email", on = "create" }]`.
//!
//! **Passes:** `key = ["$.email"]`.

use crate::scene::{Scene, visit};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    for site in visit::rules(entity).iter().filter(|site| site.in_key && site.rule.on.is_some()) {
        let place = scene.file.key_place(&format!("{}/on", site.rule.pointer));
        let found = Diagnostic::error(code::KEY_ON, "`on` has no place in a key").at(place, "");
        out.push(found.help("a key is the same for creates and updates: remove it"));
    }
}
