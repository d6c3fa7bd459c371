//! The target's changes, on their way to the source: only what somebody changed there, and nothing of what the engine
//! itself has written.

use super::{
    both::Both,
    forward::known,
    pair::Pair,
    three_way::{Merged, Way, laid_over},
};
use crate::{
    error::RunError,
    key::RecordKey,
    stage::{
        extract,
        intent::Effect,
        link::{self, Linked, Resolution},
        settle::Draft,
        transform,
    },
    state::{Base, Dirty, DirtyReason, Known, Link, Status},
    work::Work,
};
use engine_contract::{ContentHash, EffectClass, Map, Op, Value, content_hash};
use engine_plan::{Back, Entity};
use std::collections::{BTreeMap, BTreeSet};

/// The links, forward, by the target's id.
type Pairs = BTreeMap<String, (Link, Known)>;

/// The source's side of a pair, as it is now.
struct Front {
    /// What the record maps to.
    effect: Effect,
    link: Link,
}

/// Merges what the target's objects became with what the source's records are. What is left is to be written to the
/// source; the others have ended.
pub(crate) async fn merge(
    (front, work): (&Work, &Work),
    (of, entity, back): (&Entity, &Entity, &Back),
    (effects, pairs): (Vec<Effect>, Pairs),
    draft: &mut Draft<'_>,
) -> Result<Vec<Effect>, RunError> {
    let keys: Vec<String> = pairs.values().map(|(link, _)| link.record.key.clone()).collect();
    let (bases, kept) = known(front, of, &keys).await?;
    let mut fronts = read(front, of, &pairs).await?;
    let mut left = Vec::with_capacity(effects.len());
    for mut effect in effects {
        let id = effect.link.record.key.clone();
        let Some((link, _)) = pairs.get(&id) else {
            // One that is linked on the way back alone: somebody has taken its link away.
            if back.creates && effect.op == Op::Create {
                left.push(effect);
            } else {
                draft.ended_effect(&effect, Status::Filtered);
            }
            continue;
        };
        let record = link.record.clone();
        let own = match fronts.remove(&record.key) {
            Some(Ok(own)) => own,
            // The record is not in the source any more, or the pipeline does not want it.
            None | Some(Err(Ended::Gone)) => {
                draft.ended_effect(&effect, Status::Filtered);
                continue;
            }
            Some(Err(Ended::Unclear)) => {
                draft.leave(&effect);
                continue;
            }
        };
        let Some(item) = &effect.item else { continue };
        let old = bases.get(&record.key).cloned().unwrap_or_default();
        let kept = kept.get(&record.key);
        let both = Both { front, of, back, base: &old, kept };
        let held = item.source.record.to_value();
        let Some((wanted, merged)) = both.merge(&own.effect, held, item.source.modified) else {
            draft.leave(&effect);
            continue;
        };
        if !merged.open.is_empty() {
            draft.conflicting(&effect, record, merged.open);
            continue;
        }
        let pair = pair(&own, (&old, &merged, &wanted), kept.is_some());
        let changed: BTreeSet<&str> = merged.to_source.iter().map(String::as_str).collect();
        let fields = carried(work, (entity, back), (&effect, &own), &changed);
        if changed.is_empty() || fields.is_empty() {
            draft.merged_back(&effect, pair);
            continue;
        }
        effect.write_back(fields);
        draft.pair(&id, pair);
        left.push(effect);
    }
    Ok(left)
}

/// What is kept of a pair when the target's changes have arrived in the source.
fn pair(own: &Front, (old, merged, wanted): (&Base, &Merged, &Map), had_conflict: bool) -> Pair {
    let record = own.link.record.clone();
    let base = merged.base(old, Way::ToSource);
    let still = !merged.to_target.is_empty();
    let forward = || Dirty {
        record: record.clone(),
        source_key: own.link.source_key.clone(),
        reason: DirtyReason::Doubt,
    };
    // The source's record will map to this: what comes back of it is an echo. Where something is still to go forward, the way
    // forward has to look.
    let sent_hash = if still {
        ContentHash::UNKNOWN
    } else if merged.to_source.is_empty() {
        own.link.sent_hash
    } else {
        content_hash(&Value::Map(laid_over(&own.effect.fields, &merged.fields, wanted)))
    };
    Pair {
        base: (base != *old).then(|| (record.clone(), base)),
        link: (sent_hash != own.link.sent_hash).then(|| Link { sent_hash, ..own.link.clone() }),
        agreed: (had_conflict && !still).then(|| record.clone()),
        dirty: still.then(forward),
    }
}

