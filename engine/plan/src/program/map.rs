//! From an item to the fields of a target object.

use super::{
    EntityProgram, Item, MapError, Pending,
    coerce::{Origin, coerce},
    parts::Parts,
    pending::{Alternative, resolve},
    rule::{self, Sight},
};
use crate::{
    Route,
    mapping::{Block, Field, Mapping, Node, Rule, Source},
    path,
};
use engine_contract::{Map, Op, Step, Value};
use engine_project::{Place, diag::code};
use std::sync::Arc;

/// A mapped item: the fields, and those that wait for a link.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// The route it took; nothing for an entity without routes.
    pub route: Option<String>,
    /// The target object.
    pub object: String,
    /// The fields; those in [`Mapped::pending`] are `null` still.
    pub fields: Map,
    /// The fields that depend on links, or on whether the object is created or updated.
    pub pending: Vec<Pending>,
    pub(super) parts: Arc<RouteParts>,
}

impl Mapped {
    /// Settles references, applies `on = "create" | "update"`, and checks what a create needs.
    #[must_use]
    pub fn resolve(self, links: &dyn super::Links, op: Op) -> super::Resolved {
        resolve(self, links, op)
    }
}

/// What finishing a mapped item needs of its route.
#[derive(Debug)]
pub(crate) struct RouteParts {
    pub(super) parts: Arc<Parts>,
    /// The fields without which a create is refused.
    pub(super) needed: Vec<Needed>,
}

/// A field without which a create is refused.
#[derive(Debug)]
pub(super) struct Needed {
    pub(super) name: String,
    /// What its value comes from, where that is a path.
    pub(super) paths: Option<String>,
    pub(super) place: Place,
}

impl RouteParts {
    pub(crate) fn of(route: &Route, parts: &Arc<Parts>) -> Self {
        let is_needed = |field: &Field| field.target.as_ref().is_some_and(|target| target.required);
        let fields = route.map.fields.iter().filter(|(_, field)| is_needed(field));
        let needed = |(name, field): (&String, &Field)| {
            let paths = match &field.node {
                Node::Rules(rules) => rule::paths(rules),
                Node::Object(_) | Node::Blocks(_) => None,
            };
            Needed { name: name.clone(), paths, place: field.place.clone() }
        };
        Self { parts: Arc::clone(parts), needed: fields.map(needed).collect() }
    }
}

pub(crate) fn map(program: &EntityProgram, item: &Item, kept: Option<&str>) -> Result<Mapped, MapError> {
    let sight = Sight { parts: &program.parts, record: &item.source.record, item: item.element.as_ref() };
    let (route, parts) = choose(program, sight, kept)?;
    let mut mapper = Mapper { pending: Vec::new(), at: Vec::new() };
    let fields = mapper.mapping(&route.map, sight)?;
    Ok(Mapped {
        route: route.name.clone(),
        object: route.object.clone(),
        fields,
        pending: mapper.pending,
        parts: Arc::clone(parts),
    })
}

fn choose<'a>(
    program: &'a EntityProgram,
    sight: Sight<'_>,
    kept: Option<&str>,
) -> Result<(&'a Route, &'a Arc<RouteParts>), MapError> {
    let routes = || program.entity.routes.iter().zip(&program.routes);
    if let Some(found) = kept.and_then(|kept| routes().find(|(route, _)| route.name.as_deref() == Some(kept)))
    {
        return Ok(found);
    }
    for found in routes() {
        let Some(when) = &found.0.when else { return Ok(found) };
        if sight.holds(when)? {
            return Ok(found);
        }
    }
    let message = format!("no route of `{}` takes this record", program.entity.name);
    Err(MapError::new(code::NO_ROUTE, message, &program.entity.place))
}

/// Walks a mapping; knows where in the target object it is.
struct Mapper {
    pending: Vec<Pending>,
    at: Vec<Step>,
}

impl Mapper {
    fn mapping(&mut self, mapping: &Mapping, sight: Sight<'_>) -> Result<Map, MapError> {
        let mut out = Map::with_capacity(mapping.fields.len());
        for (name, field) in &mapping.fields {
            self.at.push(Step::Key(name.clone()));
            let value = self.field(name, field, sight)?;
            out.insert(name.clone(), value);
            self.at.pop();
        }
        Ok(out)
    }

    fn field(&mut self, name: &str, field: &Field, sight: Sight<'_>) -> Result<Value, MapError> {
        let whole = Origin::Field(&field.place);
        let (value, origin) = match &field.node {
            Node::Object(object) => (Value::Map(self.mapping(object, sight)?), whole),
            Node::Blocks(blocks) => (Value::List(self.blocks(blocks, sight)?), whole),
            Node::Rules(rules) => match evaluate(rules, sight)? {
                Found::Value(value, rule) => (value, rule.map_or(whole, Origin::Rule)),
                Found::Open(alternatives) => {
                    self.pending.push(Pending::new(self.at.clone(), name, field, alternatives));
                    return Ok(Value::Null);
                }
            },
        };
        coerce(value, name, field.target.as_ref(), origin)
    }

    fn blocks(&mut self, blocks: &[Block], sight: Sight<'_>) -> Result<Vec<Value>, MapError> {
        let mut out = Vec::new();
        for block in blocks {
            let Some(each) = &block.each else {
                self.element(block, sight, &mut out)?;
                continue;
            };
            for element in path::all(each, sight.record, sight.item, &sight.parts.queries) {
                self.element(block, Sight { item: Some(&element), ..sight }, &mut out)?;
            }
        }
        Ok(out)
    }

    fn element(&mut self, block: &Block, sight: Sight<'_>, out: &mut Vec<Value>) -> Result<(), MapError> {
        if block.when.as_ref().map_or(Ok(true), |when| sight.holds(when))? {
            self.at.push(Step::Index(out.len()));
            out.push(Value::Map(self.mapping(&block.map, sight)?));
            self.at.pop();
        }
        Ok(())
    }
}

/// What a list of rules comes to.
enum Found<'a> {
    /// A value, and the rule that made it.
    Value(Value, Option<&'a Rule>),
    /// It depends on links or on the operation.
    Open(Vec<Alternative>),
}

/// Tries rules in order. From the first that depends on links or the operation on, all are kept: which of
/// them counts, and whether an error in one matters, is known only then.
fn evaluate<'a>(rules: &'a [Rule], sight: Sight<'_>) -> Result<Found<'a>, MapError> {
    let mut open = Vec::new();
    for rule in rules {
        let alternative = match &rule.source {
            Source::Ref(of) => match sight.reference(of) {
                Ok(reference) => Alternative::link(rule, of, reference),
                Err(error) => Alternative::failed(rule, error),
            },
            _ => match sight.value(rule) {
                Ok(value) if open.is_empty() && rule.on.is_none() => {
                    if value.is_null() {
                        continue;
                    }
                    return Ok(Found::Value(value, Some(rule)));
                }
                Ok(value) => Alternative::ready(rule, value),
                Err(error) if open.is_empty() && rule.on.is_none() => return Err(error),
                Err(error) => Alternative::failed(rule, error),
            },
        };
        let is_last = rule.on.is_none() && alternative.is_certain();
        open.push(alternative);
        if is_last {
            break;
        }
    }
    Ok(if open.is_empty() { Found::Value(Value::Null, None) } else { Found::Open(open) })
}
