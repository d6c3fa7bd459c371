//! Entities that wait for each other.
//!
//! **What it finds.** A circle of `needs` and references, and an entity that needs itself. A reference of an
//! entity to itself is none: its records wait for each other one by one.
//!
//! **Why it matters.** No order exists in which parents come before children, so records would be held for
//! ever.
//!
//! **Fails:** `order` refers to `product`, and `product` says `needs = ["order"]`.
//!
//! **Passes:** one of the two without the other.

use crate::scene::{Edge, Scene, edges};
use engine_project::diag::{Diagnostic, Diagnostics, code};
use std::collections::BTreeSet;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for entity in scene.file.entities.values() {
        for (index, _) in entity.needs.iter().enumerate().filter(|(_, need)| **need == entity.name) {
            let place = scene.file.place(&format!("{}/needs/{index}", entity.pointer));
            let own = Diagnostic::error(code::ENTITY_CYCLE, format!("`{}` needs itself", entity.name));
            out.push(own.at(place, "").help("a reference to the own entity needs no `needs`: remove it"));
        }
    }
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for start in scene.file.entities.keys() {
        if told.contains(start.as_str()) {
            continue;
        }
        if let Some(circle) = circle(scene, start) {
            told.extend(circle.iter().map(|(name, _)| *name));
            out.extend(report(&circle));
        }
    }
}

/// The shortest way from an entity back to itself: each entity with the edge that leaves it.
fn circle<'a>(scene: &Scene<'a>, start: &'a str) -> Option<Vec<(&'a str, Edge<'a>)>> {
    let mut seen = BTreeSet::new();
    let mut ways: Vec<Vec<(&str, Edge<'_>)>> = vec![Vec::new()];
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in &ways {
            let here = way.last().map_or(start, |(_, edge)| edge.parent);
            for edge in edges(scene.file, scene.file.entities.get(here)?) {
                let closes = edge.parent == start;
                let is_new = seen.insert(edge.parent);
                let next: Vec<_> = way.iter().cloned().chain([(here, edge)]).collect();
                if closes {
                    return Some(next);
                }
                if is_new {
                    longer.push(next);
                }
            }
        }
        ways = longer;
    }
    None
}

fn report(circle: &[(&str, Edge<'_>)]) -> Option<Diagnostic> {
    let ((first, edge), others) = circle.split_first()?;
    let names: Vec<&str> = circle.iter().map(|(name, _)| *name).chain([*first]).collect();
    let label = |name: &str, edge: &Edge<'_>| format!("`{name}` waits for `{}` ({})", edge.parent, edge.by);
    let message = format!("entities wait for each other: {}", names.join(" -> "));
    let mut found = Diagnostic::error(code::ENTITY_CYCLE, message).at(edge.place.clone(), label(first, edge));
    for (name, edge) in others {
        found = found.and(edge.place.clone(), label(name, edge));
    }
    Some(found.help("drop one of these"))
}
