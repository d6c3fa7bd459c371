//! Fields that wait: for a link, for a target object that is looked up, or for knowing whether the object is
//! created or updated.

use super::{
    Find, Found, Links, MapError, Mapped, Reference, assert,
    coerce::{Origin, coerce},
    rule::{self, Sight},
    tree::{self, Field, Needed, Ref, Rule, Source},
};
use engine_contract::{Map, Op, Step, Value};
use engine_project::{
    Place,
    diag::code,
    rule::{IfMissing, On},
};
use std::{sync::Arc, time::Duration};

/// A field that cannot be known from the record alone.
#[derive(Clone, Debug)]
pub struct Pending {
    at: Vec<Step>,
    field: Arc<Field>,
    alternatives: Vec<Alternative>,
}

impl Pending {
    pub(super) fn new(at: Vec<Step>, field: &Arc<Field>, alternatives: Vec<Alternative>) -> Self {
        Self { at, field: Arc::clone(field), alternatives }
    }

    /// The references that may decide the field's value, in the order in which they are tried.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.alternatives.iter().filter_map(|alternative| match &alternative.state {
            State::Link(reference) => reference.as_ref().ok(),
            State::Ready(_) | State::Failed(_) | State::Look { .. } => None,
        })
    }

    /// The parents that are to be fetched from the source when they are not linked (`if_missing = "fetch"`).
    pub fn fetched(&self) -> impl Iterator<Item = &Reference> {
        self.alternatives.iter().filter_map(|alternative| {
            match (&alternative.state, &alternative.rule.source) {
                (State::Link(Ok(reference)), Source::Ref(of)) if of.if_missing == IfMissing::Fetch => {
                    Some(reference)
                }
                _ => None,
            }
        })
    }

    /// The parents without which the record may go on (`if_missing = "null"`), and how long it waits for one that is on
    /// its way.
    pub fn optional(&self) -> impl Iterator<Item = (&Reference, Duration)> {
        self.alternatives.iter().filter_map(|alternative| {
            match (&alternative.state, &alternative.rule.source) {
                (State::Link(Ok(reference)), Source::Ref(of)) if of.if_missing == IfMissing::Null => {
                    Some((reference, of.hold_for))
                }
                _ => None,
            }
        })
    }

    /// The target objects that must be looked up before the field can be settled.
    pub fn finds(&self) -> impl Iterator<Item = &Find> {
        self.alternatives.iter().filter_map(|alternative| match &alternative.state {
            State::Look { find, .. } => Some(find),
            State::Ready(_) | State::Failed(_) | State::Link(_) => None,
        })
    }

    /// Whether the field's value differs between a create and an update.
    #[must_use]
    pub fn depends_on_operation(&self) -> bool {
        self.alternatives.iter().any(|alternative| alternative.rule.on.is_some())
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
    /// A parent without which the record could go on is on its way.
    Awaits,
    /// The record waits for a person: the target or a lookup lacks something.
    Blocked(MapError),
    /// The record fails.
    Failed(MapError),
}

impl From<MapError> for Resolved {
    fn from(error: MapError) -> Self {
        if error.blocks() { Self::Blocked(error) } else { Self::Failed(error) }
    }
}

/// One rule of a list, evaluated as far as the record allows.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    rule: Arc<Rule>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Ready(Value),
    Failed(MapError),
    /// The record that is referred to, or what its key lacks.
    Link(Result<Reference, String>),
    /// The target object that is looked for, and how its value is called in messages.
    Look {
        find: Find,
        told: String,
    },
}

/// What a field comes to.
pub(super) enum Settled {
    Null,
    Value(Value, Arc<Rule>),
    /// No rule of the field applies to this operation.
    Left,
    Stop(Box<Resolved>),
}

impl Alternative {
    pub(super) fn ready(rule: &Arc<Rule>, value: Value) -> Self {
        Self { rule: Arc::clone(rule), state: State::Ready(value) }
    }

    pub(super) fn failed(rule: &Arc<Rule>, error: MapError) -> Self {
        Self { rule: Arc::clone(rule), state: State::Failed(error) }
    }

    pub(super) fn link(rule: &Arc<Rule>, reference: Result<Reference, &Rule>) -> Self {
        Self { rule: Arc::clone(rule), state: State::Link(reference.map_err(rule::label)) }
    }

    /// A look for a target object; nothing when there is no value to look for.
    pub(super) fn look(
        rule: &Arc<Rule>,
        find: &tree::Find,
        sight: Sight<'_>,
    ) -> Result<Option<Self>, MapError> {
        let Some((value, by)) = sight.first(&find.value)? else { return Ok(None) };
        let Some(text) = value.scalar_text() else {
            let message = format!(
                "{} is {}, by which no `{}` can be found",
                rule::label(by),
                value.type_name(),
                find.object
            );
            return Err(MapError::new(code::VALUE_TYPE, message, &by.place));
        };
        if text.is_empty() {
            return Ok(None);
        }
        // What the files say may be shown; what the record says may be personal.
        let is_written = matches!(by.source, Source::Const(_)) || by.lookup.is_some();
        let told = if is_written { format!("`{text}`") } else { format!("the value of {}", rule::label(by)) };
        let find = Find { object: find.object.clone(), by: find.by.clone(), value: text };
        Ok(Some(Self { rule: Arc::clone(rule), state: State::Look { find, told } }))
    }

    /// Whether no rule after this one can count.
    pub(super) fn is_certain(&self) -> bool {
        matches!(&self.state, State::Ready(value) if !value.is_null())
    }

