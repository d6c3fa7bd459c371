//! Looks for objects that are there already, before any is created: `write.match` names the fields that must
//! agree. Exactly one is adopted: it is linked, and updated instead of created. Several block the record.
//!
//! Targets with natural keys need no look: their writes are upserts on those fields.

use super::{Fault, find::again, intent::Effect, settle::Draft};
use crate::{
    error::RunError,
    state::{RecordOwner, Status, TargetObject},
    work::Work,
};
use engine_contract::{Current, EffectClass, Map, Op, Value};
use engine_plan::Entity;
use std::collections::BTreeMap;

/// How many objects are looked for in one call of the target.
const AT_ONCE: usize = 100;

/// The effects that are left: creates that found their object have become updates, and those that found
/// several have ended in the draft.
pub(crate) async fn adopt(
    work: &Work,
    entity: &Entity,
    mut effects: Vec<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Vec<Effect>, RunError> {
    let match_on = entity.write.match_on.as_slice();
    if match_on.is_empty() || work.capabilities.effect_class == EffectClass::NaturalKey {
        return Ok(effects);
    }
    let mut by_object: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, effect) in effects.iter().enumerate() {
        if effect.op == Op::Create && tells_all(&effect.fields, match_on) {
            by_object.entry(effect.link.target_object.clone()).or_default().push(index);
        }
    }
    let mut ambiguous = Vec::new();
    for (object, indices) in by_object {
        for chunk in indices.chunks(AT_ONCE) {
            let wanted: Vec<Map> =
                chunk.iter().filter_map(|index| Some(effects.get(*index)?.fields.clone())).collect();
            let found = look(work, &object, match_on, &wanted).await?;
            for (index, mut found) in chunk.iter().zip(found) {
                match (effects.get_mut(*index), found.pop(), found.is_empty()) {
                    (Some(effect), Some(only), true) => effect.adopt(only),
                    (_, Some(_), false) => ambiguous.push(*index),
                    (_, None, _) | (None, ..) => {}
                }
            }
        }
    }
    ambiguous.sort_unstable_by(|a, b| b.cmp(a));
    for index in ambiguous {
        let effect = effects.remove(index);
        let fault = several(&effect.link.target_object, match_on, entity);
        draft.not_sent(&effect, fault, Status::Blocked);
    }
    Ok(effects)
}

/// Whether a target object has a value in each of the fields: an empty one agrees with nothing.
pub(crate) fn tells_all(fields: &Map, match_on: &[String]) -> bool {
    match_on.iter().all(|path| match at(fields, path) {
        Some(Value::Text(text)) => !text.trim().is_empty(),
        Some(Value::Null) | None => false,
        Some(_) => true,
    })
}

/// The value that a dotted path leads to; a name that contains dots itself comes first.
fn at<'a>(fields: &'a Map, path: &str) -> Option<&'a Value> {
    if let Some(value) = fields.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    at(fields.get(first)?.as_map()?, rest)
}

/// Asks the target, again where it cannot answer for the moment.
pub(crate) async fn look(
    work: &Work,
    object: &str,
    match_on: &[String],
    wanted: &[Map],
) -> Result<Vec<Vec<Current>>, RunError> {
    let mut attempt = 1;
    loop {
        let error = match work.target.matches(&work.context, object, match_on, wanted).await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        again(work, error, &mut attempt).await?;
    }
}

/// The one object whose name a refused create wanted, when it is no other record's.
pub(crate) async fn namesake(
    work: &Work,
    object: &str,
    payload: &bytes::Bytes,
) -> Result<Option<Current>, RunError> {
    let mut attempt = 1;
    let found = loop {
        match work.target.namesakes(&work.context, object, payload).await {
            Ok(found) => break found,
            // A search that fails for the moment must not turn the refusal into the last word.
            Err(error) => again(work, error, &mut attempt).await?,
        }
    };
    let Ok([only]) = <[Current; 1]>::try_from(found) else { return Ok(None) };
    let connection = work.blueprint.target.connection.clone();
    let target = TargetObject { connection, object: object.to_owned() };
    let owners: BTreeMap<String, RecordOwner> =
        work.store.owners(&work.scope, &target, std::slice::from_ref(&only.target_id)).await?;
    Ok(owners.is_empty().then_some(only))
}

/// On the way back: the source has a record already that the forward way did not link.
pub(crate) fn not_linked(entity: &Entity, object: &str) -> Fault {
    Fault {
        code: "link/unlinked-match".to_owned(),
        message: format!(
            "the source has a record in `{object}` that agrees with it in {}, and that is not linked to it: \
             `engine link set` links both, when they are one",
            entity.write.match_on.join(", ")
        ),
        place: Some(entity.place.clone().into()),
        retry: true,
    }
}

fn several(object: &str, match_on: &[String], entity: &Entity) -> Fault {
    Fault {
        code: "link/ambiguous-match".to_owned(),
        message: format!("several objects `{object}` agree with it in {}", match_on.join(", ")),
        place: Some(entity.place.clone().into()),
        retry: true,
    }
}
