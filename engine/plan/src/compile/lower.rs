//! From the typed tree of a checked pipeline to the data of a Blueprint.
//!
//! Every `None` here means a mistake that a check has reported.

use super::{Scene, edges, merged};
use crate::{
    Each, Endpoint, Entity, Lookup, Route, WritePolicy,
    mapping::{Block, Field, Mapping, Node, PathRule, Ref, Rule, Script, Source, TargetField, TransformStep},
    path,
    transform::Transform,
};
use engine_contract::{EntitySchema, Value};
use engine_project::{
    PipelineFile, Text,
    model::Delete,
    project::{self, Side},
    rule::{self, Members},
};
use std::collections::BTreeMap;

pub(super) fn endpoint(scene: &Scene<'_>, side: &Side) -> Option<Endpoint> {
    let connection = scene.connection(side)?;
    Some(Endpoint {
        connection: connection.name.clone(),
        connector: connection.connector.clone(),
        settings: serde_json::Value::Object(connection.settings.clone()),
        options: side
            .options
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.clone())))
            .collect(),
    })
}

pub(super) fn lookups(file: &PipelineFile) -> BTreeMap<String, Lookup> {
    let table = |lookup: &project::Lookup| Lookup {
        values: lookup.values.iter().map(|(from, to)| (from.clone(), stored(to))).collect(),
        default: lookup.default.as_ref().map(stored),
    };
    file.lookups.iter().map(|(name, lookup)| (name.clone(), table(lookup))).collect()
}

/// A value as it reads back from JSON: a decimal without a fraction is a whole number there.
fn stored(value: &Value) -> Value {
    Value::from(serde_json::Value::from(value))
}

pub(super) fn entity(scene: &Scene<'_>, entity: &project::Entity) -> Option<Entity> {
    let fans_out = entity.has_elements;
    let each = match &entity.each {
        Some(each) => Some(Each { path: path_rule(each)?, key: rules(scene, &entity.each_key, true)? }),
        None => None,
    };
    let mut parents = Vec::new();
    for edge in edges(scene.file, entity).iter().filter(|edge| edge.by == "ref") {
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
        routes: routes(scene, entity, fans_out)?,
        write: policy(entity),
        parents,
        mapping_hash: String::new(),
        admission_hash: String::new(),
    })
}

fn routes(scene: &Scene<'_>, entity: &project::Entity, has_item: bool) -> Option<Vec<Route>> {
    if let Some(object) = &entity.to {
        let map = mapping(scene, &entity.map, scene.schema(object), "", has_item)?;
        return Some(vec![Route { name: None, object: object.clone(), when: None, map }]);
    }
    let route = |route: &project::Route| {
        let map = mapping(scene, &merged(&entity.map, &route.map), scene.schema(&route.to), "", has_item)?;
        let when = route.when.as_ref().map(|text| script(text, has_item));
        Some(Route { name: Some(route.name.clone()), object: route.to.clone(), when, map })
    };
    entity.routes.iter().map(route).collect()
}

fn policy(entity: &project::Entity) -> WritePolicy {
    let write = &entity.write;
    WritePolicy {
        match_on: write.match_on.clone(),
        replace_within: !write.replace_within.is_empty(),
        delete: write.delete == Delete::Delete,
        update: write.update,
        shared: write.shared,
        at_least_once: write.at_least_once,
    }
}

fn mapping(
    scene: &Scene<'_>,
    members: &Members,
    schema: Option<&EntitySchema>,
    within: &str,
    has_item: bool,
) -> Option<Mapping> {
    let field = |(name, member): (&String, &rule::Member)| {
        let path = format!("{within}{name}");
        let node = match &member.node {
            rule::Node::Object(object) => {
                Node::Object(mapping(scene, object, schema, &format!("{path}."), has_item)?)
            }
            rule::Node::Rules(list) => Node::Rules(rules(scene, list, has_item)?),
            rule::Node::Blocks(blocks) => {
                Node::Blocks(blocks.iter().map(|one| block(scene, one, has_item)).collect::<Option<_>>()?)
            }
        };
        let target = schema.and_then(|schema| schema.field(&path)).map(|field| TargetField {
            kind: field.kind,
            required: field.required,
            max_length: field.max_length,
            one_of: field.one_of.clone(),
        });
        Some((name.clone(), Field { node, target, place: member.place.clone() }))
    };
    Some(Mapping { fields: members.iter().map(field).collect::<Option<_>>()? })
}

fn block(scene: &Scene<'_>, block: &rule::Block, has_item: bool) -> Option<Block> {
    let each = match &block.each {
        Some(text) => Some(path_rule(text)?),
        None => None,
    };
    let has_item = has_item || block.has_each;
    Some(Block {
        each,
        when: block.when.as_ref().map(|text| script(text, has_item)),
        map: mapping(scene, &block.map, None, "", has_item)?,
        place: block.place.clone(),
    })
}

fn rules(scene: &Scene<'_>, rules: &[rule::Rule], has_item: bool) -> Option<Vec<Rule>> {
    rules.iter().map(|one| one_rule(scene, one, has_item)).collect()
}

fn one_rule(scene: &Scene<'_>, rule: &rule::Rule, has_item: bool) -> Option<Rule> {
    let source = match &rule.source {
        rule::Source::Path(paths) => Source::Path(paths.iter().map(path_rule).collect::<Option<_>>()?),
        rule::Source::Const(value) => Source::Const(stored(value)),
        rule::Source::Var(variable) => Source::Const(stored(scene_var(variable)?)),
        rule::Source::Find(_) => return None,
        rule::Source::Script(text) => Source::Script(script(text, has_item)),
        rule::Source::Ref(of) => Source::Ref(Ref {
            entity: of.entity.clone(),
            route: of.route.clone(),
            key: rules(scene, &of.key, has_item)?,
            if_missing: of.if_missing,
            hold_for: of.hold_for,
            place: of.place.clone(),
        }),
    };
    let step = |call: &rule::TransformCall| {
        let transform = Transform::parse(&call.name, &call.args, &scene.defaults()).ok()?;
        Some(TransformStep { transform, place: call.place.clone() })
    };
    Some(Rule {
        source,
        transform: rule.transform.iter().map(step).collect::<Option<_>>()?,
        lookup: rule.lookup.clone(),
        default: rule.default.as_ref().map(stored),
        required: rule.required,
        on: rule.on,
        place: rule.place.clone(),
    })
}

fn path_rule(text: &Text) -> Option<PathRule> {
    let (root, way) = path::parse(&text.text).ok()?;
    Some(PathRule { text: text.text.clone(), root, way, place: text.place.clone() })
}

fn script(text: &Text, has_item: bool) -> Script {
    let mut lines = Vec::new();
    if text.text.contains('\n') {
        let mut start = 0;
        for line in text.text.split_inclusive('\n') {
            lines.push(text.place_of(start..start + line.trim_end().len()));
            start += line.len();
        }
    }
    Script { text: text.text.clone(), has_item, place: text.place.clone(), lines }
}

fn scene_var(_: &rule::Variable) -> Option<&'static Value> {
    None
}
