//! The order of entities: parents before children, else as in the file.

use super::visit;
use engine_project::{PipelineFile, Place, project::Entity, rule::Source};

/// Why an entity comes after another.
#[derive(Clone, Debug)]
pub(crate) struct Edge<'a> {
    /// The entity that comes first.
    pub(crate) parent: &'a str,
    /// `needs`, `ref` or `when_ref`.
    pub(crate) by: &'static str,
    /// Where that is said.
    pub(crate) place: Place,
}

/// The entities of the pipeline that an entity comes after. One that refers to itself is no parent of its
/// own: its records wait for each other one by one.
pub(crate) fn edges<'a>(file: &'a PipelineFile, entity: &'a Entity) -> Vec<Edge<'a>> {
    let needs = entity.needs.iter().enumerate().map(|(index, parent)| {
        let place = file.place(&format!("{}/needs/{index}", entity.pointer));
        Edge { parent, by: "needs", place }
    });
    let refs = visit::rules(entity).into_iter().filter_map(|site| match &site.rule.source {
        Source::Ref(of) => Some(Edge { parent: &of.entity, by: "ref", place: of.place.clone() }),
        _ => None,
    });
    let conditions =
        entity.when_ref.iter().chain(entity.routes.iter().filter_map(|route| route.when_ref.as_ref()));
    let conditions =
        conditions.map(|of| Edge { parent: &of.entity, by: "when_ref", place: of.place.clone() });
    let known = |edge: &Edge<'_>| edge.parent != entity.name && file.entities.contains_key(edge.parent);
    needs.chain(refs).chain(conditions).filter(known).collect()
}

/// The entities in order; nothing when they wait for each other in a circle.
pub(crate) fn order(file: &PipelineFile) -> Option<Vec<&Entity>> {
    let mut left: Vec<&Entity> = file.entities.values().collect();
    let mut done: Vec<&Entity> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_ready = |entity: &&Entity| {
            edges(file, entity).iter().all(|edge| done.iter().any(|parent| parent.name == edge.parent))
        };
        let next = left.iter().position(is_ready)?;
        done.push(left.remove(next));
    }
    Some(done)
}
