//! From an item to the fields of a target object.

use super::{
    EntityProgram, Item, Links, MapError, Pending,
    coerce::{Origin, coerce},
    gate::{self, Gate},
    pending::{Alternative, resolve},
    rule::Sight,
    tree::{Block, Entity, Field, Mapping, Node, Route, Rule, Source},
};
use engine_contract::{Map, Op, Record, Step, Value};
use engine_project::{Place, diag::code};
use std::{sync::Arc, time::Duration};

/// What became of an item once its conditions were asked.
#[derive(Clone, Debug)]
pub enum Routed {
    /// It is mapped.
    Mapped(Box<Mapped>),
    /// Its `when_ref` leads to a target object of another route, or to none that may come.
    Filtered,
    /// Whether it is taken, and by which route, depends on a parent that has no link yet.
    Missing {
        /// The parent, by whichever route.
        reference: super::Reference,
        /// How long it waits.
        hold_for: Duration,
        /// Where the condition stands.
        place: Place,
    },
}

/// A mapped item: the fields, and those that wait for a link.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// The route it took; nothing for an entity without routes.
    pub route: Option<String>,
    /// The target object.
    pub object: String,
    /// The fields; those in [`Mapped::pending`] are `null` still.
    pub fields: Map,
    /// The fields that depend on links, on target objects that are looked up, or on whether the object is
    /// created or updated.
    pub pending: Vec<Pending>,
    pub(super) by: Arc<Route>,
    pub(super) record: Record,
    pub(super) item: Option<Record>,
}

impl Mapped {
    /// Settles references and looks, applies `on = "create" | "update"`, checks what a create needs, and asks the
    /// asserts.
    #[must_use]
    pub fn resolve(self, links: &dyn Links, op: Op) -> super::Resolved {
        resolve(self, links, op)
    }
}

pub(super) fn map(
    program: &EntityProgram,
    item: &Item,
    kept: Option<&str>,
    links: &dyn Links,
) -> Result<Routed, MapError> {
    let sight = program.sight(item);
    if let Some(of) = &program.entity.when_ref {
        match gate::ask(of, sight, links)? {
            Gate::Open => {}
            Gate::Closed => return Ok(Routed::Filtered),
            Gate::Waits(waits) => return Ok(*waits),
        }
    }
    let route = match choose(program, sight, kept, links)? {
        Ok(route) => route,
        Err(waits) => return Ok(waits),
    };
    let mut mapper = Mapper { pending: Vec::new(), at: Vec::new() };
    let fields = mapper.mapping(&route.map, sight)?;
    Ok(Routed::Mapped(Box::new(Mapped {
        route: route.name.clone(),
        object: route.object.clone(),
        fields,
        pending: mapper.pending,
        by: Arc::clone(route),
        record: item.source.record.clone(),
        item: item.element.clone(),
    })))
}

/// The route that an item keeps, while it exists.
pub(super) fn kept<'a>(entity: &'a Entity, kept: Option<&str>) -> Option<&'a Arc<Route>> {
    let kept = kept?;
    entity.routes.iter().find(|route| route.name.as_deref() == Some(kept))
}

/// The route that an item keeps or takes, or that it must wait for its parent to choose one.
pub(super) fn choose<'a>(
    program: &'a EntityProgram,
    sight: Sight<'_>,
    kept: Option<&str>,
    links: &dyn Links,
) -> Result<Result<&'a Arc<Route>, Routed>, MapError> {
    if let Some(route) = self::kept(&program.entity, kept) {
        return Ok(Ok(route));
    }
    for route in &program.entity.routes {
        if let Some(when) = &route.when
            && !sight.holds(when)?
        {
            continue;
        }
        let gate = route.when_ref.as_ref().map_or(Ok(Gate::Open), |of| gate::ask(of, sight, links))?;
        match gate {
            Gate::Open => return Ok(Ok(route)),
            Gate::Closed => {}
            Gate::Waits(waits) => return Ok(Err(*waits)),
        }
    }
    let message = format!("no route of `{}` takes this record", program.entity.name);
    Err(MapError::new(code::NO_ROUTE, message, &program.entity.place))
}

/// Walks a mapping; knows where in the target object it is.
struct Mapper<'a> {
    pending: Vec<Pending>,
    at: Vec<At<'a>>,
}

