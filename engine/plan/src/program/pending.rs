//! Fields that wait: for a link, or for knowing whether the object is created or updated.

use super::{
    Links, MapError, Mapped, Reference,
    coerce::{Origin, coerce},
    map::Needed,
    parts::Parts,
    rule,
};
use crate::mapping::{Field, Ref, Rule, Source, TargetField};
use engine_contract::{Map, Op, Step, Value};
use engine_project::{
    Place,
    diag::code,
    rule::{IfMissing, On},
};
use std::time::Duration;

/// A field that cannot be known from the record alone.
#[derive(Clone, Debug)]
pub struct Pending {
    at: Vec<Step>,
    name: String,
    target: Option<TargetField>,
    alternatives: Vec<Alternative>,
    references: Vec<Reference>,
}

impl Pending {
    pub(super) fn new(at: Vec<Step>, name: &str, field: &Field, alternatives: Vec<Alternative>) -> Self {
        let references = alternatives.iter().filter_map(Alternative::reference).cloned().collect();
        Self { at, name: name.to_owned(), target: field.target.clone(), alternatives, references }
    }

    /// The references that may decide the field's value, in the order in which they are tried.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Whether the field's value differs between a create and an update.
    #[must_use]
    pub fn depends_on_operation(&self) -> bool {
        self.alternatives.iter().any(|alternative| alternative.on.is_some())
    }
}

/// What became of a mapped item once the links are known.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// The fields to send.
    Ready(Map),
    /// A parent has no link yet, and the record waits for it.
    Missing {
        /// The parent.
        reference: Reference,
        /// How long it waits.
        hold_for: Duration,
        /// The rule that needs it.
        place: Place,
    },
    /// The record fails.
    Failed(MapError),
}

/// One rule of a list, evaluated as far as the record allows.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    on: Option<On>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// A value, what its rule is called in messages, and where that stands.
    Ready(Value, String, Place),
    Failed(MapError),
    /// The record that is referred to, or what its key lacks.
    Link {
        reference: Result<Reference, String>,
        rule: Box<Rule>,
    },
}

/// What a field comes to.
enum Settled {
    Null,
    Value(Value, Made),
    /// No rule of the field applies to this operation.
    Left,
    Stop(Box<Resolved>),
}

/// What made a value.
enum Made {
    Link(Box<Rule>),
    Other(String, Place),
}

impl Made {
    fn origin(&self) -> Origin<'_> {
        match self {
            Self::Link(rule) => Origin::Rule(rule),
            Self::Other(label, place) => Origin::Told(label, place),
        }
    }
}

impl Alternative {
    pub(super) fn ready(rule: &Rule, value: Value) -> Self {
        Self { on: rule.on, state: State::Ready(value, rule::label(rule), rule.place.clone()) }
    }

    pub(super) fn failed(rule: &Rule, error: MapError) -> Self {
        Self { on: rule.on, state: State::Failed(error) }
    }

    pub(super) fn link(rule: &Rule, of: &Ref, reference: Result<Reference, &Rule>) -> Self {
        // The key is evaluated: its rules stay behind.
        let (entity, route) = (of.entity.clone(), of.route.clone());
        let of = Ref { entity, route, key: Vec::new(), place: of.place.clone(), ..*of };
        let kept = Rule {
            source: Source::Ref(of),
            transform: rule.transform.clone(),
            lookup: rule.lookup.clone(),
            default: rule.default.clone(),
            place: rule.place.clone(),
            ..*rule
        };
        let reference = reference.map_err(rule::label);
        Self { on: rule.on, state: State::Link { reference, rule: Box::new(kept) } }
    }

    /// Whether no rule after this one can count.
    pub(super) fn is_certain(&self) -> bool {
        matches!(&self.state, State::Ready(value, ..) if !value.is_null())
    }

    fn reference(&self) -> Option<&Reference> {
        match &self.state {
            State::Link { reference, .. } => reference.as_ref().ok(),
            State::Ready(..) | State::Failed(_) => None,
        }
    }

    fn applies(&self, op: Op) -> bool {
        match self.on {
            None => true,
            Some(On::Create) => op == Op::Create,
            Some(On::Update) => op == Op::Update,
        }
    }
}

pub(super) fn resolve(mapped: Mapped, links: &dyn Links, op: Op) -> Resolved {
    let Mapped { mut fields, pending, parts, .. } = mapped;
    let mut left = Vec::new();
    for Pending { at, name, target, alternatives, .. } in pending {
        match settle(alternatives, links, op, &parts.parts) {
            Settled::Null => put(&mut fields, &at, Value::Null),
            Settled::Value(value, made) => match coerce(value, &name, target.as_ref(), made.origin()) {
                Ok(value) => put(&mut fields, &at, value),
                Err(error) => return Resolved::Failed(error),
            },
            Settled::Left => left.push(at),
            Settled::Stop(stop) => return *stop,
        }
    }
    // Removed last: positions of list elements stay true until then, and only members are ever removed.
    for at in &left {
        remove(&mut fields, at);
    }
    let lacks = |name: &str| fields.get(name).is_none_or(Value::is_null);
    match parts.needed.iter().find(|needed| op == Op::Create && lacks(&needed.name)) {
        Some(Needed { name, paths, place }) => {
            let message = match paths {
                Some(paths) => format!("{paths} has no value, and the target requires `{name}`"),
                None => format!("`{name}` has no value, and the target requires one"),
            };
            Resolved::Failed(MapError::new(code::VALUE_REQUIRED, message, place))
        }
        None => Resolved::Ready(fields),
    }
}

