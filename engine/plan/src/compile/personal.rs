//! Which fields of a target object may hold personal data: what plans mask.
//!
//! A field may, when its target says so, or when a rule of it reads something personal. What nobody can tell counts
//! as personal: a script for a target that marks nothing, a path through fields that are not known, a source that marks no field at all.

use crate::{
    Each, Route,
    mapping::{Block, Field, Hop, Mapping, Node, PathRule, Root, Rule, Source, Way},
    scene::Scene,
    transform::Transform,
};
use engine_contract::{EntitySchema, Field as Known, FieldType, Step};

/// The dotted paths of the fields that may hold personal texts, without list positions.
pub(super) fn fields(scene: &Scene<'_>, from: &str, each: Option<&Each>, route: &Route) -> Vec<String> {
    let streams = scene.source().map(|source| source.stream_schemas.as_slice()).unwrap_or_default();
    let tells = streams.iter().any(|stream| stream.fields.iter().any(has_personal));
    let stream = streams.iter().find(|stream| stream.name == from).filter(|_| tells);
    let record = stream.map(|stream| stream.fields.as_slice());
    let mut found = Vec::new();
    let objects = scene.target().map(|target| target.objects.as_slice()).unwrap_or_default();
    let target_tells = objects.iter().any(|object| object.fields.iter().any(has_personal));
    let search = Search { target: scene.schema(&route.object), target_tells, record };
    let element = each.and_then(|each| search.follow(&each.path, None));
    search.mapping(&route.map, "", element, &mut found);
    found
}

fn has_personal(field: &Known) -> bool {
    field.is_personal || field.fields.iter().any(has_personal)
}

/// Fields of a part of a record; nothing when they are not known.
type Fields<'a> = Option<&'a [Known]>;

struct Search<'a> {
    target: Option<&'a EntitySchema>,
    /// The target marks its personal fields: those that it does not mark are none.
    target_tells: bool,
    record: Fields<'a>,
}

impl<'a> Search<'a> {
    fn mapping(&self, mapping: &Mapping, within: &str, element: Fields<'a>, found: &mut Vec<String>) {
        for (name, field) in &mapping.fields {
            let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
            match &field.node {
                Node::Object(inner) => self.mapping(inner, &path, element, found),
                Node::Blocks(blocks) => {
                    for Block { each, map, .. } in blocks {
                        let element = each.as_ref().map_or(element, |each| self.follow(each, element));
                        self.mapping(map, &path, element, found);
                    }
                }
                Node::Rules(rules) => {
                    let may = rules.iter().any(|rule| self.reads_personal(rule, &path, element));
                    if self.is_marked(&path) || (may && is_text(field)) {
                        found.push(path);
                    }
                }
            }
        }
    }

    fn is_marked(&self, path: &str) -> bool {
        self.target.and_then(|target| target.field(path)).is_some_and(has_personal)
    }

    fn reads_personal(&self, rule: &Rule, path: &str, element: Fields<'a>) -> bool {
        // What stands in the files is nobody's, and a number names nobody.
        let is_number = rule.transform.iter().any(|step| makes_number(&step.transform));
        let is_written = rule.lookup.is_some() || is_number;
        match &rule.source {
            _ if is_written => false,
            Source::Const(_) | Source::Ref(_) | Source::Find(_) => false,
            Source::Script(_) => {
                !self.target_tells || self.target.is_none_or(|target| target.field(path).is_none())
            }
            Source::Path(paths) => paths.iter().any(|path| self.leads_to_personal(path, element)),
        }
    }

    fn leads_to_personal(&self, path: &PathRule, element: Fields<'a>) -> bool {
        self.follow(path, element).is_none_or(|fields| fields.iter().any(has_personal))
    }

    /// The fields below what a path leads to; none below a plain value. Nothing where that is not known or is
    /// personal itself.
    fn follow(&self, path: &PathRule, element: Fields<'a>) -> Fields<'a> {
        let start = match path.root {
            Root::Record => self.record,
            Root::Element => element,
        };
        let names: Vec<&str> = match &path.way {
            Way::One(path) => path.steps.iter().filter_map(key).collect(),
            Way::Many(hops) | Way::First(hops) => hops
                .iter()
                .filter_map(|hop| match hop {
                    Hop::Step(step) => key(step),
                    Hop::All | Hop::Where { .. } => None,
                })
                .collect(),
            Way::Query { .. } => return None,
        };
        names.into_iter().try_fold(start?, |fields, name| {
            let field = fields.iter().find(|field| field.name == name)?;
            (!field.is_personal && !field.is_open).then_some(field.fields.as_slice())
        })
    }
}

fn makes_number(transform: &Transform) -> bool {
    matches!(
        transform,
        Transform::Decimal | Transform::Integer | Transform::Boolean | Transform::Round { .. }
    )
}

fn key(step: &Step) -> Option<&str> {
    match step {
        Step::Key(name) => Some(name),
        Step::Index(_) => None,
    }
}

/// Whether a field takes texts in which a person could be named.
fn is_text(field: &Field) -> bool {
    let Some(target) = &field.target else { return true };
    let is_listed = !target.one_of.is_empty();
    match target.kind {
        FieldType::Integer
        | FieldType::Decimal
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Timestamp => false,
        FieldType::Text | FieldType::Object | FieldType::List | FieldType::Json | FieldType::Any => {
            !is_listed
        }
    }
}
