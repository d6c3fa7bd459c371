//! Target objects that two entities write.
//!
//! **What it finds.** A warning for two entities that write the same target object without
//! `write.shared = true`.
//!
//! **Why it matters.** Two records with one identity would overwrite each other in turn.
//!
//! **Warns:** `products` and `variations` both `to = "Item"`.
//!
//! **Passes:** the same with `write.shared = true` on one of them.

use crate::compile::Scene;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
};
use std::collections::BTreeMap;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let mut first: BTreeMap<&str, &Entity> = BTreeMap::new();
    for entity in scene.file.entities.values() {
        let routes = entity.routes.iter().map(|route| route.to.as_str());
        for object in entity.to.as_deref().into_iter().chain(routes) {
            let Some(other) = first.get(object).filter(|other| other.name != entity.name) else {
                first.entry(object).or_insert(entity);
                continue;
            };
            if other.write.shared || entity.write.shared {
                continue;
            }
            let message = format!("`{}` and `{}` both write `{object}`", other.name, entity.name);
            let found = Diagnostic::warning(code::OBJECT_SHARED, message)
                .at(entity.place.clone(), "")
                .and(other.place.clone(), "");
            out.push(found.help("say `write.shared = true` if several records may share one target object"));
        }
    }
}
