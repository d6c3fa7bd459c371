//! `[[moved]]`: what the state store keeps under an old name goes on under the new one.

use crate::{
    error::RunError,
    state::{NameKind, Owners, Rename, Renamed},
    work::Work,
};

/// Carries the renames of the pipeline out, before anything else looks at the store. A second run finds
/// nothing to do. Pipelines come first: the keys of entities and connections are within them.
pub(crate) async fn apply(work: &Work, owners: &dyn Owners, gone: &[String]) -> Result<(), RunError> {
    let moved = work.blueprint.moved.iter();
    let renames = moved.filter_map(|moved| Rename::parse(&moved.from, &moved.to));
    // What carries an entity's changes back has its name with more behind it.
    let mut renames: Vec<Rename> =
        renames.flat_map(|rename| [Some(rename.clone()), rename.of_back()]).flatten().collect();
    if renames.is_empty() {
        return Ok(());
    }
    renames.sort_by_key(|rename| rename.kind != NameKind::Pipeline);
    let mut gone = gone.to_vec();
    loop {
        let now = work.context.clock.now();
        match work.store.rename(&work.scope, &renames, now, &gone).await? {
            Renamed::Done => return Ok(()),
            Renamed::Busy { owner, .. } if !gone.contains(&owner) && owners.is_gone(&owner) => {
                gone.push(owner);
            }
            Renamed::Busy { group, until, .. } => {
                return Err(RunError::Busy { pipeline: work.scope.pipeline.clone(), group, until });
            }
        }
    }
}
