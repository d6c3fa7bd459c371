//! Target objects that the target does not have.
//!
//! **What it finds.** A `to` of an entity or route that is none of the target's objects, where those are
//! known and it is not to be made.
//!
//! **Why it matters.** There would be nowhere to write.
//!
//! **Fails:** `to = "Invoices"`.
//!
//! **Passes:** `to = "Invoice"`.

use super::names::with_texts;
use crate::scene::{Scene, visit};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let Some(target) = scene.target().filter(|_| !entity.write.create_table) else { return };
    for (object, pointer) in visit::objects(entity) {
        if target.objects.iter().all(|known| known.name != object) {
            let place = scene.file.place(&format!("{pointer}/to"));
            let message = format!("the target has no object `{object}`");
            let unknown = Diagnostic::error(code::OBJECT_UNKNOWN, message).at(place, "");
            out.push(with_texts(unknown, object, target.objects.iter().map(|known| known.name.as_str())));
        }
    }
}
