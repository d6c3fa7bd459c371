//! Turns decisions into intents, commits them where the target needs it, and has them sent.

use super::{
    Fault,
    claim::{self, Claim},
    effect::{Attempt, Driven, Sender},
    settle::Draft,
};
use crate::{
    error::RunError,
    failpoint::failpoint,
    key::RecordKey,
    lease::Guard,
    state::{Intent, Known, Link, Status},
    work::Work,
};
use engine_contract::{ContentHash, EffectClass, Encode, Map, Op};
use engine_plan::{Entity, Item};
use futures::StreamExt;

/// Something to be done to the target for one record.
pub(crate) struct Effect {
    pub(crate) op: Op,
    pub(crate) link: Link,
    pub(crate) fields: Map,
    pub(crate) item: Option<Item>,
    pub(crate) known: Known,
}

impl Effect {
    /// The create or update that brings `fields` to the target.
    pub(crate) fn content(
        work: &Work,
        entity: &Entity,
        (item, known): (Item, Known),
        (object, route, version): (String, Option<String>, Option<String>),
        (fields, hash): (Map, ContentHash),
    ) -> Self {
        let live = known.link.as_ref().filter(|link| link.target_id.is_some());
        let link = Link {
            record: RecordKey { entity: entity.name.clone(), key: item.key.clone() },
            source_key: item.source.key.clone(),
            target_connection: work.blueprint.target.connection.clone(),
            target_object: object,
            target_id: live.and_then(|link| link.target_id.clone()),
            route,
            parent_key: item.parent_key.clone(),
            source_revision: version,
            sent_hash: hash,
            generation: next_generation(&known),
            target_token: live.and_then(|link| link.target_token.clone()),
            mapping_hash: entity.mapping_hash.clone(),
            shared: entity.write.shared,
        };
        let op = if live.is_some() { Op::Update } else { Op::Create };
        Self { op, link, fields, item: Some(item), known }
    }

    /// The delete of a linked record's target object.
    pub(crate) fn delete(link: &Link, item: Option<Item>, known: Known) -> Self {
        let mut link = link.clone();
        link.generation = next_generation(&known);
        Self { op: Op::Delete, link, fields: Map::new(), item, known }
    }
}

/// Above the generation of every effect that was sent for the record, refused ones included: services may
/// answer a repeated key with a remembered refusal.
fn next_generation(known: &Known) -> i64 {
    known.link.as_ref().map_or(0, |link| link.generation) + 1
}

/// The key that is the same for every attempt of an effect and different for every other effect. Never made
/// from the content: a record that changes between a crash and its retry must not be made twice.
pub(crate) fn request_key(work: &Work, intent: &Intent) -> String {
    let token = intent.link.target_token.as_deref().unwrap_or_default();
    short_hash(work, &intent.link, &[intent.op.as_str(), &intent.link.generation.to_string(), token])
}

/// The marker that every attempt to make an object carries.
fn marker(work: &Work, link: &Link) -> String {
    short_hash(work, link, &["marker", &link.generation.to_string()])
}

/// 32 letters and digits.
fn short_hash(work: &Work, link: &Link, more: &[&str]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let scope = &work.scope;
    let words = [&scope.tenant, &scope.environment, &scope.pipeline, scope.side.as_str()];
    let mut hasher = blake3::Hasher::new();
    for word in words
        .iter()
        .copied()
        .chain([link.record.entity.as_str(), &link.record.key])
        .chain(more.iter().copied())
    {
        hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
    }
    let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).copied().map(char::from);
    hasher.finalize().as_bytes().iter().filter_map(letter).collect()
}

