//! The leases of stream groups, for as long as links are written by hand.

use crate::{
    engine::Engine,
    error::RunError,
    key::{GroupKey, Scope},
    lease::later,
    state::{Acquired, Lease},
};

/// Takes the leases of some groups, all of them or none.
pub(super) async fn take(engine: &Engine, scope: &Scope, groups: &[String]) -> Result<Vec<Lease>, RunError> {
    let mut held = Vec::with_capacity(groups.len());
    for group in groups {
        match one(engine, scope, group).await {
            Ok(lease) => held.push(lease),
            Err(error) => {
                give_back(engine, &held).await?;
                return Err(error);
            }
        }
    }
    Ok(held)
}

async fn one(engine: &Engine, scope: &Scope, group: &str) -> Result<Lease, RunError> {
    let key = GroupKey { scope: scope.clone(), group: group.to_owned(), shard: String::new() };
    let mut gone: Option<String> = None;
    loop {
        let now = engine.context.clock.now();
        let until = later(now, engine.options.lease);
        match engine.store.acquire(&key, &engine.owner, now, until, gone.as_deref()).await? {
            Acquired::Yes(lease) => return Ok(lease),
            Acquired::Busy { owner, .. } if gone.is_none() && engine.owners.is_gone(&owner) => {
                gone = Some(owner);
            }
            Acquired::Busy { until, .. } => {
                let (pipeline, group) = (key.scope.pipeline, key.group);
                return Err(RunError::Busy { pipeline, group, until });
            }
        }
    }
}

/// Gives leases back.
pub(super) async fn give_back(engine: &Engine, held: &[Lease]) -> Result<(), RunError> {
    for lease in held {
        engine.store.release(lease).await?;
    }
    Ok(())
}
