//! Looks at the target before a restored state is believed: for objects that it may not know, and at those that may be
//! others by now than it says.

use super::{
    search::{self, Hit},
    trace::Sought,
    tracer::How,
};
use crate::{
    error::RunError,
    plan::{live, survey},
    stage::{
        effect::End,
        intent::{self, Effect, Encoded},
        settle::Draft,
    },
    state::{Intent, Link},
    work::Work,
};
use engine_contract::{Current, EffectClass, Op, Value};
use engine_plan::Entity;

/// The effects that are left, with their objects as they are now: creates that found theirs have become updates, and those
/// that found several have ended in the draft.
pub(crate) async fn look_again(
    work: &Work,
    entity: &Entity,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Effect>, RunError> {
    let (sought, mut left): (Vec<Effect>, Vec<Effect>) =
        effects.into_iter().partition(|effect| work.is_sought(entity, &effect.known));
    let (creates, others) = sought.into_iter().partition(|effect| effect.op == Op::Create);
    left.extend(as_they_are(work, entity, others, draft).await?);
    left.extend(found(work, entity, creates, draft).await?);
    Ok(left)
}

/// The open intents of a restored state that are still to be brought to their end. What would change or take away an object, or
/// upsert a row, is decided anew: all of that is put beside the target in any case. A create that has an object by now,
/// whichever try of the record made it, is not sent again.
pub(crate) async fn left_open(
    work: &Work,
    entity: &Entity,
    intents: &[Intent],
    draft: &mut Draft<'_>,
) -> Result<Vec<Intent>, RunError> {
    let mut left = Vec::with_capacity(intents.len());
    for intent in intents.iter().cloned() {
        if !work.is_behind(entity) {
            left.push(intent);
            continue;
        }
        let object = &intent.link.target_object;
        if intent.op != Op::Create || work.capabilities.effect_class == EffectClass::NaturalKey {
            draft.let_go(&intent);
            continue;
        }
        let mut hits = Vec::new();
        if work.target.carries_marker(object) {
            let index = work.restored.tracer.index(work, object).await?;
            hits = search::by_marker(index.of(work, &intent.link));
        }
        match (hits.pop(), hits.is_empty()) {
            (None, _) => left.push(intent),
            (Some(_), false) => draft.unclear_intent(intent),
            (Some(hit), true) => {
                let (target_id, token) = (hit.id, None);
                let generation = intent.link.generation.max(hit.generation.unwrap_or_default());
                let link = Link { generation, ..intent.link };
                let there = Current { target_id, token, fields: Value::Null };
                draft.end(Intent { link, ..intent }, End::Adopted(there));
            }
        }
    }
    Ok(left)
}

/// Has a look at the objects that are linked.
async fn as_they_are(
    work: &Work,
    entity: &Entity,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Effect>, RunError> {
    let place = |effect: &Effect| {
        let id = effect.link.target_id.as_deref().filter(|id| !work.is_placeholder(Some(id)))?;
        (effect.op == Op::Update).then(|| (effect.link.target_object.clone(), id.to_owned()))
    };
    let places: Vec<(String, String)> = effects.iter().filter_map(place).collect();
    let wanted: Vec<(&str, &str)> =
        places.iter().map(|(object, id)| (object.as_str(), id.as_str())).collect();
    let current = live::read(work, entity, &wanted).await?;
    let mut left = Vec::with_capacity(effects.len());
    for mut effect in effects {
        let place = place(&effect);
        let there = place.as_ref().and_then(|place| current.get(place));
        match there {
            Some(there) => {
                effect.link.target_token.clone_from(&there.token);
                effect.there = Some(there.clone());
                left.push(effect);
            }
            None if place.is_some() && (effect.known.is_sought() || has_another(work, &effect).await?) => {
                draft.unmade(&effect);
            }
            None => left.push(effect),
        }
    }
    Ok(left)
}

/// Whether a record whose linked object is gone has another one by now: it was taken away and made again.
async fn has_another(work: &Work, effect: &Effect) -> Result<bool, RunError> {
    let object = &effect.link.target_object;
    if !work.target.carries_marker(object) {
        return Ok(false);
    }
    Ok(!work.restored.tracer.index(work, object).await?.of(work, &effect.link).is_empty())
}

/// Looks for the objects of records that would be made.
async fn found(
    work: &Work,
    entity: &Entity,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Effect>, RunError> {
    let (mut sought, mut left) = (Vec::with_capacity(effects.len()), Vec::new());
    for effect in effects {
        match intent::encode(work, entity, &effect) {
            Ok(encoded) => sought.push(Sought { effect, encoded, hits: Vec::new() }),
            // What is wrong with it is said where it is sent.
            Err(_) => left.push(effect),
        }
    }
    search::all(work, &work.restored.tracer, entity, &mut sought).await?;
    for Sought { effect, encoded, mut hits } in sought {
        let is_certain = hits.len() == 1 && hits.iter().all(|hit| hit.reason.is_none());
        let Some(hit) = hits.pop() else {
            left.push(effect);
            continue;
        };
        // A name is no proof: others may have it.
        let is_namesake = hit.how == How::Fields && !is_alike(work, entity, &effect, encoded, &hit);
        if is_certain && !is_namesake {
            left.push(with(work, entity, effect, hit));
        } else if is_certain && work.capabilities.effect_class == EffectClass::IdempotencyKey {
            // Its key tells whether it was made; and what has the name of another is refused, as ever.
            left.push(effect);
        } else {
            draft.unclear(effect);
        }
    }
    Ok(left)
}

/// Whether an object holds all that a record would make it with.
fn is_alike(work: &Work, entity: &Entity, effect: &Effect, encoded: Encoded, hit: &Hit) -> bool {
    let Some(current) = &hit.current else { return false };
    let intent = intent::intent(work, entity, effect, encoded, 0);
    survey::held_unless_alike(work, entity, (effect, &intent), current).is_none()
}

/// A record with the object that was found to be its own.
fn with(work: &Work, entity: &Entity, mut effect: Effect, hit: Hit) -> Effect {
    let Some(current) = hit.current else { return effect };
    if work.capabilities.effect_class == EffectClass::NaturalKey {
        effect.link.target_id = Some(current.target_id.clone());
        effect.link.target_token.clone_from(&current.token);
    } else {
        effect.adopt(current.clone());
        // On the way back what agrees in fields alone is another record's; what the engine marked is its own.
        effect.is_adopted = entity.back.is_none() || hit.how == How::Match;
    }
    // Keys of requests that the service may remember are not used again.
    effect.link.generation = effect.link.generation.max(hit.generation.unwrap_or_default() + 1);
    effect.there = Some(current);
    effect
}