    fn applies(&self, op: Op) -> bool {
        match self.rule.on {
            None => true,
            Some(On::Create) => op == Op::Create,
            Some(On::Update) => op == Op::Update,
        }
    }
}

pub(super) fn resolve(mapped: Mapped, links: &dyn Links, op: Op) -> Resolved {
    let Mapped { mut fields, pending, by, record, item, .. } = mapped;
    let mut left = Vec::new();
    for Pending { at, field, alternatives } in pending {
        match settle(alternatives, links, op) {
            Settled::Null => put(&mut fields, &at, Value::Null),
            Settled::Value(value, rule) => {
                match coerce(value, &field.name, field.target.as_ref(), Origin::Rule(&rule)) {
                    Ok(value) => put(&mut fields, &at, value),
                    Err(error) => return error.into(),
                }
            }
            Settled::Left => left.push(at),
            Settled::Stop(stop) => return *stop,
        }
    }
    // Removed last: positions of list elements stay true until then, and only members are ever removed.
    for at in &left {
        remove(&mut fields, at);
    }
    let lacks = |name: &str| fields.get(name).is_none_or(Value::is_null);
    if let Some(needed) = by.needed.iter().find(|needed| op == Op::Create && lacks(&needed.name)) {
        return Resolved::Failed(required(needed));
    }
    match assert::check(&by, &record, item.as_ref(), &mut fields) {
        Ok(()) => Resolved::Ready(fields),
        Err(error) => error.into(),
    }
}

fn required(needed: &Needed) -> MapError {
    let Needed { name, paths, place } = needed;
    let message = match paths {
        Some(paths) => format!("{paths} has no value, and the target requires `{name}`"),
        None => format!("`{name}` has no value, and the target requires one"),
    };
    MapError::new(code::VALUE_REQUIRED, message, place)
}

pub(super) fn settle(alternatives: Vec<Alternative>, links: &dyn Links, op: Op) -> Settled {
    let (mut applied, mut no_key) = (false, None);
    for Alternative { rule, state } in alternatives.into_iter().filter(|alternative| alternative.applies(op))
    {
        applied = true;
        let result = match (state, &rule.source) {
            (State::Ready(value), _) => Ok(value),
            (State::Failed(error), _) => Err(stop(error)),
            (State::Link(Ok(reference)), Source::Ref(of)) => follow(reference, of, &rule, links),
            (State::Link(Err(part)), Source::Ref(of)) => {
                without_key(of, &rule, &part, &mut no_key).map_err(stop)
            }
            (State::Look { find, told }, _) => look(&find, &told, &rule, links).map_err(stop),
            (State::Link(_), _) => Ok(Value::Null),
        };
        match result {
            Ok(Value::Null) => {}
            Ok(value) => return Settled::Value(value, rule),
            Err(stop) => return Settled::Stop(stop),
        }
    }
    match no_key {
        Some(error) => Settled::Stop(stop(error)),
        None if applied => Settled::Null,
        None => Settled::Left,
    }
}

fn stop(error: MapError) -> Box<Resolved> {
    Box::new(error.into())
}

fn follow(reference: Reference, of: &Ref, rule: &Rule, links: &dyn Links) -> Result<Value, Box<Resolved>> {
    let id = match (links.target_id(&reference), of.if_missing) {
        (Some(id), _) => Value::Text(id),
        // A parent that is on its way is not missing: without it the record would stay as it is when the parent lands.
        (None, IfMissing::Null) if links.is_awaited(&reference) => return Err(Box::new(Resolved::Awaits)),
        (None, IfMissing::Null) => Value::Null,
        (None, IfMissing::Hold | IfMissing::Fetch) => {
            let (hold_for, place) = (of.hold_for, rule.place.clone());
            return Err(Box::new(Resolved::Missing { reference, hold_for, place }));
        }
        (None, IfMissing::Fail) => {
            let message = format!("the record of `{}` that this one refers to is not linked", of.entity);
            return Err(stop(MapError::new(code::REFERENCE_MISSING, message, &rule.place)));
        }
    };
    rule::finish(rule, id).map_err(stop)
}

/// A reference whose key is missing names no record: waiting for one would be in vain. Unless the rule has a
/// default or says `if_missing = "null"`, the record fails if no later rule has a value.
fn without_key(of: &Ref, rule: &Rule, part: &str, no_key: &mut Option<MapError>) -> Result<Value, MapError> {
    if of.if_missing == IfMissing::Null || rule.default.is_some() {
        return rule::finish(rule, Value::Null);
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

/// The id of the only target object that a look found. A miss is no reason to try the next rule: what is
/// missing must be set up, or given a default.
fn look(find: &Find, told: &str, rule: &Rule, links: &dyn Links) -> Result<Value, MapError> {
    let Find { object, by, .. } = find;
    let id = match links.found(find) {
        Some(Found::One(id)) => Value::Text(id),
        Some(Found::Ambiguous) => {
            let message = format!("the target has several `{object}` whose `{by}` is {told}");
            return Err(MapError::new(code::FIND_AMBIGUOUS, message, &rule.place));
        }
        Some(Found::Missing) | None if rule.default.is_some() => Value::Null,
        Some(Found::Missing) | None => {
            let message = format!("the target has no `{object}` whose `{by}` is {told}");
            return Err(MapError::new(code::FIND_MISSING, message, &rule.place));
        }
    };
    rule::finish(rule, id)
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