/// A step towards a field, borrowed: most fields never need it.
#[derive(Clone, Copy)]
enum At<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Mapper<'a> {
    fn mapping(&mut self, mapping: &'a Mapping, sight: Sight<'_>) -> Result<Map, MapError> {
        let mut out = Map::with_capacity(mapping.fields.len());
        for field in &mapping.fields {
            self.at.push(At::Key(&field.name));
            let value = self.field(field, sight)?;
            out.insert(field.name.clone(), value);
            self.at.pop();
        }
        Ok(out)
    }

    fn field(&mut self, field: &'a Arc<Field>, sight: Sight<'_>) -> Result<Value, MapError> {
        let whole = Origin::Field(&field.place);
        let (value, origin) = match &field.node {
            Node::Object(object) => (Value::Map(self.mapping(object, sight)?), whole),
            Node::Blocks(blocks) => (Value::List(self.blocks(blocks, sight)?), whole),
            Node::Rules(rules) => match evaluate(rules, sight)? {
                Found::Value(value, rule) => (value, rule.map_or(whole, |rule| Origin::Rule(rule))),
                Found::Open(alternatives) => {
                    self.pending.push(Pending::new(self.here(), field, alternatives));
                    return Ok(Value::Null);
                }
            },
        };
        coerce(value, &field.name, field.target.as_ref(), origin)
    }

    fn here(&self) -> Vec<Step> {
        let step = |at: &At<'_>| match at {
            At::Key(name) => Step::Key((*name).to_owned()),
            At::Index(index) => Step::Index(*index),
        };
        self.at.iter().map(step).collect()
    }

    fn blocks(&mut self, blocks: &'a [Block], sight: Sight<'_>) -> Result<Vec<Value>, MapError> {
        let mut out = Vec::new();
        for block in blocks {
            let Some(each) = &block.each else {
                self.element(block, sight, &mut out)?;
                continue;
            };
            for element in each.all(sight.record, sight.item) {
                self.element(block, Sight { item: Some(&element), ..sight }, &mut out)?;
            }
        }
        Ok(out)
    }

    fn element(&mut self, block: &'a Block, sight: Sight<'_>, out: &mut Vec<Value>) -> Result<(), MapError> {
        if block.when.as_ref().map_or(Ok(true), |when| sight.holds(when))? {
            self.at.push(At::Index(out.len()));
            out.push(Value::Map(self.mapping(&block.map, sight)?));
            self.at.pop();
        }
        Ok(())
    }
}

/// What a list of rules comes to.
pub(super) enum Found<'a> {
    /// A value, and the rule that made it.
    Value(Value, Option<&'a Arc<Rule>>),
    /// It depends on links, on target objects or on the operation.
    Open(Vec<Alternative>),
}

/// Tries rules in order. From the first that depends on what is not known here on, all are kept: which of
/// them counts, and whether an error in one matters, is known only then.
pub(super) fn evaluate<'a>(rules: &'a [Arc<Rule>], sight: Sight<'_>) -> Result<Found<'a>, MapError> {
    let mut open = Vec::new();
    for rule in rules {
        let is_first = open.is_empty() && rule.on.is_none();
        let alternative = match one(rule, sight) {
            Ok(None) => continue,
            Ok(Some(One::Value(value))) if is_first => {
                if value.is_null() {
                    continue;
                }
                return Ok(Found::Value(value, Some(rule)));
            }
            Ok(Some(One::Value(value))) => Alternative::ready(rule, value),
            Ok(Some(One::Open(alternative))) => alternative,
            Err(error) if is_first && !is_open(rule) => return Err(error),
            Err(error) => Alternative::failed(rule, error),
        };
        let is_last = rule.on.is_none() && alternative.is_certain();
        open.push(alternative);
        if is_last {
            break;
        }
    }
    Ok(if open.is_empty() { Found::Value(Value::Null, None) } else { Found::Open(open) })
}

/// What one rule comes to.
enum One {
    Value(Value),
    Open(Alternative),
}

/// Evaluates a rule; nothing when its condition leaves it out.
fn one(rule: &Arc<Rule>, sight: Sight<'_>) -> Result<Option<One>, MapError> {
    if !sight.wants(rule)? {
        return Ok(None);
    }
    Ok(Some(match &rule.source {
        Source::Ref(of) => One::Open(Alternative::link(rule, sight.reference(of)?)),
        Source::Find(find) => Alternative::look(rule, find, sight)?.map_or_else(
            || super::rule::finish(rule, Value::Null).map(One::Value),
            |alternative| Ok(One::Open(alternative)),
        )?,
        Source::Path(_) | Source::Const(_) | Source::Script(_) => One::Value(sight.made(rule)?),
    }))
}

/// Whether a rule's value is never known from the record alone.
fn is_open(rule: &Rule) -> bool {
    matches!(rule.source, Source::Ref(_) | Source::Find(_))
}
