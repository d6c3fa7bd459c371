//! Streams that the source does not have.
//!
//! **What it finds.** A `from` that is none of the source's streams, where those are known.
//!
//! **Why it matters.** There would be nothing to read.
//!
//! **Fails:** `from = "order"`.
//!
//! **Passes:** `from = "orders"`.

use super::names::with_texts;
use crate::scene::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let Some(source) = scene.source() else { return };
    // A stream that was refused is no name.
    if entity.from.is_empty() || source.streams.iter().any(|stream| stream.name == entity.from) {
        return;
    }
    let place = scene.file.place(&format!("{}/from", entity.pointer));
    let message = format!("the source has no stream `{}`", entity.from);
    let unknown = Diagnostic::error(code::STREAM_UNKNOWN, message).at(place, "");
    out.push(with_texts(unknown, &entity.from, source.streams.iter().map(|stream| stream.name.as_str())));
}
