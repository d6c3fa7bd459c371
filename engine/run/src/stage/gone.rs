//! Finds elements that are gone from their parents, where `write.replace_within` asks for their deletion.

use super::transform::Folded;
use crate::{
    error::RunError,
    state::{Known, Link},
    work::Work,
};
use engine_contract::{ContentHash, SourceRecord};
use engine_plan::{Entity, EntityProgram};
use std::collections::{BTreeMap, BTreeSet};

/// The linked children of the batch's records that the records do not have any more. Records that do not
/// tell all their elements, or have one that could not be read, lose none.
pub(crate) async fn gone(
    work: &Work,
    (entity, program): (&Entity, &EntityProgram),
    records: &[SourceRecord],
    items: &[Folded],
) -> Result<Vec<(Link, Known)>, RunError> {
    if !entity.write.replace_within || !program.is_fan_out() {
        return Ok(Vec::new());
    }
    let unread = items.iter().filter(|folded| folded.item.admitted.is_err());
    let unclear: BTreeSet<&str> = unread.filter_map(|folded| folded.item.parent_key.as_deref()).collect();
    let clear =
        records.iter().filter(|record| program.tells_all(record) && !unclear.contains(record.key.as_str()));
    let parents: Vec<String> = clear.map(|record| record.key.clone()).collect();
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let present: BTreeSet<&str> = items.iter().map(|folded| folded.item.key.as_str()).collect();
    let mut children = work.store.children(&work.scope, &entity.name, &parents).await?;
    children.retain(|link| {
        link.sent_hash != ContentHash::SOFT_DELETED && !present.contains(link.record.key.as_str())
    });
    with_known(work, entity, children).await
}

/// Links with what else is known of their records.
pub(crate) async fn with_known(
    work: &Work,
    entity: &Entity,
    links: Vec<Link>,
) -> Result<Vec<(Link, Known)>, RunError> {
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<String> = links.iter().map(|link| link.record.key.clone()).collect();
    let mut known: BTreeMap<String, Known> = work.store.recall(&work.scope, &entity.name, &keys).await?;
    let with_known = |link: Link| {
        let known = known.remove(&link.record.key).unwrap_or_default();
        (link, known)
    };
    Ok(links.into_iter().map(with_known).collect())
}
