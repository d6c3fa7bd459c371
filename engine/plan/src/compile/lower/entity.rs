//! Entities: keys, conditions, routes, asserts, policies.

use super::{
    balance,
    rules::{mapping, one_rule, path_rule, reference, rules, script},
};
use crate::{
    Adjustment, Assert, Each, Entity, OnFail, Route, SyncPolicy, WritePolicy,
    mapping::{Mapping, Node, Ref},
    scene::{Scene, edges, merged, stored},
};
use engine_contract::Value;
use engine_project::{
    model::{Conflict, Delete, OnMappingChange, SourceOfTruth},
    project::{self, Assert as FileAssert},
    rule::{Members, Reference},
};

/// The field that marks objects as deleted where the file names none.
const DELETED_AT: &str = "deleted_at";

pub(in crate::compile) fn entity(scene: &Scene<'_>, entity: &project::Entity) -> Option<Entity> {
    let fans_out = entity.has_elements;
    let each = match &entity.each {
        Some(each) => Some(Each { path: path_rule(each)?, key: rules(scene, &entity.each_key, true)? }),
        None => None,
    };
    let mut parents = Vec::new();
    for edge in edges(scene.file, entity).iter().filter(|edge| edge.by != "needs") {
        if !parents.iter().any(|parent| parent == edge.parent) {
            parents.push(edge.parent.to_owned());
        }
    }
    Some(Entity {
        name: entity.name.clone(),
        place: entity.place.clone(),
        key: rules(scene, &entity.key, false)?,
        each,
        when: entity.when.as_ref().map(|text| script(text, fans_out)),
        when_ref: gate(scene, entity.when_ref.as_ref(), fans_out).ok()?,
        routes: routes(scene, entity, fans_out)?,
        write: policy(scene, entity),
        asserts: entity.asserts.iter().map(|one| assert(one, fans_out)).collect(),
        sync: sync(scene, entity)?,
        parents,
        mapping_hash: String::new(),
        admission_hash: String::new(),
        back: None,
    })
}

/// A mistake that a check has reported.
struct Reported;

/// A condition on a link, where there is one.
fn gate(scene: &Scene<'_>, of: Option<&Reference>, has_item: bool) -> Result<Option<Ref>, Reported> {
    of.map(|of| reference(scene, of, has_item).ok_or(Reported)).transpose()
}

fn routes(scene: &Scene<'_>, entity: &project::Entity, has_item: bool) -> Option<Vec<Route>> {
    let map = |object: &str, members: &Members| mapping((scene, scene.schema(object)), members, "", has_item);
    if let Some(object) = &entity.to {
        let map = map(object, &entity.map)?;
        let marker = marker(&map, "");
        return Some(vec![Route {
            name: None,
            object: object.clone(),
            when: None,
            when_ref: None,
            marker,
            personal: Vec::new(),
            map,
        }]);
    }
    let route = |route: &project::Route| {
        let map = map(&route.to, &merged(&entity.map, &route.map))?;
        Some(Route {
            name: Some(route.name.clone()),
            object: route.to.clone(),
            when: route.when.as_ref().map(|text| script(text, has_item)),
            when_ref: gate(scene, route.when_ref.as_ref(), has_item).ok()?,
            marker: marker(&map, ""),
            personal: Vec::new(),
            map,
        })
    };
    entity.routes.iter().map(route).collect()
}

/// The dotted path of the first field that carries the marker.
fn marker(map: &Mapping, within: &str) -> Option<String> {
    map.fields.iter().find_map(|(name, field)| match &field.node {
        Node::Rules(rules) if rules.iter().any(|rule| rule.marker) => Some(format!("{within}{name}")),
        Node::Object(object) => marker(object, &format!("{within}{name}.")),
        Node::Rules(_) | Node::Blocks(_) => None,
    })
}

fn assert(assert: &FileAssert, has_item: bool) -> Assert {
    let that = script(&assert.that, has_item);
    let on_fail = match &assert.on_fail {
        project::OnFail::Fail => OnFail::Fail,
        project::OnFail::Line { line, up_to } => OnFail::Line(Box::new(Adjustment {
            line: line.clone(),
            up_to: stored(&Value::Decimal(*up_to)),
            difference: balance::difference(&that),
        })),
    };
    Assert { that, on_fail, place: assert.place.clone() }
}

/// The field that marks an entity's objects as deleted, where that is how they are deleted.
pub(crate) fn deleted_field(entity: &project::Entity) -> Option<&str> {
    (entity.write.delete == Delete::Soft).then(|| entity.write.deleted_field.as_deref().unwrap_or(DELETED_AT))
}

/// Whether an entity writes documents whose period can be closed: what was written there is history.
fn writes_history(scene: &Scene<'_>, entity: &project::Entity) -> bool {
    let mut objects = entity.to.iter().chain(entity.routes.iter().map(|route| &route.to));
    objects.any(|object| scene.object(object).is_some_and(|schema| !schema.offer.when_closed.is_empty()))
}

fn policy(scene: &Scene<'_>, entity: &project::Entity) -> WritePolicy {
    let write = &entity.write;
    let by_default =
        if writes_history(scene, entity) { OnMappingChange::NewOnly } else { OnMappingChange::Replan };
    WritePolicy {
        match_on: write.match_on.clone(),
        replace_within: !write.replace_within.is_empty(),
        delete: write.delete,
        deleted_field: deleted_field(entity).map(str::to_owned),
        on_cancel: write.on_cancel,
        when_closed: write.when_closed,
        name_taken: write.name_taken,
        on_mapping_change: write.on_mapping_change.unwrap_or(by_default),
        max_deletes: write.max_deletes,
        update: write.update,
        shared: write.shared,
        at_least_once: write.at_least_once,
    }
}

fn sync(scene: &Scene<'_>, entity: &project::Entity) -> Option<SyncPolicy> {
    let policy = &entity.policy;
    // Where nobody says who wins, the side that is right does.
    let is_said = scene.file.document.get(&format!("{}/conflict", entity.pointer)).is_some();
    let conflict = match policy.source_of_truth {
        SourceOfTruth::Target if !is_said => Conflict::TargetWins,
        _ => policy.conflict,
    };
    let fields = policy.conflict_fields.iter();
    let back = policy.map_back.iter();
    Some(SyncPolicy {
        direction: policy.direction,
        source_of_truth: policy.source_of_truth,
        conflict,
        conflict_fields: fields.map(|(field, (conflict, _))| (field.clone(), *conflict)).collect(),
        map_back: back
            .map(|(field, rule)| Some((field.clone(), one_rule(scene, rule, false)?)))
            .collect::<Option<_>>()?,
    })
}
