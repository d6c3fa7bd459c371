//! The last step of a record on its way through a search: what its object is, instead of what is sent to it.

use super::{
    search::{self, Hit},
    tracer::{How, Reason, Traced, Tracer, Verdict},
    used,
};
use crate::{
    error::RunError,
    plan::survey::{self, Standing},
    stage::{
        effect::End,
        intent::{self, Effect, Encoded},
        settle::Draft,
    },
    state::Status,
    work::Work,
};
use engine_contract::{Applied, Change, ContentHash, Current, EffectClass, Op, content_hash};
use engine_plan::Entity;

/// A record without a link, and the objects that may be its own.
pub(crate) struct Sought {
    pub(super) effect: Effect,
    pub(super) encoded: Encoded,
    pub(super) hits: Vec<Hit>,
}

/// Tells the objects of the records that would be created; all others have theirs.
pub(crate) async fn trace(
    work: &Work,
    tracer: &Tracer,
    (effects, standing): (Vec<Effect>, Vec<Standing>),
    draft: &mut Draft<'_>,
) -> Option<RunError> {
    let done = async {
        let sought = creates(work, tracer, (effects, standing.as_slice()), draft);
        if tracer.is_first() {
            let looked = used::look(work, tracer, &sought).await;
            for one in sought {
                made_up(work, draft, one);
            }
            return looked;
        }
        without_content(work, tracer, draft.entity()).await?;
        found(work, tracer, sought, draft).await
    };
    done.await.err()
}

/// The effects that would make an object. What else there is has one.
fn creates(
    work: &Work,
    tracer: &Tracer,
    (effects, standing): (Vec<Effect>, &[Standing]),
    draft: &mut Draft<'_>,
) -> Vec<Sought> {
    let entity = draft.entity();
    let mut sought = Vec::with_capacity(effects.len());
    for standing in standing {
        already(tracer, &standing.link, &standing.item.source.origin);
    }
    tracer.linked(&entity.name, standing.len() as u64);
    for effect in effects {
        if effect.op == Op::Create {
            match intent::encode(work, entity, &effect) {
                Ok(encoded) => {
                    // A search that stops has not lost the record: the equation of the run holds.
                    draft.expect(effect.link.clone(), effect.item.clone(), effect.known.clone());
                    sought.push(Sought { effect, encoded, hits: Vec::new() });
                }
                Err(fault) => draft.not_sent(&effect, fault, Status::Failed),
            }
            continue;
        }
        tracer.linked(&entity.name, 1);
        match &effect.item {
            Some(item) => {
                already(tracer, &effect.link, &item.source.origin);
                draft.ended(item, Status::Unchanged);
            }
            None => draft.wait(&effect.link.record.key, &effect.link.source_key),
        }
    }
    sought
}

/// A record that a person names has a link already.
fn already(tracer: &Tracer, link: &crate::state::Link, origin: &str) {
    if tracer.given_for(&link.record).is_some() {
        tracer.take(Traced {
            link: link.clone(),
            origin: origin.to_owned(),
            verdict: Verdict::Nothing,
            how: None,
            reason: Some(Reason::Linked),
            candidates: link.target_id.iter().cloned().collect(),
            agrees: false,
        });
    }
}

async fn found(
    work: &Work,
    tracer: &Tracer,
    mut sought: Vec<Sought>,
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    let entity = draft.entity();
    search::all(work, tracer, entity, &mut sought).await?;
    for mut one in sought {
        let is_named = tracer.given_for(&one.effect.link.record).is_some();
        let is_certain = one.hits.len() == 1 && one.hits.iter().all(|hit| hit.reason.is_none());
        let only = if is_certain { one.hits.pop() } else { None };
        if let Some((how, generation, current)) =
            only.and_then(|hit| Some((hit.how, hit.generation, hit.current?)))
        {
            let (effect, agrees) = linked(work, entity, one.effect, (how, generation, current));
            tracer.take(Traced { agrees, ..traced(&effect, Verdict::Exact, Some(how)) });
            draft.adopted(effect);
        } else {
            if !tracer.is_given() || is_named {
                tracer.take(uncertain(&one, is_named));
            }
            made_up(work, draft, one);
        }
    }
    Ok(())
}

fn traced(effect: &Effect, verdict: Verdict, how: Option<How>) -> Traced {
    Traced {
        link: effect.link.clone(),
        origin: effect.item.as_ref().map(|item| item.source.origin.clone()).unwrap_or_default(),
        verdict,
        how,
        reason: None,
        candidates: Vec::new(),
        agrees: false,
    }
}

