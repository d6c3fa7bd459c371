//! Sees, before anything is written, that two records claim one target object.
//!
//! Without this the second would overwrite the first on a target with natural keys, run after run.

use super::{Fault, extract, intent::Effect};
use crate::{
    error::RunError,
    state::{Link, RecordOwner, TargetObject},
    work::Work,
};
use engine_plan::Entity;
use std::collections::{BTreeMap, BTreeSet};

/// A record, and the target object that its content names.
pub(crate) struct Claim {
    key: String,
    object: String,
    id: Option<String>,
}

impl Claim {
    pub(crate) fn new(effect: &Effect, id: Option<&str>) -> Self {
        let link = &effect.link;
        let adopted = link.target_id.as_deref().filter(|_| effect.is_adopted);
        let id = id.or(adopted).map(str::to_owned);
        Self { key: link.record.key.clone(), object: link.target_object.clone(), id }
    }
}

/// What became of claims.
#[derive(Default)]
pub(crate) struct Judged {
    /// The records whose object belongs to another one, by key.
    pub(crate) refused: BTreeMap<String, Fault>,
    /// Links whose source record is gone, and whose object a new record claims: they lead nowhere now.
    pub(crate) released: Vec<Link>,
}

/// Whose object is whose: an earlier link counts, or an earlier record of the same batch.
pub(crate) async fn judge(work: &Work, entity: &Entity, claims: Vec<Claim>) -> Result<Judged, RunError> {
    let mut judged = Judged::default();
    if entity.write.shared {
        return Ok(judged);
    }
    let mut by_object: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for Claim { key, object, id } in claims {
        if let Some(id) = id {
            by_object.entry(object).or_default().push((id, key));
        }
    }
    for (object, claims) in by_object {
        let connection = work.blueprint.target.connection.clone();
        let target = TargetObject { connection, object };
        let ids: Vec<String> = claims.iter().map(|(id, _)| id.clone()).collect();
        let mut owners = work.store.owners(&work.scope, &target, &ids).await?;
        let is_others =
            |id: &String, key: &str| owners.get(id).is_some_and(|owner| !is(owner, work, entity, key));
        let contested: BTreeSet<&String> =
            claims.iter().filter(|(id, key)| is_others(id, key)).map(|(id, _)| id).collect();
        owners.retain(|id, _| contested.contains(id));
        judged.released.extend(release(work, entity, &mut owners).await?);
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for (id, key) in &claims {
            let holder = match owners.get(id) {
                Some(owner) if is(owner, work, entity, key) => None,
                Some(owner)
                    if owner.pipeline == work.scope.pipeline && owner.record.entity == entity.name =>
                {
                    Some("another record of this entity".to_owned())
                }
                Some(owner) => Some(format!("a record of `{}::{}`", owner.pipeline, owner.record.entity)),
                None if *first.entry(id).or_insert(key) != key => {
                    Some("another record of this entity".to_owned())
                }
                None => None,
            };
            if let Some(holder) = holder {
                judged.refused.insert(key.clone(), fault(&target.object, &holder, entity));
            }
        }
    }
    Ok(judged)
}

/// Whether the owner is this very record.
fn is(owner: &RecordOwner, work: &Work, entity: &Entity, key: &str) -> bool {
    owner.pipeline == work.scope.pipeline && owner.record.entity == entity.name && owner.record.key == key
}

/// Takes away the owners of this entity whose source records the source does not have any more, and returns
/// their links, leading nowhere.
async fn release(
    work: &Work,
    entity: &Entity,
    owners: &mut BTreeMap<String, RecordOwner>,
) -> Result<Vec<Link>, RunError> {
    let ours =
        |owner: &&RecordOwner| owner.pipeline == work.scope.pipeline && owner.record.entity == entity.name;
    let keys: Vec<String> = owners.values().filter(ours).map(|owner| owner.record.key.clone()).collect();
    let Some(group) = work.group_of(entity).filter(|_| !keys.is_empty()) else { return Ok(Vec::new()) };
    let known = work.store.recall(&work.scope, &entity.name, &keys).await?;
    let links: Vec<Link> = known.into_values().filter_map(|known| known.link).collect();
    let sources: Vec<String> = links.iter().map(|link| link.source_key.clone()).collect();
    let present = extract::fetch(work, group, &sources).await?;
    let present: BTreeSet<&str> = present.iter().map(|record| record.key.as_str()).collect();
    let gone = links.into_iter().filter(|link| !present.contains(link.source_key.as_str()));
    let gone: Vec<Link> = gone.map(|link| Link { target_id: None, ..link }).collect();
    owners.retain(|_, owner| gone.iter().all(|link| link.record != owner.record));
    Ok(gone)
}

fn fault(object: &str, holder: &str, entity: &Entity) -> Fault {
    Fault {
        code: "link/target-taken".to_owned(),
        message: format!("the `{object}` with the same natural key belongs to {holder}"),
        place: Some(entity.place.clone().into()),
        retry: true,
    }
}
