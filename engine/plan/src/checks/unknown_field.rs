//! Fields that the target does not have, or does not let anyone write.
//!
//! **What it finds.** A field of a map that its target object does not know (`mapping/unknown-field`), or
//! that is read-only (`mapping/read-only-field`), where the fields are known.
//!
//! **Why it matters.** The target would refuse the write, or drop the value in silence.
//!
//! **Fails:** `emial = "$.email"` on a table with the column `email`.
//!
//! **Passes:** `email = "$.email"`.

use super::names::{with_keys, with_names};
use crate::compile::Scene;
use engine_contract::EntitySchema;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::{Members, Node},
};

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let own = entity.to.iter().map(|object| (object, &entity.map));
    let routes = entity.routes.iter().flat_map(|route| [(&route.to, &entity.map), (&route.to, &route.map)]);
    for (object, map) in own.chain(routes) {
        if let Some(schema) = scene.schema(object) {
            members(schema, map, "", out);
        }
    }
}

fn members(schema: &EntitySchema, map: &Members, within: &str, out: &mut Diagnostics) {
    for (name, member) in map {
        let path = format!("{within}{name}");
        let inside = format!("{path}.");
        match (schema.field(&path), &member.node) {
            (Some(field), _) if field.read_only => {
                let message = format!("`{path}` of `{}` cannot be written", schema.name);
                let found =
                    Diagnostic::error(code::FIELD_READ_ONLY, message).at(member.place.clone(), "read-only");
                out.push(found.help("remove the line"));
            }
            (Some(_), _) => {}
            (None, Node::Object(object))
                if schema.fields.iter().any(|field| field.name.starts_with(&inside)) =>
            {
                members(schema, object, &inside, out);
            }
            (None, _) => {
                let message = format!("`{}` has no field `{path}`", schema.name);
                let unknown = Diagnostic::error(code::FIELD_UNKNOWN, message).at(member.place.clone(), "");
                let names = schema.fields.iter().filter(|field| !field.read_only);
                let names = names.map(|field| field.name.as_str());
                // Of a nested field the key is the last part only.
                let told = if within.is_empty() {
                    with_keys(unknown, &path, names)
                } else {
                    with_names(unknown, &path, names)
                };
                out.push(told);
            }
        }
    }
}
