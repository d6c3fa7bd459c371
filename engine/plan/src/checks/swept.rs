//! Streams that are read whole.
//!
//! **What it finds.** As a note, an entity without a cursor: because its stream offers none, or because the file
//! names none of those it offers.
//!
//! **Why it matters.** Every run reads all records and compares them by content. That is right, but takes longer.
//!
//! **Noted:** `from = "customers"` of a store that cannot list the changed ones.
//!
//! **Not noted:** `from = "orders"` with `source.cursor = "date_modified_gmt"`.

use crate::scene::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let Some(stream) = scene.stream(entity).filter(|_| entity.source.cursor.is_none()) else { return };
    let message = format!("every run reads stream `{}` whole and compares it by content", stream.name);
    let place = scene.file.place(&format!("{}/from", entity.pointer));
    let note = Diagnostic::note(code::STREAM_SWEPT, message).at(place, "");
    out.push(match stream.cursors.first() {
        Some(cursor) => note.help(format!("read only what changed: `source = {{ cursor = \"{cursor}\" }}`")),
        None => note.help("the stream offers no cursor: nothing is to be done"),
    });
}
