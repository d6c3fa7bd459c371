//! Connections on the wrong side.
//!
//! **What it finds.** A source that offers no stream (`connection/no-stream`), and a target that offers no target
//! object (`connection/no-object`), where it is known what they offer.
//!
//! **Why it matters.** There would be nothing to read, or nowhere to write.
//!
//! **Fails:** `[target]` with a connection of connector `file`, which only reads.
//!
//! **Passes:** `[target]` with a database that has tables.

use crate::scene::Scene;
use engine_project::{
    diag::{Code, Diagnostic, Diagnostics, code},
    project::Side,
};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let offer = |side: &Side| scene.offer(side);
    if let Some(side) = scene.file.source.as_ref()
        && offer(side).is_some_and(|offer| offer.streams.is_empty())
    {
        out.push(nothing(scene, code::NO_STREAM, side, "offers no stream: nothing can be read from it"));
    }
    let makes = scene.file.entities.values().any(|entity| entity.write.create_table);
    if let Some(side) = scene.file.target.as_ref().filter(|_| !makes)
        && offer(side).is_some_and(|offer| offer.objects.is_empty())
    {
        out.push(nothing(
            scene,
            code::NO_OBJECT,
            side,
            "offers no target object: nothing can be written to it",
        ));
    }
}

fn nothing(scene: &Scene<'_>, code: Code, side: &Side, what: &str) -> Diagnostic {
    let (name, connector) = scene
        .connection(side)
        .map_or(("", ""), |connection| (connection.name.as_str(), connection.connector.as_str()));
    Diagnostic::error(code, format!("the connection `{name}` {what}"))
        .at(side.place.clone(), format!("it is of connector `{connector}`"))
        .help("name another connection, or make there what this pipeline needs")
}
