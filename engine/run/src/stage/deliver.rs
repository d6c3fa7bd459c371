//! Has effects sent: what may be sent is committed first, as intents or as a note of the batch.

use super::{
    adopt,
    claim::{self, Claim},
    effect::{Attempt, Driven, Sender},
    intent::{self, Effect},
    settle::Draft,
};
use crate::{
    error::RunError,
    failpoint::failpoint,
    lease::Guard,
    links, merge,
    options::Mechanism,
    plan::{Approved, Purpose, promise, survey},
    state::{Intent, Status},
    work::Work,
};
use engine_contract::{Applied, Change, Op};
use engine_plan::Entity;
use futures::StreamExt;

/// Sends effects, as far as the run's limits let them; what became of them goes into the draft. Returns why it stopped
/// early, if it did.
pub(crate) async fn deliver(
    work: &Work,
    guard: &Guard,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Option<RunError> {
    let admitted = match &work.purpose {
        Purpose::Apply(approved) => keep_to(approved, work, guard, effects, draft).await,
        Purpose::Write | Purpose::Plan(_) | Purpose::Trace(_) => {
            admitted(work, guard, effects, draft, |_, intent| intent).await
        }
    };
    let (intents, over) = match admitted {
        Ok(intents) => work.budget.allow(intents),
        Err(error) => return Some(error),
    };
    if intents.is_empty() {
        return over;
    }
    if work.options.keeps(Mechanism::Intents) {
        let committed = if work.keeps_intents() {
            work.store.commit_intents(&guard.lease(), intents.clone()).await
        } else {
            let links = intents.iter().map(|intent| intent.link.clone()).collect();
            work.store.note_dispatch(&guard.lease(), &draft.entity().name, links).await
        };
        if let Err(error) = committed {
            return Some(error.into());
        }
        failpoint!("deliver.intents");
    }
    let halt = send_all(work, guard, intents.into_iter().map(Attempt::fresh).collect(), draft).await;
    halt.or(over)
}

/// The intents of the effects that a plan shows, and shows as they are.
async fn keep_to(
    approved: &Approved,
    work: &Work,
    guard: &Guard,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Intent>, RunError> {
    let effects = promise::planned(approved, effects, draft);
    let pairs = admitted(work, guard, effects, draft, |effect, intent| (effect, intent)).await?;
    promise::still_there(work, approved, pairs, draft).await
}

/// The effects that may be sent, each with its intent. The others end in the draft: they cannot be encoded, or
/// claim an object that belongs to another record.
pub(crate) async fn admitted<T>(
    work: &Work,
    guard: &Guard,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
    keep: impl Fn(Effect, Intent) -> T,
) -> Result<Vec<T>, RunError> {
    let entity = draft.entity();
    for effect in &effects {
        draft.expect(effect.link.clone(), effect.item.clone(), effect.known.clone());
    }
    let effects = links::look_again(work, entity, effects, draft).await?;
    let effects = merge::unlinked(work, entity, effects, draft).await?;
    let effects = adopt::adopt(work, entity, effects, draft).await?;
    let effects = merge::forward(work, entity, effects, draft).await?;
    let mut planned = Vec::with_capacity(effects.len());
    for effect in effects {
        match intent::encode(work, entity, &effect) {
            Ok(encoded) => planned.push((effect, encoded)),
            Err(fault) => draft.not_sent(&effect, fault, Status::Failed),
        }
    }
    let claims = planned.iter().map(|(effect, encoded)| Claim::new(effect, encoded.id.as_deref())).collect();
    let judged = claim::judge(work, entity, claims).await?;
    draft.released(judged.released);
    let mut kept = Vec::with_capacity(planned.len());
    for (effect, encoded) in planned {
        if let Some(fault) = judged.refused.get(&effect.link.record.key) {
            draft.not_sent(&effect, fault.clone(), Status::Blocked);
            continue;
        }
        if effect.is_adopted && entity.back.is_some() {
            draft.not_sent(&effect, adopt::not_linked(entity, &effect.link.target_object), Status::Blocked);
            continue;
        }
        let is_linked = effect.is_adopted || effect.op == Op::Update && effect.known.is_sought();
        if is_linked && !entity.write.update {
            survey::linked(work, entity, &effect);
            draft.adopted(effect);
            continue;
        }
        let intent = intent::intent(work, entity, &effect, encoded, guard.next_revision()?);
        if holds_it_already(work, entity, &effect, &intent) {
            if effect.is_adopted {
                draft.adopted(effect);
            } else {
                let (target_id, token) = (intent.link.target_id.clone(), intent.link.target_token.clone());
                let change = Change::Updated;
                let there = Applied { target_id: target_id.unwrap_or_default(), token, change };
                draft.end_unchanged(intent, there);
            }
            continue;
        }
        kept.push(keep(effect, intent));
    }
    Ok(kept)
}

/// Whether an object that was looked at holds what it would get. Plans look themselves, and what flows both ways is merged.
fn holds_it_already(work: &Work, entity: &Entity, effect: &Effect, intent: &Intent) -> bool {
    let is_one_way = entity.back.is_none() && work.way_back(entity).is_none();
    let is_alike = |current| survey::held_unless_alike(work, entity, (effect, intent), current).is_none();
    matches!(work.purpose, Purpose::Write)
        && is_one_way
        && !intent.op.removes()
        && !intent.op.retires()
        && effect.there.as_ref().is_some_and(is_alike)
}

/// Sends attempts in calls of the target's size, as many at once as it allows.
pub(crate) async fn send_all(
    work: &Work,
    guard: &Guard,
    attempts: Vec<Attempt>,
    draft: &mut Draft<'_>,
) -> Option<RunError> {
    let sender = Sender::new(work, guard, draft.entity());
    let mut calls: Vec<Vec<Attempt>> = Vec::new();
    for attempt in attempts {
        let object = &attempt.intent.link.target_object;
        let most = work.target.write_batch_max(object).unwrap_or(work.capabilities.write_batch_max);
        let has_room = |call: &&mut Vec<Attempt>| {
            let is_same = call.first().is_some_and(|first| first.intent.link.target_object == *object);
            call.len() < most && is_same
        };
        match calls.last_mut().filter(has_room) {
            Some(call) => call.push(attempt),
            None => calls.push(vec![attempt]),
        }
    }
    let concurrency = work.capabilities.write_concurrency_max.max(1);
    let mut driven =
        futures::stream::iter(calls).map(|call| sender.drive(call)).buffer_unordered(concurrency);
    let mut halt = None;
    while let Some((ends, error)) = driven.next().await as Option<Driven> {
        halt = halt.or(error);
        for (intent, end) in ends {
            draft.end(intent, end);
        }
    }
    halt
}
