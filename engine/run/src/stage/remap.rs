//! A changed mapping does not rewrite history by itself.
//!
//! A link knows the mapping that wrote it, and that mapping is kept ([`crate::state::MappingShelf`]). A record that an
//! older mapping wrote is mapped by it once more: when it still makes what was sent, nothing but the mapping has changed,
//! and `write.on_mapping_change` says what becomes of the object. Otherwise the record itself has changed.

use super::{
    Fault,
    link::{self, Linked, Resolution},
    transform::{self, Folded},
};
use crate::{
    error::RunError,
    plan::Purpose,
    state::{Link, StateStore, Status},
    work::Work,
};
use bytes::Bytes;
use engine_contract::ContentHash;
use engine_plan::{Blueprint, Entity, EntityProgram, OnMappingChange, Program};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// A mapping of before, ready to map.
pub(crate) struct Mapping {
    entity: Entity,
    program: EntityProgram,
}

/// The mappings of before that a run has asked for; nothing for those that were never kept.
#[derive(Default)]
pub(crate) struct Older(Mutex<BTreeMap<String, Option<Arc<Mapping>>>>);

/// Keeps the mappings of today for the runs to come.
pub(crate) async fn keep_mappings(
    store: &dyn StateStore,
    blueprint: &Blueprint,
    now: Timestamp,
) -> Result<(), RunError> {
    let mappings =
        blueprint.entities.iter().map(|entity| (entity.mapping_hash.clone(), body(blueprint, entity)));
    store.keep_mappings(mappings.collect(), now).await?;
    Ok(())
}

/// The Blueprint with this entity alone: all that its mapping needs.
fn body(blueprint: &Blueprint, entity: &Entity) -> Bytes {
    let blueprint = Blueprint {
        entities: vec![entity.clone()],
        groups: Vec::new(),
        moved: Vec::new(),
        tables: BTreeMap::new(),
        ..blueprint.clone()
    };
    serde_json::to_vec(&blueprint).unwrap_or_default().into()
}

impl Older {
    async fn get(&self, work: &Work, hash: &str) -> Result<Option<Arc<Mapping>>, RunError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mapping = work.store.mapping(hash).await?.and_then(|body| read(&body)).map(Arc::new);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(hash.to_owned(), mapping.clone());
        Ok(mapping)
    }
}

/// Nothing when an engine wrote it whose Blueprints this one does not know.
fn read(body: &[u8]) -> Option<Mapping> {
    let blueprint: Blueprint = serde_json::from_slice(body).ok()?;
    let program = Program::build(&blueprint).ok()?;
    let (entity, program) = (blueprint.entities.first()?.clone(), program.entity(0)?.clone());
    Some(Mapping { entity, program })
}

/// What is known of a record that an older mapping wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Only the mapping has changed.
    Mapping,
    /// The record itself has changed.
    Record,
    /// The older mapping was not kept, or cannot be asked any more.
    Unknown,
}

/// Lets the objects of records stay that only the mapping would change, where that is the policy.
pub(crate) async fn keep(work: &Work, entity: &Entity, linked: Vec<Linked>) -> Result<Vec<Linked>, RunError> {
    let policy = entity.write.on_mapping_change;
    let carries_out = matches!(&work.purpose, Purpose::Apply(approved) if !approved.is_of_run());
    if carries_out || work.purpose.is_trace() || (policy == OnMappingChange::Replan && !work.mapping_change) {
        return Ok(linked);
    }
    let verdicts = judge(work, entity, &linked).await?;
    let decided = linked.into_iter().map(|linked| {
        let verdict = verdicts.get(&linked.item.key).copied();
        let outcome = if work.mapping_change {
            of_the_change(linked.outcome, verdict)
        } else {
            of_a_run(entity, linked.outcome, verdict)
        };
        Linked { outcome, ..linked }
    });
    Ok(decided.collect())
}

/// A plan of a mapping's change shows what that changes, and nothing else.
fn of_the_change(outcome: Resolution, verdict: Option<Verdict>) -> Resolution {
    match (outcome, verdict) {
        (Resolution::Ready(ready), Some(Verdict::Mapping | Verdict::Unknown)) => Resolution::Ready(ready),
        (Resolution::Ready(_) | Resolution::Filtered | Resolution::Early(_), _) => Resolution::Kept,
        (other, _) => other,
    }
}

fn of_a_run(entity: &Entity, outcome: Resolution, verdict: Option<Verdict>) -> Resolution {
    match (verdict, entity.write.on_mapping_change) {
        (None, _) | (_, OnMappingChange::Replan) | (Some(Verdict::Record), OnMappingChange::NewOnly) => {
            outcome
        }
        (Some(Verdict::Mapping), OnMappingChange::NewOnly) => Resolution::Kept,
        (Some(Verdict::Unknown), OnMappingChange::NewOnly) => Resolution::Failed(
            waits(entity, "the mapping that wrote it is not known any more"),
            Status::Blocked,
        ),
        (Some(_), OnMappingChange::Block) => {
            Resolution::Failed(waits(entity, "an older mapping wrote it"), Status::Blocked)
        }
    }
}

fn waits(entity: &Entity, why: &str) -> Fault {
    Fault {
        code: "mapping/changed".to_owned(),
        message: format!("{why}, and the mapping of today would change it"),
        place: Some(entity.place.clone().into()),
        retry: false,
    }
}

/// What would be changed though an older mapping wrote it, by key.
async fn judge(
    work: &Work,
    entity: &Entity,
    linked: &[Linked],
) -> Result<BTreeMap<String, Verdict>, RunError> {
    let written: Vec<(&Linked, &Link)> =
        linked.iter().filter_map(|linked| Some((linked, written_before(entity, linked)?))).collect();
    let mut verdicts: BTreeMap<String, Verdict> =
        written.iter().map(|(linked, _)| (linked.item.key.clone(), Verdict::Unknown)).collect();
    let hashes: BTreeSet<&str> = written.iter().map(|(_, link)| link.mapping_hash.as_str()).collect();
    for hash in hashes {
        let Some(older) = work.older.get(work, hash).await? else { continue };
        let of_it = written.iter().filter(|(_, link)| link.mapping_hash == hash);
        let (mut items, mut known) = (Vec::new(), BTreeMap::new());
        for (linked, _) in of_it.clone() {
            known.insert(linked.item.key.clone(), linked.known.clone());
            items.push(Folded::again(linked.item.clone(), linked.version.clone()));
        }
        let candidates = transform::map_all(work, (&older.entity, &older.program), items, known).await?;
        for then in link::resolve(work, &entity.name, candidates).await? {
            let sent = then.known.link.as_ref().map(|link| link.sent_hash);
            if let Resolution::Ready(ready) = &then.outcome {
                let same = sent == Some(ready.hash);
                verdicts.insert(then.item.key, if same { Verdict::Mapping } else { Verdict::Record });
            }
        }
    }
    Ok(verdicts)
}

/// The link of a record whose object another mapping wrote and this one would change.
fn written_before<'a>(entity: &Entity, linked: &'a Linked) -> Option<&'a Link> {
    let Resolution::Ready(ready) = &linked.outcome else { return None };
    let link = linked.known.link.as_ref().filter(|link| link.target_id.is_some())?;
    let differs = link.sent_hash != ready.hash || link.target_object != ready.object;
    let unknown = [ContentHash::UNKNOWN, ContentHash::SOFT_DELETED, ContentHash::SOUGHT];
    let is_known = !unknown.contains(&link.sent_hash);
    (differs && is_known && link.mapping_hash != entity.mapping_hash).then_some(link)
}
