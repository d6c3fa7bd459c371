//! Keeps to a plan: a record that is not any more what the plan showed is refused, the others are written.

use super::{Approved, Promise, Purpose, Step, compare, live};
use crate::{
    error::RunError,
    stage::{Fault, intent::Effect, settle::Draft},
    state::{Intent, Known, Status},
    work::Work,
};
use engine_contract::{Applied, Change, ConnectorError, Current, ErrorKind, Map, Retry, Value, content_hash};
use engine_plan::Entity;

/// The effects that the plan shows as they are now. Those that it shows otherwise are blocked; those that it does not show
/// at all wait for a run.
pub(crate) fn planned(approved: &Approved, effects: Vec<Effect>, draft: &mut Draft<'_>) -> Vec<Effect> {
    let entity = &draft.entity().name;
    let mut kept = Vec::with_capacity(effects.len());
    for effect in effects {
        let link = &effect.link;
        match approved.promise(entity, &link.record.key) {
            None => draft.wait(&link.record.key, &link.source_key),
            Some(promise) if is_kept(promise, &effect) => kept.push(effect),
            Some(_) => draft.not_sent(&effect, stale("the source record"), Status::Blocked),
        }
    }
    kept
}

/// Whether an effect is the planned one, as far as the source decides it.
fn is_kept(promise: &Promise, effect: &Effect) -> bool {
    // Whether an object is there already is compared with the target itself.
    let is_same_kind = match promise.step {
        Step::Create | Step::Update | Step::Settle | Step::Mend => !effect.op.retires(),
        step => step == Step::from(effect.op),
    };
    let content = effect.promised.filter(|_| !effect.op.retires());
    is_same_kind && promise.content == content
}

/// Compares what is about to be sent with the target. What the plan promises of an object that has changed since is
/// blocked; what the object holds already is settled without a call. Returns what is left to be sent.
pub(crate) async fn still_there(
    work: &Work,
    approved: &Approved,
    pairs: Vec<(Effect, Intent)>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Intent>, RunError> {
    let entity = draft.entity();
    let ids: Vec<(&str, &str)> = pairs.iter().filter_map(|(_, intent)| place(intent)).collect();
    let found = live::read(work, entity, &ids).await?;
    let mut left = Vec::with_capacity(pairs.len());
    for (effect, mut intent) in pairs {
        let Some(promise) = approved.promise(&entity.name, &effect.link.record.key) else { continue };
        let place = place(&intent).map(|(object, id)| (object.to_owned(), id.to_owned()));
        let current = place.and_then(|place| found.get(&place));
        if !agrees(work, promise, (&effect, &intent), current) {
            draft.not_sent(&effect, stale("the target object"), Status::Blocked);
        } else if let (Step::Settle, Some(current)) = (promise.step, current) {
            let (target_id, token) = (current.target_id.clone(), current.token.clone());
            draft.end_unchanged(intent, Applied { target_id, token, change: Change::Updated });
        } else {
            if let Some(current) = current {
                intent.link.target_token.clone_from(&current.token);
            }
            left.push(intent);
        }
    }
    Ok(left)
}

/// What is known of a record whose object is written again: one that is gone has no place any more, so that it is made anew.
pub(crate) fn to_mend(purpose: &Purpose, entity: &Entity, key: &str, mut known: Known) -> Known {
    let Purpose::Apply(approved) = purpose else { return known };
    let is_gone = approved.promise(&entity.name, key).is_some_and(|promise| promise.target_id.is_none());
    if let (true, Some(link)) = (is_gone, &mut known.link) {
        (link.target_id, link.target_token) = (None, None);
    }
    known
}

/// Where the object of an intent is: with a natural key also that of a create.
pub(super) fn place(intent: &Intent) -> Option<(&str, &str)> {
    Some((intent.link.target_object.as_str(), intent.link.target_id.as_deref()?))
}

/// Whether the object is as the plan showed it: by its version, where the target gives one.
fn agrees(
    work: &Work,
    promise: &Promise,
    (effect, intent): (&Effect, &Intent),
    current: Option<&Current>,
) -> bool {
    // Another object agrees with the record now than when the plan was made.
    let is_other = |current: &Current| promise.target_id.as_ref().is_some_and(|id| *id != current.target_id);
    match (current, &promise.token) {
        (Some(current), _) if is_other(current) => false,
        (None, _) => promise.held.is_none() || intent.op.retires(),
        (Some(current), Some(token)) => current.token.as_ref() == Some(token),
        (Some(_), None) if effect.op.removes() => true,
        (Some(current), None) => {
            let (wanted, held) = compared(work, effect, intent, current);
            promise.held == Some(content_hash(&compare::managed(&wanted, &held)))
        }
    }
}

/// What would be sent and what is there, in a form in which both can be compared.
pub(super) fn compared(work: &Work, effect: &Effect, intent: &Intent, current: &Current) -> (Map, Value) {
    work.target.compared(&intent.link.target_object, &effect.fields, &intent.payload, current.fields.clone())
}

fn stale(what: &str) -> Fault {
    Fault {
        code: "plan/stale-record".to_owned(),
        message: format!("{what} has changed since the plan was made: it was not written"),
        place: None,
        retry: true,
    }
}

/// What a write that the target refused as outdated means when a plan is carried out: a run looks at it again.
pub(crate) fn refused(work: &Work) -> Option<ConnectorError> {
    let message = "the target object has changed since the plan was made: it was not written";
    let refused = || ConnectorError::new(ErrorKind::Stale, message).with_retry(Retry::Soon);
    matches!(work.purpose, Purpose::Apply(_)).then(refused)
}
