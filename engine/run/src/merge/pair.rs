//! Which object of the target belongs to which record of the source.

use crate::{
    error::RunError,
    key::{RecordKey, Side},
    stage::settle::blank,
    state::{Base, Dirty, DirtyReason, Known, Link, TargetObject},
    work::Work,
};
use engine_contract::Cursor;
use engine_plan::{Back, Entity};
use std::collections::BTreeMap;

/// What else is kept when an effect on one side of a record is applied.
#[derive(Debug, Default)]
pub(crate) struct Pair {
    /// What both sides agree on then.
    pub(crate) base: Option<(RecordKey, Base)>,
    /// The link of the other direction.
    pub(crate) link: Option<Link>,
    /// The record whose conflict is over.
    pub(crate) agreed: Option<RecordKey>,
    /// The other side is to be looked at: something is still to go that way.
    pub(crate) dirty: Option<Dirty>,
}

/// The record as the way back knows it: by the target's id.
pub(super) fn mirrored(entity: &str, id: &str) -> Dirty {
    let record = RecordKey { entity: entity.to_owned(), key: id.to_owned() };
    Dirty { record, source_key: id.to_owned(), reason: DirtyReason::Doubt }
}

/// The side that changed a record later; nothing where that is not known, or at one moment.
pub(super) fn newest(source: Option<Cursor>, target: Option<Cursor>) -> Option<Side> {
    match (source?, target?) {
        (Cursor::Instant(source), Cursor::Instant(target)) if source > target => Some(Side::Source),
        (Cursor::Instant(source), Cursor::Instant(target)) if target > source => Some(Side::Target),
        _ => None,
    }
}

/// The links, forward, of the records that target objects belong to; by the target's id.
pub(crate) async fn pairs(
    front: &Work,
    (of, object): (&Entity, &str),
    ids: &[String],
) -> Result<BTreeMap<String, (Link, Known)>, RunError> {
    let connection = front.blueprint.target.connection.clone();
    let target = TargetObject { connection, object: object.to_owned() };
    let owners = front.store.owners(&front.scope, &target, ids).await?;
    let ours = owners
        .into_iter()
        .filter(|(_, owner)| owner.pipeline == front.scope.pipeline && owner.record.entity == of.name);
    let ours: BTreeMap<String, String> = ours.map(|(id, owner)| (owner.record.key, id)).collect();
    let keys: Vec<String> = ours.keys().cloned().collect();
    let known = front.store.recall(&front.scope, &of.name, &keys).await?;
    let paired = known.into_iter().filter_map(|(key, known)| {
        let id = ours.get(&key)?.clone();
        Some((id, (known.link.clone()?, known)))
    });
    Ok(paired.collect())
}

/// The link, forward, of a record that the way back has made in the source from an object of the target.
pub(crate) fn born((work, entity): (&Work, &Entity), back: &Back, made: &Link) -> Option<Link> {
    let key = made.target_id.clone()?;
    Some(Link {
        record: RecordKey { entity: back.of.clone(), key: key.clone() },
        // The way back reads what the way forward writes. What it maps to is not known before it is read: the next run looks.
        target_connection: work.blueprint.source.connection.clone(),
        target_object: work.group_of(entity)?.stream.clone(),
        target_id: Some(made.record.key.clone()),
        ..blank(work, entity, &key)
    })
}
