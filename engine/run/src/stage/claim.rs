//! Sees, before anything is written, that two records claim one target object.
//!
//! Without this the second would overwrite the first on a target with natural keys, run after run.

use super::{Fault, deliver::Effect};
use crate::{error::RunError, state::TargetObject, work::Work};
use engine_plan::Entity;
use std::collections::BTreeMap;

/// A record, and the target object that its content names.
pub(crate) struct Claim {
    key: String,
    object: String,
    id: Option<String>,
}

impl Claim {
    pub(crate) fn new(effect: &Effect, id: Option<&str>) -> Self {
        let link = &effect.link;
        Self { key: link.record.key.clone(), object: link.target_object.clone(), id: id.map(str::to_owned) }
    }
}

/// The records whose object belongs to another one, by key: an earlier link, or an earlier record of the
/// same batch.
pub(crate) async fn refused(
    work: &Work,
    entity: &Entity,
    claims: Vec<Claim>,
) -> Result<BTreeMap<String, Fault>, RunError> {
    let mut refused = BTreeMap::new();
    if entity.write.shared {
        return Ok(refused);
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
        let owners = work.store.owners(&work.scope, &target, &ids).await?;
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for (id, key) in &claims {
            let holder = match owners.get(id) {
                Some(owner)
                    if owner.pipeline != work.scope.pipeline || owner.record.entity != entity.name =>
                {
                    Some(format!("a record of `{}::{}`", owner.pipeline, owner.record.entity))
                }
                Some(owner) if owner.record.key != *key => Some("another record of this entity".to_owned()),
                None if *first.entry(id).or_insert(key) != key => {
                    Some("another record of this entity".to_owned())
                }
                Some(_) | None => None,
            };
            if let Some(holder) = holder {
                refused.insert(key.clone(), fault(&target.object, &holder, entity));
            }
        }
    }
    Ok(refused)
}

fn fault(object: &str, holder: &str, entity: &Entity) -> Fault {
    Fault {
        code: "link/target-taken".to_owned(),
        message: format!("the `{object}` with the same natural key belongs to {holder}"),
        place: Some(entity.place.clone().into()),
        retry: true,
    }
}
