//! References inside keys.
//!
//! **What it finds.** `ref` in `key`, in `each_key`, or in the key of another reference.
//!
//! **Why it matters.** A key identifies a record before anything is known of other records; a target id in
//! it would change when the other record is created anew.
//!
//! **Fails:** `key = [{ ref = "customer", key = "$.email" }]`.
//!
//! **Passes:** `key = ["$.email"]`.

use crate::scene::visit;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::Source,
};

pub(super) fn check(entity: &Entity, out: &mut Diagnostics) {
    for site in visit::rules(entity) {
        if let (Source::Ref(of), true) = (&site.rule.source, site.in_key) {
            let message = format!("a key cannot refer to `{}`", of.entity);
            let found = Diagnostic::error(code::KEY_REFERENCE, message).at(of.place.clone(), "");
            out.push(found.help("build keys from the record's own values"));
        }
    }
}