fn settle(alternatives: Vec<Alternative>, links: &dyn Links, op: Op, parts: &Parts) -> Settled {
    let (mut applied, mut no_key) = (false, None);
    for alternative in alternatives.into_iter().filter(|alternative| alternative.applies(op)) {
        applied = true;
        let result = match alternative.state {
            State::Ready(value, label, place) => Ok((value, Made::Other(label, place))),
            State::Failed(error) => Err(failed(error)),
            State::Link { reference: Ok(reference), rule } => {
                follow(reference, &rule, links, parts).map(|value| (value, Made::Link(rule)))
            }
            State::Link { reference: Err(part), rule } => without_key(&rule, &part, parts, &mut no_key)
                .map(|value| (value, Made::Link(rule)))
                .map_err(failed),
        };
        match result {
            Ok((Value::Null, _)) => {}
            Ok((value, made)) => return Settled::Value(value, made),
            Err(stop) => return Settled::Stop(stop),
        }
    }
    match no_key {
        Some(error) => Settled::Stop(failed(error)),
        None if applied => Settled::Null,
        None => Settled::Left,
    }
}

fn failed(error: MapError) -> Box<Resolved> {
    Box::new(Resolved::Failed(error))
}

fn follow(
    reference: Reference,
    rule: &Rule,
    links: &dyn Links,
    parts: &Parts,
) -> Result<Value, Box<Resolved>> {
    let Source::Ref(of) = &rule.source else { return Ok(Value::Null) };
    let id = match (links.target_id(&reference), of.if_missing) {
        (Some(id), _) => Value::Text(id),
        (None, IfMissing::Null) => Value::Null,
        (None, IfMissing::Hold | IfMissing::Fetch) => {
            let (hold_for, place) = (of.hold_for, rule.place.clone());
            return Err(Box::new(Resolved::Missing { reference, hold_for, place }));
        }
        (None, IfMissing::Fail) => {
            let message = format!("the record of `{}` that this one refers to is not linked", of.entity);
            return Err(failed(MapError::new(code::REFERENCE_MISSING, message, &rule.place)));
        }
    };
    rule::finish(rule, id, parts).map_err(failed)
}

/// A reference whose key is missing names no record: waiting for one would be in vain. Unless the rule has a
/// default or says `if_missing = "null"`, the record fails if no later rule has a value.
fn without_key(
    rule: &Rule,
    part: &str,
    parts: &Parts,
    no_key: &mut Option<MapError>,
) -> Result<Value, MapError> {
    let Source::Ref(of) = &rule.source else { return Ok(Value::Null) };
    if of.if_missing == IfMissing::Null || rule.default.is_some() {
        return rule::finish(rule, Value::Null, parts);
    }
    let message = format!(
        "{part} is missing, empty or 0, and the reference to `{}` needs it: give the rule \
         `if_missing = \"null\"`, a default or an alternative",
        of.entity
    );
    let error = MapError::new(code::REFERENCE_KEY, message, &rule.place);
    if of.if_missing == IfMissing::Fail {
        return Err(error);
    }
    no_key.get_or_insert(error);
    Ok(Value::Null)
}

fn put(fields: &mut Map, at: &[Step], value: Value) {
    let Some((Step::Key(first), rest)) = at.split_first() else { return };
    let Some(mut here) = fields.get_mut(first) else { return };
    for step in rest {
        let next = match (here, step) {
            (Value::Map(map), Step::Key(key)) => map.get_mut(key),
            (Value::List(items), Step::Index(index)) => items.get_mut(*index),
            _ => None,
        };
        let Some(next) = next else { return };
        here = next;
    }
    *here = value;
}

fn remove(fields: &mut Map, at: &[Step]) {
    match at {
        [Step::Key(last)] => drop(fields.shift_remove(last)),
        [Step::Key(first), rest @ ..] => {
            if let Some(value) = fields.get_mut(first) {
                remove_within(value, rest);
            }
        }
        _ => {}
    }
}

fn remove_within(value: &mut Value, at: &[Step]) {
    match (value, at) {
        (Value::Map(map), at) => remove(map, at),
        (Value::List(items), [Step::Index(index), rest @ ..]) => {
            if let Some(item) = items.get_mut(*index) {
                remove_within(item, rest);
            }
        }
        _ => {}
    }
}
