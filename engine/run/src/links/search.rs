//! Looks for the objects of records, by what proves most first.

use super::{
    index::is_own,
    mirror::mirrored,
    trace::Sought,
    tracer::{How, Reason, Tracer},
};
use crate::{
    error::RunError,
    plan::live,
    stage::{adopt, find::again, rename},
    state::TargetObject,
    work::Work,
};
use bytes::Bytes;
use engine_contract::{Current, EffectClass, ErrorKind, Map};
use engine_plan::Entity;
use std::collections::{BTreeMap, BTreeSet};

/// How many objects are looked for in one call of the target.
const AT_ONCE: usize = 100;

/// An object that may be a record's.
pub(crate) struct Hit {
    pub(super) id: String,
    pub(super) how: How,
    /// The generation of the effect whose marker it carries.
    pub(super) generation: Option<i64>,
    pub(super) current: Option<Current>,
    /// Why it is not certain.
    pub(super) reason: Option<Reason>,
}

impl Hit {
    pub(super) fn new(id: String, how: How) -> Self {
        Self { id, how, generation: None, current: None, reason: None }
    }

    fn there(current: Current, how: How) -> Self {
        Self { current: Some(current.clone()), ..Self::new(current.target_id, how) }
    }
}

/// Finds the objects of records without a link, each as it is now.
pub(super) async fn all(
    work: &Work,
    tracer: &Tracer,
    entity: &Entity,
    sought: &mut [Sought],
) -> Result<(), RunError> {
    if tracer.is_given() {
        for one in sought.iter_mut() {
            let given = tracer.given_for(&one.effect.link.record).cloned();
            // What has a natural key has no other object than the one that it names.
            let is_other = |id: &String| one.encoded.id.as_ref().is_some_and(|own| own != id);
            let reason = |id: &String| is_other(id).then_some(Reason::OtherKey);
            let hit = |id: String| Hit { reason: reason(&id), ..Hit::new(id, How::Given) };
            one.hits = given.map(hit).into_iter().collect();
        }
    } else if work.capabilities.effect_class == EffectClass::NaturalKey {
        for one in sought.iter_mut() {
            one.hits = one.encoded.id.clone().map(|id| Hit::new(id, How::Key)).into_iter().collect();
        }
    } else {
        let objects: BTreeSet<String> =
            sought.iter().map(|one| one.effect.link.target_object.clone()).collect();
        for object in objects {
            let mut of_kind: Vec<&mut Sought> =
                sought.iter_mut().filter(|one| one.effect.link.target_object == object).collect();
            marked(work, tracer, &object, &mut of_kind).await?;
            mirrored(work, tracer, entity, &mut of_kind).await?;
            matched(work, entity, &object, &mut of_kind).await?;
            named_alike(work, entity, &object, &mut of_kind).await?;
        }
    }
    not_others(work, tracer, entity, sought).await?;
    as_they_are(work, entity, sought).await
}

/// By the markers that the engine put into what it made.
async fn marked(
    work: &Work,
    tracer: &Tracer,
    object: &str,
    sought: &mut [&mut Sought],
) -> Result<(), RunError> {
    if sought.is_empty() || !work.target.carries_marker(object) {
        return Ok(());
    }
    let index = tracer.index(work, object).await?;
    for one in sought {
        one.hits = by_marker(index.of(work, &one.effect.link));
    }
    Ok(())
}

/// Each object once, with its newest marker.
pub(super) fn by_marker(found: Vec<(String, i64)>) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    for (id, generation) in found {
        if hits.iter().all(|hit| hit.id != id) {
            hits.push(Hit { generation: Some(generation), ..Hit::new(id, How::Marker) });
        }
    }
    hits
}

/// By the fields of `write.match`, as a run would adopt them.
async fn matched(
    work: &Work,
    entity: &Entity,
    object: &str,
    sought: &mut [&mut Sought],
) -> Result<(), RunError> {
    let match_on = entity.write.match_on.as_slice();
    let tells = |one: &&mut Sought| one.hits.is_empty() && adopt::tells_all(&one.effect.fields, match_on);
    if match_on.is_empty() {
        return Ok(());
    }
    let mut open: Vec<&mut Sought> = sought.iter_mut().map(|one| &mut **one).filter(tells).collect();
    for chunk in open.chunks_mut(AT_ONCE) {
        let wanted: Vec<Map> = chunk.iter().map(|one| one.effect.fields.clone()).collect();
        let found = adopt::look(work, object, match_on, &wanted).await?;
        for (one, found) in chunk.iter_mut().zip(found) {
            let hit = |current: Current| {
                let marker = work.target.marker_in(object, &current.fields);
                let is_others =
                    marker.is_some_and(|marker| is_own(work, &one.effect.link, &marker).is_none());
                let reason = is_others.then_some(Reason::OtherMarker);
                Hit { reason, ..Hit::there(current, How::Match) }
            };
            one.hits = found.into_iter().map(hit).collect();
        }
    }
    Ok(())
}

