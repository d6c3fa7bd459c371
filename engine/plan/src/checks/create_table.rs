//! Tables that cannot be made.
//!
//! **What it finds.** `write.create_table` for a target that makes no tables (`entity/no-create-table`), without
//! `write.match` (`entity/table-without-key`), and columns of which it is not known what they hold
//! (`mapping/untyped-column`).
//!
//! **Why it matters.** There would be no table, one in which records could not be told apart, or one whose columns
//! take the wrong values.
//!
//! **Fails:** `create_table = true` for a table of Supabase, whose interface runs no such statements.
//!
//! **Passes:** the same with connector `postgres`, `mysql` or `sqlite`, and `match = ["id"]`.

use crate::scene::{Scene, settings, visit};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    toml::child,
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    if !entity.write.create_table {
        return;
    }
    let write = child(&entity.pointer, "write");
    let at = |found: Diagnostic| found.at(scene.file.key_place(&child(&write, "create_table")), "");
    let side = scene.file.target.as_ref();
    let connection = side.and_then(|side| Some((side, scene.connection(side)?)));
    let connector = connection.and_then(|(_, connection)| scene.registry.get(&connection.connector));
    if let (Some((side, connection)), Some(connector)) = (connection, connector)
        && !connector.creates_objects()
    {
        let message = format!("connector `{}` makes no tables", connection.connector);
        let wanted = visit::objects(entity);
        let wanted = wanted.iter().filter_map(|(object, _)| scene.tables.wanted.get(*object));
        let settings = settings(connection, side);
        let statements: Vec<String> =
            wanted.flat_map(|wanted| connector.statements(&settings, wanted)).collect();
        let help = if statements.is_empty() || entity.write.match_on.is_empty() {
            "make there what this entity needs, and take the line out".to_owned()
        } else {
            format!("run this there yourself, and take the line out:\n{}", statements.join("\n"))
        };
        out.push(at(Diagnostic::error(code::NO_CREATE_TABLE, message)).help(help));
    }
    if entity.write.match_on.is_empty() {
        let message = format!("the table of `{}` would have no key", entity.name);
        let help = "name the columns that tell its rows apart: `write.match = [\"id\"]`";
        out.push(at(Diagnostic::error(code::TABLE_WITHOUT_KEY, message)).help(help));
    }
}

/// Columns whose type is not known; each is told where it stands.
pub(super) fn columns(scene: &Scene<'_>, out: &mut Diagnostics) {
    for untyped in &scene.tables.untyped {
        if scene
            .target()
            .is_some_and(|target| target.objects.iter().any(|known| known.name == untyped.object))
        {
            continue;
        }
        let message =
            format!("the type of the column `{}` of `{}` is not known", untyped.name, untyped.object);
        let found = Diagnostic::error(code::UNTYPED_COLUMN, message).at(untyped.place.clone(), "");
        out.push(
            found.help("say what it holds with a transform: `decimal`, `integer`, `timestamp_utc`, `trim`"),
        );
    }
}
