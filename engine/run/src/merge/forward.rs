//! The source's changes, on their way to the target: not over what somebody changed there.

use super::{
    both::Both,
    pair::{Pair, mirrored},
    three_way::{Rules, Way, laid_over, merge as merge_fields},
};
use crate::{
    error::RunError,
    plan::live,
    stage::{extract, intent::Effect, settle::Draft},
    state::{Base, KeptConflict},
    work::Work,
};
use engine_contract::{Cursor, Op, Value};
use engine_plan::{Conflict, Entity};
use std::collections::BTreeMap;

/// Merges what is about to be sent with what the objects hold. What is left is to be sent; the others have ended.
pub(crate) async fn merge(
    work: &Work,
    entity: &Entity,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Effect>, RunError> {
    let Some((back, back_entity)) = work.way_back(entity) else { return Ok(effects) };
    let Some(carries) = &back_entity.back else { return Ok(effects) };
    let keys: Vec<String> = effects.iter().map(|effect| effect.link.record.key.clone()).collect();
    let (bases, kept) = known(work, entity, &keys).await?;
    let ids: Vec<(&str, &str)> = effects
        .iter()
        .filter(|effect| effect.op == Op::Update && !work.is_placeholder(effect.link.target_id.as_deref()))
        .filter_map(|effect| Some((effect.link.target_object.as_str(), effect.link.target_id.as_deref()?)))
        .collect();
    let mut found = live::read(work, entity, &ids).await?;
    let changed = if asks_when(entity) { moments(back, back_entity, &ids).await? } else { BTreeMap::new() };
    let mut left = Vec::with_capacity(effects.len());
    for mut effect in effects {
        let record = effect.link.record.clone();
        let place = effect.link.target_id.clone().map(|id| (effect.link.target_object.clone(), id));
        let current = place.as_ref().and_then(|place| found.remove(place));
        let Some(current) = current.filter(|_| effect.op == Op::Update) else {
            if effect.op == Op::Create {
                // Nobody has the object yet: both will hold what is sent.
                let nothing = Base::default();
                let merged = merge_fields(&nothing, &effect.fields, &Value::Null, &alone(entity));
                let base = Some((record.clone(), merged.base(&nothing, Way::ToTarget)));
                draft.pair(&record.key, Pair { base, ..Pair::default() });
            }
            left.push(effect);
            continue;
        };
        let old = bases.get(&record.key).cloned().unwrap_or_default();
        let kept = kept.get(&record.key);
        let both = Both { front: work, of: entity, back: carries, base: &old, kept };
        let moment = changed.get(&current.target_id).copied().flatten();
        let Some((wanted, merged)) = both.merge(&effect, current.fields, moment) else {
            left.push(effect);
            continue;
        };
        if !merged.open.is_empty() {
            draft.conflicting(&effect, record, merged.open);
            continue;
        }
        effect.link.target_token = current.token;
        let dirty = (!merged.to_source.is_empty()).then(|| mirrored(&back_entity.name, &current.target_id));
        let base = merged.base(&old, Way::ToTarget);
        let pair = Pair {
            base: Some((record.clone(), base)),
            link: None,
            agreed: kept.map(|_| record.clone()).filter(|_| merged.to_source.is_empty()),
            dirty,
        };
        if merged.to_target.is_empty() {
            draft.merged(effect, pair);
            continue;
        }
        effect.keep(laid_over(&effect.fields, &merged.fields, &wanted));
        draft.pair(&record.key, pair);
        left.push(effect);
    }
    Ok(left)
}

/// Takes out creates while an object of the way back may be one of their records: it would be made a second time.
pub(crate) async fn unlinked(
    work: &Work,
    entity: &Entity,
    effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Effect>, RunError> {
    let other = match (work.way_back(entity), &entity.back) {
        (Some((_, back)), _) => back.name.clone(),
        (None, Some(back)) => back.of.clone(),
        (None, None) => return Ok(effects),
    };
    if effects.iter().all(|effect| effect.op != Op::Create) {
        return Ok(effects);
    }
    let open = work.store.open_intents(&work.scope, &other).await?;
    if open.iter().all(|intent| intent.op != Op::Create) {
        return Ok(effects);
    }
    let (waiting, left): (Vec<_>, Vec<_>) = effects.into_iter().partition(|effect| effect.op == Op::Create);
    for effect in waiting {
        draft.leave(&effect);
    }
    Ok(left)
}

/// What is known of both sides of records: what they last agreed on, and their conflicts.
pub(super) async fn known(
    work: &Work,
    entity: &Entity,
    keys: &[String],
) -> Result<(BTreeMap<String, Base>, BTreeMap<String, KeptConflict>), RunError> {
    if keys.is_empty() {
        return Ok((BTreeMap::new(), BTreeMap::new()));
    }
    let bases = work.store.bases(&work.scope, &entity.name, keys).await?;
    let kept = work.store.conflicts_of(&work.scope, &entity.name, keys).await?;
    let by_key = kept.into_iter().map(|kept| (kept.conflict.record.key.clone(), kept));
    Ok((bases, by_key.collect()))
}

/// Whether it matters which side changed a record last.
fn asks_when(entity: &Entity) -> bool {
    let mut rules = entity.sync.conflict_fields.values().chain([&entity.sync.conflict]);
    rules.any(|rule| *rule == Conflict::NewestWins)
}

/// When objects last changed, as the target says; by their ids.
async fn moments(
    back: &Work,
    back_entity: &Entity,
    ids: &[(&str, &str)],
) -> Result<BTreeMap<String, Option<Cursor>>, RunError> {
    let ids: Vec<String> = ids.iter().map(|(_, id)| (*id).to_owned()).collect();
    let Some(group) = back.group_of(back_entity).filter(|_| !ids.is_empty()) else {
        return Ok(BTreeMap::new());
    };
    let records = extract::fetch(back, group, &ids).await?;
    Ok(records.into_iter().map(|record| (record.key, record.modified)).collect())
}

/// The rules for a record that only the source has.
fn alone(entity: &Entity) -> Rules<'_> {
    Rules { policy: &entity.sync, is_carried: &|_| true, is_personal: &|_| true, newest: None, kept: None }
}
