//! Objects as they are in the target now.

use crate::{error::RunError, stage::find::again, work::Work};
use engine_contract::Current;
use engine_plan::Entity;
use std::collections::BTreeMap;

/// How many objects are asked for at once. Connectors cut that into requests as their services take them.
const AT_ONCE: usize = 1_000;

/// Reads objects of one entity: each by its kind and the target's id. Those that are gone are left out.
pub(crate) async fn read(
    work: &Work,
    entity: &Entity,
    wanted: &[(&str, &str)],
) -> Result<BTreeMap<(String, String), Current>, RunError> {
    let mut by_object: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (object, id) in wanted {
        by_object.entry(object).or_default().push((*id).to_owned());
    }
    let mut found = BTreeMap::new();
    for (object, mut ids) in by_object {
        // A table that a plan would make has no rows yet.
        if work.purpose.is_dry() && work.made.iter().any(|made| made.object == object) {
            continue;
        }
        ids.sort_unstable();
        ids.dedup();
        let match_on = work.match_on(entity, object);
        for chunk in ids.chunks(AT_ONCE) {
            let mut attempt = 1;
            let read = loop {
                match work.target.read_back(&work.context, object, match_on, chunk).await {
                    Ok(read) => break read,
                    Err(error) => again(work, error, &mut attempt).await?,
                }
            };
            let named = |current: Current| ((object.to_owned(), current.target_id.clone()), current);
            found.extend(read.into_iter().map(named));
        }
    }
    Ok(found)
}
