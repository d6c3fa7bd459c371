//! Turns references into target ids, and looks for target objects. A missing parent holds the child.

use super::{
    Fault,
    decide::Wish,
    find,
    transform::{Candidate, Stage, Wait},
    unmapped,
};
use crate::{
    error::RunError,
    key::RecordKey,
    lease::{earlier, later},
    plan::Purpose,
    state::{Hold, Known, Status},
    work::Work,
};
use engine_contract::{ContentHash, Map, Op, Value, content_hash};
use engine_plan::{Find, Found, Item, Links, Mapped, Pending, Reference, Resolved};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// An item whose references are settled.
pub(crate) struct Linked {
    pub(crate) item: Item,
    pub(crate) known: Known,
    pub(crate) version: Option<String>,
    pub(crate) outcome: Resolution,
}

/// What the target should hold for an item.
pub(crate) struct Ready {
    pub(crate) route: Option<String>,
    pub(crate) object: String,
    pub(crate) fields: Map,
    /// What an update would hold, for a create whose fields are others: it may find an object to adopt.
    pub(crate) update: Option<Map>,
    pub(crate) hash: ContentHash,
    /// The hash of the content with references by record, where the run makes or keeps to a plan.
    pub(crate) promised: Option<ContentHash>,
}

/// What became of an item in this stage.
pub(crate) enum Resolution {
    Ready(Box<Ready>),
    Held(Hold),
    /// It was held for as long as it may be. The hold stays, so that the wait does not begin anew.
    Expired(Hold, Fault),
    /// It may go on without a parent, but that one is on its way: the next run looks again.
    Awaits,
    /// The pipeline does not admit it.
    Filtered,
    /// It has no object, and was made before this `start_date`.
    Early(Date),
    /// Another source record decides about the target object.
    Overruled,
    /// Its object stays as an older mapping made it.
    Kept,
    /// It fails or is blocked.
    Failed(Fault, Status),
}

impl Resolution {
    /// What the target should hold, where that is known.
    pub(crate) fn wish(&self) -> Option<Wish<'_>> {
        match self {
            Self::Ready(ready) => Some(Wish::Content { object: &ready.object, hash: ready.hash }),
            Self::Filtered | Self::Early(_) => Some(Wish::Unadmitted),
            Self::Overruled | Self::Kept => Some(Wish::Same),
            Self::Held(_) | Self::Awaits | Self::Expired(..) | Self::Failed(..) => None,
        }
    }
}

/// What is known of links and target objects.
pub(crate) struct Answers {
    links: BTreeMap<Reference, String>,
    /// Parents that are on their way, though a record might go on without them.
    awaited: BTreeSet<Reference>,
    found: BTreeMap<Find, Found>,
}

impl Answers {
    /// Asks the store about references, once.
    pub(crate) async fn of_links(work: &Work, mut references: Vec<Reference>) -> Result<Self, RunError> {
        references.sort();
        references.dedup();
        let links = if references.is_empty() {
            BTreeMap::new()
        } else {
            work.store.targets(&work.scope, &references).await?
        };
        Ok(Self { links, awaited: BTreeSet::new(), found: BTreeMap::new() })
    }

    /// Asks the store about references, and the target about objects.
    pub(crate) async fn of_all(
        work: &Work,
        references: Vec<Reference>,
        finds: BTreeSet<Find>,
    ) -> Result<Self, RunError> {
        let mut answers = Self::of_links(work, references).await?;
        answers.found = find::find(work, finds).await?;
        Ok(answers)
    }

    /// Asks the store which of the parents that have no link are on their way.
    async fn wait_for(&mut self, work: &Work, optional: Vec<(Reference, Duration)>) -> Result<(), RunError> {
        let mut by_entity: BTreeMap<String, BTreeMap<Reference, Duration>> = BTreeMap::new();
        for (reference, hold_for) in optional {
            if !self.links.contains_key(&reference) {
                by_entity.entry(reference.entity.clone()).or_default().insert(reference, hold_for);
            }
        }
        let now = work.context.clock.now();
        for (entity, references) in by_entity {
            let keys: BTreeSet<&String> = references.keys().map(|reference| &reference.key).collect();
            let keys: Vec<String> = keys.into_iter().cloned().collect();
            let known = work.store.recall(&work.scope, &entity, &keys).await?;
            let is_under_way = |(reference, hold_for): &(Reference, Duration)| {
                let since = earlier(now, *hold_for);
                known.get(&reference.key).is_some_and(|known| known.is_under_way(since))
            };
            let awaited = references.into_iter().filter(is_under_way);
            self.awaited.extend(awaited.map(|(reference, _)| reference));
        }
        Ok(())
    }
}

impl Links for Answers {
    fn target_id(&self, reference: &Reference) -> Option<String> {
        self.links.get(reference).cloned()
    }

    fn is_awaited(&self, reference: &Reference) -> bool {
        self.awaited.contains(reference)
    }

    fn found(&self, find: &Find) -> Option<Found> {
        self.found.get(find).cloned()
    }
}

/// Settles the references of a batch with one question to the store, and its looks for target objects with at
/// most one to the target for each field that is searched.
pub(crate) async fn resolve(
    work: &Work,
    entity: &str,
    candidates: Vec<Candidate>,
) -> Result<Vec<Linked>, RunError> {
    let pending = || {
        let mapped = candidates.iter().filter_map(|candidate| match &candidate.stage {
            Stage::Mapped(mapped) => Some(mapped),
            _ => None,
        });
        mapped.flat_map(|mapped| &mapped.pending)
    };
    let references = pending().flat_map(Pending::references).cloned().collect();
    let optional = pending().flat_map(Pending::optional);
    let optional = optional.map(|(reference, hold_for)| (reference.clone(), hold_for)).collect();
    let finds = pending().flat_map(Pending::finds).cloned().collect();
    let mut answers = Answers::of_links(work, references).await?;
    answers.wait_for(work, optional).await?;
    answers.found = find::find(work, finds).await?;
    Ok(candidates.into_iter().map(|candidate| settle(work, entity, candidate, &answers)).collect())
}