/// By the fields by which the connector recognises a create without an answer. A name that gave way to another object
/// comes first. Where the engine's own objects carry markers, what carries none is not certain, and what carries
/// another's is out of the question.
async fn named_alike(
    work: &Work,
    entity: &Entity,
    object: &str,
    sought: &mut [&mut Sought],
) -> Result<(), RunError> {
    let is_marked = work.target.carries_marker(object);
    for gave_way in [true, false] {
        let mut open: Vec<(Bytes, &mut Sought)> = Vec::new();
        for one in sought.iter_mut().map(|one| &mut **one).filter(|one| one.hits.is_empty()) {
            let (payload, key) = (&one.encoded.payload, &one.effect.link.record.key);
            let payload = if gave_way {
                rename::payload(work, entity, (object, payload), key)
            } else {
                Some(payload.clone())
            };
            if let Some(payload) = payload {
                open.push((payload, one));
            }
        }
        for chunk in open.chunks_mut(AT_ONCE) {
            let payloads: Vec<Bytes> = chunk.iter().map(|(payload, _)| payload.clone()).collect();
            let Some(found) = alike(work, object, &payloads).await? else { return Ok(()) };
            for ((_, one), found) in chunk.iter_mut().zip(found) {
                let unmarked = |current: &Current| {
                    !is_marked || work.target.marker_in(object, &current.fields).is_none()
                };
                let reason = is_marked.then_some(Reason::Unmarked);
                let hit = |current| Hit { reason, ..Hit::there(current, How::Fields) };
                one.hits = found.into_iter().filter(unmarked).map(hit).collect();
            }
        }
    }
    Ok(())
}

/// Objects that agree with creates; nothing where the target cannot be asked so.
pub(super) async fn alike(
    work: &Work,
    object: &str,
    payloads: &[Bytes],
) -> Result<Option<Vec<Vec<Current>>>, RunError> {
    let mut attempt = 1;
    loop {
        match work.target.alike(&work.context, object, payloads).await {
            Ok(found) => return Ok(Some(found)),
            Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(None),
            Err(error) => again(work, error, &mut attempt).await?,
        }
    }
}

/// Leaves out what is linked to another record. What proves to be this record's, and is linked to another, is for a
/// person to see.
async fn not_others(
    work: &Work,
    tracer: &Tracer,
    entity: &Entity,
    sought: &mut [Sought],
) -> Result<(), RunError> {
    if entity.write.shared {
        return Ok(());
    }
    let mut by_object: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in sought.iter() {
        let ids = by_object.entry(one.effect.link.target_object.clone()).or_default();
        ids.extend(one.hits.iter().map(|hit| hit.id.clone()));
    }
    for (object, ids) in by_object.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        let connection = work.blueprint.target.connection.clone();
        let target = TargetObject { connection, object };
        let owners = work.store.owners(&work.scope, &target, &ids).await?;
        for one in sought.iter_mut().filter(|one| one.effect.link.target_object == target.object) {
            let record = one.effect.link.record.clone();
            one.hits.retain_mut(|hit| {
                let is_others = owners
                    .get(&hit.id)
                    .is_some_and(|owner| owner.pipeline != work.scope.pipeline || owner.record != record);
                if !is_others || tracer.is_claimed(&target.object, &hit.id) {
                    return true;
                }
                hit.reason = hit.reason.or(Some(Reason::Taken));
                matches!(hit.how, How::Given | How::Marker)
            });
        }
    }
    Ok(())
}

/// Reads the objects that are not at hand yet, and leaves out what is not there.
async fn as_they_are(work: &Work, entity: &Entity, sought: &mut [Sought]) -> Result<(), RunError> {
    let ids: Vec<(String, String)> = sought
        .iter()
        .flat_map(|one| one.hits.iter().map(move |hit| (one, hit)))
        .filter(|(_, hit)| hit.current.is_none())
        .map(|(one, hit)| (one.effect.link.target_object.clone(), hit.id.clone()))
        .collect();
    let wanted: Vec<(&str, &str)> = ids.iter().map(|(object, id)| (object.as_str(), id.as_str())).collect();
    let found = live::read(work, entity, &wanted).await?;
    for one in sought {
        let object = one.effect.link.target_object.clone();
        one.hits.retain_mut(|hit| {
            if hit.current.is_none() {
                hit.current = found.get(&(object.clone(), hit.id.clone())).cloned();
            }
            hit.current.is_some() || hit.reason == Some(Reason::OtherKey)
        });
    }
    Ok(())
}
