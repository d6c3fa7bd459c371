//! Where in the files the fields of a target object are made.

use crate::{
    Blueprint,
    mapping::{Mapping, Node},
};
use engine_project::Place;

/// The place of the field that a path such as `Line[0].Amount` leads to, or of the nearest field around it.
#[must_use]
pub fn mapping_place(blueprint: &Blueprint, entity: &str, route: Option<&str>, path: &str) -> Option<Place> {
    let entity = blueprint.entities.iter().find(|known| known.name == entity)?;
    let route = entity.routes.iter().find(|known| route.is_none() || known.name.as_deref() == route)?;
    let path = path.strip_prefix("object.").unwrap_or(path);
    let mut place = None;
    // A field's own name may contain dots.
    if let Some(field) = route.map.fields.get(path) {
        return Some(field.place.clone());
    }
    let mut mappings: Vec<&Mapping> = vec![&route.map];
    for name in path.split(['.', '[']).filter(|part| !part.ends_with(']')) {
        let Some(field) = mappings.iter().find_map(|mapping| mapping.fields.get(name)) else { break };
        place = Some(field.place.clone());
        mappings = match &field.node {
            Node::Object(object) => vec![object],
            Node::Blocks(blocks) => blocks.iter().map(|block| &block.map).collect(),
            Node::Rules(_) => Vec::new(),
        };
    }
    place
}
