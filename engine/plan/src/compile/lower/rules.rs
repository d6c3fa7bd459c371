//! Mappings and their rules: paths parsed, transforms typed, variables replaced by their values.

use crate::{
    mapping::{
        Block, Field, Find, Mapping, Node, PathRule, Ref, Rule, Script, Source, TargetField, TransformStep,
    },
    path,
    scene::{Scene, stored},
    transform::Transform,
};
use engine_contract::EntitySchema;
use engine_project::{
    Text,
    rule::{self, Members},
};

/// The pipeline, and the fields of the target object where they are known.
type Against<'a> = (&'a Scene<'a>, Option<&'a EntitySchema>);

pub(super) fn mapping(
    against: Against<'_>,
    members: &Members,
    within: &str,
    has_item: bool,
) -> Option<Mapping> {
    let (scene, schema) = against;
    let field = |(name, member): (&String, &rule::Member)| {
        let path = format!("{within}{name}");
        let inside = format!("{path}.");
        let node = match &member.node {
            rule::Node::Object(object) => Node::Object(mapping(against, object, &inside, has_item)?),
            rule::Node::Rules(list) => Node::Rules(rules(scene, list, has_item)?),
            rule::Node::Blocks(blocks) => {
                let blocks = blocks.iter().map(|one| block(against, one, &inside, has_item));
                Node::Blocks(blocks.collect::<Option<_>>()?)
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

fn block(against: Against<'_>, block: &rule::Block, within: &str, has_item: bool) -> Option<Block> {
    let each = match &block.each {
        Some(text) => Some(path_rule(text)?),
        None => None,
    };
    let has_item = has_item || block.has_each;
    Some(Block {
        each,
        when: block.when.as_ref().map(|text| script(text, has_item)),
        map: mapping(against, &block.map, within, has_item)?,
        place: block.place.clone(),
    })
}

pub(super) fn rules(scene: &Scene<'_>, rules: &[rule::Rule], has_item: bool) -> Option<Vec<Rule>> {
    rules.iter().map(|one| one_rule(scene, one, has_item)).collect()
}

pub(super) fn one_rule(scene: &Scene<'_>, rule: &rule::Rule, has_item: bool) -> Option<Rule> {
    let source = match &rule.source {
        rule::Source::Path(paths) => Source::Path(paths.iter().map(path_rule).collect::<Option<_>>()?),
        rule::Source::Const(value) => Source::Const(stored(value)),
        rule::Source::Var(variable) => Source::Const(stored(scene.var(&variable.name)?)),
        rule::Source::Script(text) => Source::Script(script(text, has_item)),
        rule::Source::Ref(of) => Source::Ref(reference(scene, of, has_item)?),
        rule::Source::Find(find) => Source::Find(Find {
            object: find.object.clone(),
            by: find.by.clone(),
            value: rules(scene, &find.value, has_item)?,
            place: find.place.clone(),
        }),
    };
    let step = |call: &rule::TransformCall| {
        let transform = Transform::parse(&call.name, &scene.filled(&call.args)?, &scene.defaults()).ok()?;
        Some(TransformStep { transform, place: call.place.clone() })
    };
    Some(Rule {
        source,
        transform: rule.transform.iter().map(step).collect::<Option<_>>()?,
        lookup: rule.lookup.clone(),
        default: rule.default.as_ref().map(stored),
        required: rule.required,
        on: rule.on,
        when: rule.when.as_ref().map(|text| script(text, has_item)),
        marker: rule.marker,
        place: rule.place.clone(),
    })
}

pub(super) fn reference(scene: &Scene<'_>, of: &rule::Reference, has_item: bool) -> Option<Ref> {
    Some(Ref {
        entity: of.entity.clone(),
        route: of.route.clone(),
        key: rules(scene, &of.key, has_item)?,
        if_missing: of.if_missing,
        hold_for: of.hold_for,
        place: of.place.clone(),
    })
}

pub(super) fn path_rule(text: &Text) -> Option<PathRule> {
    let (root, way) = path::parse(&text.text).ok()?;
    Some(PathRule { text: text.text.clone(), root, way, place: text.place.clone() })
}

pub(super) fn script(text: &Text, has_item: bool) -> Script {
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
