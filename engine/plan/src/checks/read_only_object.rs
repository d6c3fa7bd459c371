//! Target objects that are never written.
//!
//! **What it finds.** A `to` of an entity or route that names an object which can be looked up and referred to,
//! but not written.
//!
//! **Why it matters.** The target would refuse every write.
//!
//! **Fails:** `to = "TaxCode"`.
//!
//! **Passes:** `{ find = "TaxCode", by = "Name", value = { const = "GST" } }` in the map of another object.

use crate::scene::{Scene, visit};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    for (object, pointer) in visit::objects(entity) {
        if scene.object(object).is_some_and(|known| known.offer.is_read_only) {
            let place = scene.file.place(&format!("{pointer}/to"));
            let found = Diagnostic::error(code::OBJECT_READ_ONLY, format!("`{object}` cannot be written"));
            let help =
                format!("look one up where it is needed: `{{ find = \"{object}\", by = ..., value = ... }}`");
            out.push(found.at(place, "").help(help));
        }
    }
}
