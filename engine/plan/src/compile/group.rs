//! Stream groups: entities with equal stream, filter, cursor and options share one read.
//!
//! Sharing must not make a group wait for itself: an entity joins a group only if the groups still come one
//! after another.

use super::lower::open;
use crate::{
    Group,
    scene::{Scene, edges},
};
use engine_project::project::Entity;
use std::collections::{BTreeMap, BTreeSet};

/// The groups of entities that are in order already, parents before children; nothing when a variable that a
/// filter names has no value.
pub(super) fn groups(scene: &Scene<'_>, order: &[&Entity]) -> Option<Vec<Group>> {
    let file = scene.file;
    let index: BTreeMap<&str, usize> =
        order.iter().enumerate().map(|(index, entity)| (entity.name.as_str(), index)).collect();
    let parents: Vec<BTreeSet<usize>> = order
        .iter()
        .map(|entity| edges(file, entity).iter().filter_map(|edge| index.get(edge.parent).copied()).collect())
        .collect();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (entity, read) in order.iter().enumerate() {
        let joined = (0..members.len()).find_map(|group| {
            let first = members.get(group)?.first().and_then(|first| order.get(*first))?;
            let mut trial = members.clone();
            trial.get_mut(group)?.push(entity);
            (reads_alike(first, read) && sorted(&trial, &parents).is_some()).then_some(trial)
        });
        members = joined.unwrap_or_else(|| {
            let mut alone = std::mem::take(&mut members);
            alone.push(vec![entity]);
            alone
        });
    }
    let sequence = sorted(&members, &parents).unwrap_or_default();
    let after = |group: usize| waits_for(group, &members, &parents);
    let place = |group: &usize| sequence.iter().position(|other| other == group);
    let lowered = |&group: &usize| {
        let entities = members.get(group)?.clone();
        let in_file = |entity: &&Entity| file.entities.get_index_of(&entity.name);
        let first = entities.iter().filter_map(|entity| order.get(*entity)).copied().min_by_key(in_file)?;
        Some(Group {
            name: first.name.clone(),
            stream: first.from.clone(),
            cursor: first.source.cursor.clone(),
            options: open(scene, &first.source.options)?,
            filter: open(scene, &first.source.filter)?,
            after: after(group).iter().filter_map(place).collect::<BTreeSet<_>>().into_iter().collect(),
            entities,
        })
    };
    sequence.iter().map(lowered).collect()
}

fn reads_alike(left: &Entity, right: &Entity) -> bool {
    left.from == right.from && left.source == right.source
}

/// The groups that hold parents of a group's entities.
fn waits_for(group: usize, members: &[Vec<usize>], parents: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let entities = members.get(group).into_iter().flatten();
    let needed: BTreeSet<usize> =
        entities.filter_map(|entity| parents.get(*entity)).flatten().copied().collect();
    let holds =
        |other: &usize| members.get(*other).is_some_and(|held| held.iter().any(|one| needed.contains(one)));
    (0..members.len()).filter(|other| *other != group).filter(holds).collect()
}

/// The groups, parents first, else in their order; nothing when they wait for each other.
fn sorted(members: &[Vec<usize>], parents: &[BTreeSet<usize>]) -> Option<Vec<usize>> {
    let mut left: Vec<usize> = (0..members.len()).collect();
    let mut done = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_ready =
            |group: &usize| waits_for(*group, members, parents).iter().all(|one| done.contains(one));
        let next = left.iter().position(is_ready)?;
        done.push(left.remove(next));
    }
    Some(done)
}
