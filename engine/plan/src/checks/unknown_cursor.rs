//! Cursors that the stream does not offer.
//!
//! **What it finds.** A `source.cursor` that is none of the stream's, where those are known.
//!
//! **Why it matters.** Changes could not be read by it, and records would be lost.
//!
//! **Fails:** `cursor = "created_at"` on a stream that is ordered by `updated_at`.
//!
//! **Passes:** `cursor = "updated_at"`, or no cursor: the stream is swept and compared by content.

use super::names::with_texts;
use crate::scene::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let Some(cursor) = &entity.source.cursor else { return };
    let streams = scene.source().map(|source| source.streams.as_slice()).unwrap_or_default();
    let Some(stream) = streams.iter().find(|stream| stream.name == entity.from) else { return };
    if stream.cursors.contains(cursor) {
        return;
    }
    let place = scene.file.place(&format!("{}/source/cursor", entity.pointer));
    let message = format!("stream `{}` cannot be read by `{cursor}`", entity.from);
    let unknown = Diagnostic::error(code::CURSOR_UNKNOWN, message).at(place, "");
    out.push(if stream.cursors.is_empty() {
        unknown
            .help("the stream has no cursor: leave it out, and the stream is swept and compared by content")
    } else {
        with_texts(unknown, cursor, stream.cursors.iter().map(String::as_str))
    });
}