fn uncertain(one: &Sought, is_named: bool) -> Traced {
    let Some(first) = one.hits.first() else {
        let reason = is_named.then_some(Reason::Missing);
        return Traced { reason, ..traced(&one.effect, Verdict::Nothing, None) };
    };
    let several = (one.hits.len() > 1).then_some(Reason::Several);
    let mut candidates: Vec<String> = one.hits.iter().map(|hit| hit.id.clone()).collect();
    candidates.sort();
    Traced {
        reason: several.or(first.reason),
        candidates,
        ..traced(&one.effect, Verdict::Ambiguous, Some(first.how))
    }
}

/// The link of a record whose object is known, with the hash of what the object holds. Says whether that is what the
/// record would send.
fn linked(
    work: &Work,
    entity: &Entity,
    mut effect: Effect,
    (how, generation, current): (How, Option<i64>, Current),
) -> (Effect, bool) {
    if how == How::Key || work.capabilities.effect_class == EffectClass::NaturalKey {
        effect.link.target_id = Some(current.target_id.clone());
        effect.link.target_token.clone_from(&current.token);
    } else {
        effect.adopt(current.clone());
    }
    // Keys of requests that the service may remember are not used again.
    effect.link.generation = effect.link.generation.max(generation.unwrap_or_default());
    let held = if entity.write.update { unlike(work, entity, &effect, &current) } else { None };
    if let Some(held) = held {
        effect.link.sent_hash = held;
    }
    (effect, held.is_none())
}

/// The hash of what an object holds, where a record would change it.
fn unlike(work: &Work, entity: &Entity, effect: &Effect, current: &Current) -> Option<ContentHash> {
    // What cannot be encoded as a change is never changed.
    let encoded = intent::encode(work, entity, effect).ok()?;
    let intent = intent::intent(work, entity, effect, encoded, 0);
    survey::held_unless_alike(work, entity, (effect, &intent), current)
}

/// An object that is not there, or not known, has an id that is made up: the records that refer to it go on.
fn made_up(work: &Work, draft: &mut Draft<'_>, one: Sought) {
    let Sought { effect, encoded, .. } = one;
    let entity = draft.entity();
    let intent = intent::intent(work, entity, &effect, encoded, 0);
    let target_id = intent.link.target_id.clone().unwrap_or_else(|| work.placeholder());
    draft.end(intent, End::Applied(Applied { target_id, token: None, change: Change::Created }));
}

/// Records that cannot be mapped, or are not admitted, had objects perhaps when they could be: their markers tell.
async fn without_content(work: &Work, tracer: &Tracer, entity: &Entity) -> Result<(), RunError> {
    for mut one in tracer.take_unmapped(&entity.name) {
        if tracer.is_given() {
            if tracer.given_for(&one.link.record).is_some() {
                tracer.take(one);
            }
            continue;
        }
        let mut hits = Vec::new();
        for route in entity.routes.iter().filter(|route| work.target.carries_marker(&route.object)) {
            let index = tracer.index(work, &route.object).await?;
            let found = search::by_marker(index.of(work, &one.link));
            hits.extend(found.into_iter().map(|hit| (route, hit)));
        }
        // Entities may have several routes to one kind of object.
        hits.dedup_by(|(one, hit), (other, kept)| one.object == other.object && hit.id == kept.id);
        match hits.as_slice() {
            [] => continue,
            [(route, hit)] => {
                one.link.target_object.clone_from(&route.object);
                one.link.route.clone_from(&route.name);
                one.link.target_id = Some(hit.id.clone());
                one.link.generation = one.link.generation.max(hit.generation.unwrap_or_default());
                // Whatever it holds: the record will be compared once it can be mapped.
                one.link.sent_hash = content_hash(&hit.id.as_str().into());
                (one.verdict, one.how, one.reason) = (Verdict::Exact, Some(How::Marker), None);
            }
            several => {
                one.candidates = several.iter().map(|(_, hit)| hit.id.clone()).collect();
                if let Some((route, _)) = several.first() {
                    one.link.target_object.clone_from(&route.object);
                }
                (one.verdict, one.how, one.reason) =
                    (Verdict::Ambiguous, Some(How::Marker), Some(Reason::Several));
            }
        }
        tracer.take(one);
    }
    Ok(())
}