/// Sends effects; what became of them goes into the draft. Returns why it stopped early, if it did.
pub(crate) async fn deliver(
    work: &Work,
    guard: &Guard,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Option<RunError> {
    let intents = match admitted(work, guard, effects, draft).await {
        Ok(intents) if intents.is_empty() => return None,
        Ok(intents) => intents,
        Err(error) => return Some(error),
    };
    if work.options.mechanisms.intents {
        let committed = if keeps_intents(work) {
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
    send_all(work, guard, intents.into_iter().map(Attempt::fresh).collect(), draft).await
}

/// The intents of the effects that may be sent. The others end in the draft: they cannot be encoded, or
/// claim an object that belongs to another record.
async fn admitted(
    work: &Work,
    guard: &Guard,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Intent>, RunError> {
    let entity = draft.entity();
    for effect in &effects {
        draft.expect(effect.link.clone(), effect.item.clone(), effect.known.clone());
    }
    let mut planned = Vec::with_capacity(effects.len());
    for effect in effects {
        match encode(work, entity, &effect) {
            Ok(encoded) => planned.push((effect, encoded)),
            Err(fault) => draft.not_sent(&effect, fault, Status::Failed),
        }
    }
    let claims = planned.iter().map(|(effect, encoded)| Claim::new(effect, encoded.id.as_deref())).collect();
    let judged = claim::judge(work, entity, claims).await?;
    draft.released(judged.released);
    let mut intents = Vec::with_capacity(planned.len());
    for (effect, encoded) in planned {
        if let Some(fault) = judged.refused.get(&effect.link.record.key) {
            draft.not_sent(&effect, fault.clone(), Status::Blocked);
            continue;
        }
        let intent = intent(work, guard, entity, &effect, encoded)?;
        intents.push(intent);
    }
    Ok(intents)
}

/// Whether effects on this target need an intent with its bytes. Guarded upserts may simply be made anew from
/// the source; a note of which records they touch is enough.
pub(crate) fn keeps_intents(work: &Work) -> bool {
    work.options.mechanisms.intents && work.capabilities.effect_class != EffectClass::NaturalKey
}

/// Sends attempts in calls of the target's size, as many at once as it allows.
pub(crate) async fn send_all(
    work: &Work,
    guard: &Guard,
    attempts: Vec<Attempt>,
    draft: &mut Draft<'_>,
) -> Option<RunError> {
    let sender = Sender::new(work, guard);
    let mut calls: Vec<Vec<Attempt>> = Vec::new();
    for attempt in attempts {
        match calls.last_mut() {
            Some(call) if call.len() < work.capabilities.write_batch_max => call.push(attempt),
            _ => calls.push(vec![attempt]),
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

/// The exact bytes of an effect, and the id that its object will have where the content decides that.
struct Encoded {
    payload: bytes::Bytes,
    marker: String,
    id: Option<String>,
}

fn encode(work: &Work, entity: &Entity, effect: &Effect) -> Result<Encoded, Fault> {
    let marker = marker(work, &effect.link);
    if effect.op == Op::Delete {
        return Ok(Encoded { payload: bytes::Bytes::new(), marker, id: None });
    }
    let encode = Encode {
        op: effect.op,
        object: &effect.link.target_object,
        fields: &effect.fields,
        match_on: work.match_on(entity, &effect.link.target_object),
        marker: &marker,
    };
    let payload = work.target.encode(&encode).map_err(|error| Fault::from(&error))?;
    let id = work.target.identify(&encode);
    Ok(Encoded { payload, marker, id })
}

fn intent(
    work: &Work,
    guard: &Guard,
    entity: &Entity,
    effect: &Effect,
    encoded: Encoded,
) -> Result<Intent, RunError> {
    let mut link = effect.link.clone();
    // With a natural key the object's id is known before it is made: a crash leaves no object without a link.
    link.target_id = link.target_id.or(encoded.id);
    let mut intent = Intent {
        link,
        op: effect.op,
        payload: encoded.payload,
        match_on: work.match_on(entity, &effect.link.target_object).to_vec(),
        request_key: String::new(),
        marker: encoded.marker,
        revision: guard.next_revision()?,
        attempts: 0,
        created_at: work.context.clock.now(),
        quiet_after: None,
    };
    intent.request_key = request_key(work, &intent);
    Ok(intent)
}

impl std::fmt::Debug for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.op, self.link.record)
    }
}