fn settle(work: &Work, entity: &str, candidate: Candidate, answers: &Answers) -> Linked {
    let Candidate { item, known, version, stage } = candidate;
    let outcome = match stage {
        Stage::Filtered => Resolution::Filtered,
        Stage::Early(day) => Resolution::Early(day),
        Stage::Overruled => Resolution::Overruled,
        Stage::Failed(fault, status) => Resolution::Failed(fault, status),
        Stage::Waits(wait) => held(work, entity, (&item, &known), wait),
        Stage::Mapped(mapped) => match content(work, &known, *mapped, answers) {
            Ok(ready) => ready,
            Err(stopped) => match *stopped {
                Stopped::Waits(wait) => held(work, entity, (&item, &known), wait),
                Stopped::Failed(fault, status) => Resolution::Failed(fault, status),
            },
        },
    };
    Linked { item, known, version, outcome }
}

/// Why a mapped item has no content.
enum Stopped {
    Waits(Wait),
    Failed(Fault, Status),
}

fn content(
    work: &Work,
    known: &Known,
    mapped: Mapped,
    answers: &Answers,
) -> Result<Resolution, Box<Stopped>> {
    let (route, object) = (mapped.route.clone(), mapped.object.clone());
    let is_linked = known.link.as_ref().is_some_and(|link| link.target_id.is_some());
    // Later runs compare with what an update would send: a field that only a create sends is no change.
    let depends = !is_linked && mapped.pending.iter().any(Pending::depends_on_operation);
    let compared = depends.then(|| mapped.clone().resolve(answers, Op::Update));
    let promised =
        if matches!(work.purpose, Purpose::Write) { None } else { Some(promised(&mapped, answers)) };
    match mapped.resolve(answers, if is_linked { Op::Update } else { Op::Create }) {
        Resolved::Ready(fields) => {
            let (fields, mut hash) = hashed(fields);
            let mut update = None;
            if let Some(Resolved::Ready(compared)) = compared {
                let (compared, of_update) = hashed(compared);
                (update, hash) = (Some(compared), of_update);
            }
            Ok(Resolution::Ready(Box::new(Ready { route, object, fields, update, hash, promised })))
        }
        Resolved::Awaits => Ok(Resolution::Awaits),
        Resolved::Blocked(error) | Resolved::Failed(error) => {
            let (fault, status) = unmapped(error);
            Err(Box::new(Stopped::Failed(fault, status)))
        }
        Resolved::Missing { reference, hold_for, place } => {
            Err(Box::new(Stopped::Waits(Wait { parent: reference, hold_for, place })))
        }
    }
}

/// The hash of what an update would send, with references by record: what a plan shows and what is sent later differ in
/// the ids of the objects that the plan itself makes.
fn promised(mapped: &Mapped, answers: &Answers) -> ContentHash {
    match mapped.clone().resolve(&ByRecord(answers), Op::Update) {
        Resolved::Ready(fields) => hashed(fields).1,
        Resolved::Awaits | Resolved::Blocked(_) | Resolved::Failed(_) | Resolved::Missing { .. } => {
            ContentHash::UNKNOWN
        }
    }
}

/// Gives each record a number of its own instead of the id of its object.
struct ByRecord<'a>(&'a Answers);

impl Links for ByRecord<'_> {
    fn target_id(&self, reference: &Reference) -> Option<String> {
        self.0.target_id(reference)?;
        let named = (&reference.entity, reference.route.as_deref(), &reference.key);
        let hash = blake3::hash(&serde_json::to_vec(&named).unwrap_or_default());
        // Of 48 bits, so that numeric fields take it.
        let bits = hash.as_bytes().iter().take(6);
        Some(bits.fold(0u64, |number, byte| (number << 8) | u64::from(*byte)).to_string())
    }

    fn found(&self, find: &Find) -> Option<Found> {
        self.0.found(find)
    }
}

/// A record that waits: until its parent is there, or until it has waited long enough.
fn held(work: &Work, entity: &str, (item, known): (&Item, &Known), wait: Wait) -> Resolution {
    let Wait { parent, hold_for, place } = wait;
    let now = work.context.clock.now();
    let since = known.held_since.unwrap_or(now);
    let until = later(since, hold_for);
    let fault = (until <= now && known.held_since.is_some()).then(|| expired(&parent, place.into()));
    let record = RecordKey { entity: entity.to_owned(), key: item.key.clone() };
    let hold = Hold { record, source_key: item.source.key.clone(), parent, since, until };
    match fault {
        Some(fault) => Resolution::Expired(hold, fault),
        None => Resolution::Held(hold),
    }
}

/// Content with the hash by which it is compared.
fn hashed(fields: Map) -> (Map, ContentHash) {
    let value = Value::Map(fields);
    let hash = content_hash(&value);
    let Value::Map(fields) = value else { return (Map::new(), hash) };
    (fields, hash)
}

/// The parent never came. It is tried again when it does, or when the mapping changes.
fn expired(parent: &Reference, place: crate::state::Place) -> Fault {
    Fault {
        code: "link/hold-expired".to_owned(),
        message: format!("its `{}` did not arrive within the time that `hold_for` allows", parent.entity),
        place: Some(place),
        retry: true,
    }
}