/// The source fields that are made from what changed. A source that knows its rows by a natural key gets that too.
fn carried(
    work: &Work,
    (entity, back): (&Entity, &Back),
    (effect, own): (&Effect, &Front),
    changed: &BTreeSet<&str>,
) -> Map {
    let is_wanted = |path: &str| {
        back.reads.get(path).is_some_and(|read| read.iter().any(|read| changed.contains(read.as_str())))
    };
    let mut fields = only(&effect.fields, "", &is_wanted);
    if !fields.is_empty() && work.capabilities.effect_class == EffectClass::NaturalKey {
        let there = own.effect.item.as_ref().map(|item| item.source.record.to_value());
        for key in work.match_on(entity, &effect.link.target_object) {
            let value = there.as_ref().and_then(Value::as_map).and_then(|there| there.get(key)).cloned();
            fields.insert(key.clone(), value.unwrap_or(Value::Null));
        }
    }
    fields
}

fn only(map: &Map, within: &str, is_wanted: &dyn Fn(&str) -> bool) -> Map {
    let keep = |(name, value): (&String, &Value)| {
        let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
        match value {
            Value::Map(inner) => {
                let inner = only(inner, &path, is_wanted);
                (!inner.is_empty()).then(|| (name.clone(), Value::Map(inner)))
            }
            _ => is_wanted(&path).then(|| (name.clone(), value.clone())),
        }
    };
    map.iter().filter_map(keep).collect()
}

/// Why a pair has no source side.
enum Ended {
    /// The pipeline does not admit the record.
    Gone,
    /// What it maps to is not known now.
    Unclear,
}

/// The source's records of pairs, mapped as the forward way maps them; by their keys.
async fn read(
    front: &Work,
    of: &Entity,
    pairs: &Pairs,
) -> Result<BTreeMap<String, Result<Front, Ended>>, RunError> {
    let (Some(group), Some(program)) = (front.group_of(of), front.program.entity_named(&of.name)) else {
        return Ok(BTreeMap::new());
    };
    let asked: Vec<String> = pairs.values().map(|(link, _)| link.source_key.clone()).collect();
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let records = extract::fetch(front, group, &asked).await?;
    let items = transform::items((front, group), (of, program), &records);
    let keys: Vec<String> = items.iter().map(|folded| folded.item.key.clone()).collect();
    let known = front.store.recall(&front.scope, &of.name, &keys).await?;
    let candidates = transform::map_all(front, (of, program), items, known).await?;
    let linked = link::resolve(front, &of.name, candidates).await?;
    let side = |linked: Linked| {
        let Linked { item, known, version, outcome } = linked;
        let key = item.key.clone();
        let side = match (outcome, known.link.clone()) {
            (Resolution::Ready(ready), Some(link)) if !known.has_intent => {
                let effect = Effect::content(front, of, (item, known, version), *ready);
                Ok(Front { effect, link })
            }
            (Resolution::Filtered, _) => Err(Ended::Gone),
            _ => Err(Ended::Unclear),
        };
        (key, side)
    };
    Ok(linked.into_iter().map(side).collect())
}

/// What is known of target objects on the way back: whose they are says the link forward.
pub(crate) fn know(work: &Work, entity: &Entity, pairs: &Pairs, known: &mut BTreeMap<String, Known>) {
    let Some(object) = entity.routes.first().map(|route| &route.object) else { return };
    for (id, (forward, _)) in pairs {
        let known = known.entry(id.clone()).or_default();
        let generation = known.link.as_ref().map_or(0, |link| link.generation);
        known.link = Some(Link {
            record: RecordKey { entity: entity.name.clone(), key: id.clone() },
            source_key: id.clone(),
            target_connection: work.blueprint.target.connection.clone(),
            target_object: object.clone(),
            target_id: Some(forward.source_key.clone()),
            route: None,
            parent_key: None,
            source_revision: None,
            // Whether it is to be written says the merge.
            sent_hash: ContentHash::UNKNOWN,
            generation,
            target_token: None,
            mapping_hash: entity.mapping_hash.clone(),
            shared: false,
        });
    }
}
