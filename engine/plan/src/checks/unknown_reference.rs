//! References that lead nowhere.
//!
//! **What it finds.** A `ref` to an entity or route that the pipeline does not have
//! (`mapping/unknown-reference`), and one to an entity with several target objects that names no route
//! (`mapping/reference-without-route`).
//!
//! **Why it matters.** The id would never be found, or could be that of the wrong kind of object.
//!
//! **Fails:** `{ ref = "order", key = "$.id" }` when `order` becomes a receipt or an invoice.
//!
//! **Passes:** `{ ref = "order.unpaid", key = "$.id" }`.

use super::names::{fixed, nearest, quoted};
use crate::scene::{Scene, Shape, visit};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    project::Entity,
    rule::{Reference, Source},
};
use std::collections::BTreeSet;

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let sites = visit::sites(entity, Shape::Unknown);
    for site in &sites.rules {
        if let Source::Ref(of) = &site.rule.source {
            out.extend(one(scene, of, true));
        }
    }
    // A condition asks for no id: any route will do.
    out.extend(sites.when_refs.iter().filter_map(|of| one(scene, of, false)));
}

fn one(scene: &Scene<'_>, of: &Reference, needs_id: bool) -> Option<Diagnostic> {
    let Some(parent) = scene.file.entities.get(&of.entity) else {
        if scene.has_entity(&of.entity) {
            return None;
        }
        let message = format!("there is no entity `{}`", of.entity);
        let unknown = Diagnostic::error(code::REFERENCE_UNKNOWN, message).at(of.place.clone(), "");
        let (unknown, near) = nearest(unknown, &of.entity, scene.file.entities.keys().map(String::as_str));
        let route = of.route.as_ref().map(|route| format!(".{route}")).unwrap_or_default();
        return Some(fixed(unknown, near.map(|near| quoted(&format!("{near}{route}")))));
    };
    match &of.route {
        Some(route) if parent.route(route).is_none() => {
            // An entity without a target object was meant to have routes, which has been reported.
            let is_vague = parent.to.is_none() && parent.routes.is_empty();
            if is_vague || scene.is_refused(&["entity", &of.entity, "route", route]) {
                return None;
            }
            let message = format!("`{}` has no route `{route}`", of.entity);
            let unknown = Diagnostic::error(code::REFERENCE_UNKNOWN, message)
                .at(of.place.clone(), "")
                .and(parent.place.clone(), "");
            let routes = parent.routes.iter().map(|route| route.name.as_str());
            let (unknown, near) = nearest(unknown, route, routes);
            Some(fixed(unknown, near.map(|near| quoted(&format!("{}.{near}", of.entity)))))
        }
        None if needs_id => {
            let objects: BTreeSet<&str> = parent.routes.iter().map(|route| route.to.as_str()).collect();
            let first = parent.routes.first().filter(|_| objects.len() > 1)?;
            let message =
                format!("`{}` has several target objects, and the reference names no route", of.entity);
            let found = Diagnostic::error(code::REFERENCE_ROUTE, message)
                .at(of.place.clone(), "")
                .and(parent.place.clone(), "");
            Some(found.help(format!("name one: `ref = \"{}.{}\"`", of.entity, first.name)))
        }
        Some(_) | None => None,
    }
}
