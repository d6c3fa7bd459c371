//! What is looked for, and what was found.

use super::{index::Index, mirror};
use crate::{
    error::RunError,
    key::RecordKey,
    stage::{link::Resolution, settle::blank},
    state::{Known, Link},
    work::Work,
};
use engine_plan::{Entity, Item};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// How an object was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A person says so.
    Given,
    /// By the marker that the engine put there for this very record.
    Marker,
    /// By its natural key.
    Key,
    /// By the fields of `write.match`.
    Match,
    /// By the fields by which the connector recognises a create without an answer.
    Fields,
}

impl How {
    /// Whether the record alone can have such an object.
    fn is_proof(self) -> bool {
        matches!(self, Self::Given | Self::Marker | Self::Key)
    }
}

/// What a search for a record's object came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One object, and it is this record's.
    Exact,
    /// Objects that may be this record's: a person chooses.
    Ambiguous,
    /// None.
    Nothing,
}

/// Why a record has no object for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There are several.
    Several,
    /// It agrees, and carries no marker, though the engine's objects of this kind do.
    Unmarked,
    /// It carries the marker of another record, or of another pipeline's.
    OtherMarker,
    /// Another record is found by the same object.
    Claimed,
    /// Another record is linked to it.
    Taken,
    /// The target has no such object.
    Missing,
    /// The record is linked already.
    Linked,
    /// The record's natural key names another object.
    OtherKey,
    /// The source gives no such record.
    NotThere,
    /// The record cannot be mapped now, so that nobody knows what object it would be.
    Unmapped,
}

/// A record, and what was found for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// The link as it would be: without a target id where nothing certain was found.
    pub link: Link,
    /// Where the source has the record.
    pub origin: String,
    /// What the search came to.
    pub verdict: Verdict,
    /// How the objects were recognised.
    pub how: Option<How>,
    /// Why nothing is certain.
    pub reason: Option<Reason>,
    /// The ids of the objects that may be its own, where that is not certain.
    pub candidates: Vec<String>,
    /// The object holds what the record says now: the next run leaves it alone.
    pub agrees: bool,
}

/// What is looked for.
#[derive(Debug)]
enum Aim {
    /// The objects of all records without a link.
    All,
    /// Whether any of the first records has an object already.
    First,
    /// These objects for these records, by entity and key.
    Given(BTreeMap<(String, String), String>),
}

/// Goes through the source like a plan, and finds the objects of records without a link.
pub struct Tracer {
    aim: Aim,
    indexes: futures::lock::Mutex<BTreeMap<String, Arc<Index>>>,
    /// The ids of all objects whose changes flow back, by entity.
    ids: futures::lock::Mutex<BTreeMap<String, Arc<Vec<String>>>>,
    sums: Mutex<Sums>,
}

#[derive(Default)]
struct Sums {
    traced: Vec<Traced>,
    linked: BTreeMap<String, u64>,
    unmapped: BTreeMap<String, Vec<Traced>>,
    /// Objects that are found to be a record's, by kind and id.
    claimed: BTreeSet<(String, String)>,
    /// A search by which it would be known whether the target was used before has failed.
    is_blind: bool,
}

impl Tracer {
    fn new(aim: Aim) -> Self {
        Self {
            aim,
            indexes: futures::lock::Mutex::default(),
            ids: futures::lock::Mutex::default(),
            sums: Mutex::default(),
        }
    }

    /// Looks for the objects of all records without a link.
    #[must_use]
    pub fn all() -> Self {
        Self::new(Aim::All)
    }

    /// Looks whether any of the first records has an object already.
    pub(crate) fn first() -> Self {
        Self::new(Aim::First)
    }

    /// Takes these objects for these records, by entity and key.
    #[must_use]
    pub fn given(pairs: BTreeMap<(String, String), String>) -> Self {
        Self::new(Aim::Given(pairs))
    }

    pub(crate) fn is_first(&self) -> bool {
        matches!(self.aim, Aim::First)
    }

    /// The object that a person says is a record's; nothing where the search decides.
    pub(crate) fn given_for(&self, record: &RecordKey) -> Option<&String> {
        let Aim::Given(pairs) = &self.aim else { return None };
        pairs.get(&(record.entity.clone(), record.key.clone()))
    }

    /// Whether only records are of interest that a person names.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self.aim, Aim::Given(_))
    }

    /// The keys by which the source gives all records that matter, where that is known without reading it whole.
    pub(crate) fn asked<'a>(&self, entities: impl Iterator<Item = &'a Entity>) -> Option<Vec<String>> {
        let Aim::Given(pairs) = &self.aim else { return None };
        let mut asked = Vec::new();
        for entity in entities {
            if !entity.key.is_empty() || entity.each.is_some() {
                return None;
            }
            let of_entity = pairs.keys().filter(|(name, _)| *name == entity.name);
            asked.extend(of_entity.map(|(_, key)| key.clone()));
        }
        Some(asked)
    }

    /// The marked objects of a kind: listed once.
    pub(super) async fn index(&self, work: &Work, object: &str) -> Result<Arc<Index>, RunError> {
        let mut indexes = self.indexes.lock().await;
        if let Some(index) = indexes.get(object) {
            return Ok(Arc::clone(index));
        }
        let pages = self.is_first().then_some(super::used::PAGES);
        let index = Arc::new(Index::read(work, object, pages).await?);
        indexes.insert(object.to_owned(), Arc::clone(&index));
        Ok(index)
    }

    /// The ids of all objects that the way back reads: read once.
    pub(super) async fn ids(&self, back: &Work, entity: &Entity) -> Result<Arc<Vec<String>>, RunError> {
        let mut known = self.ids.lock().await;
        if let Some(ids) = known.get(&entity.name) {
            return Ok(Arc::clone(ids));
        }
        let ids = Arc::new(mirror::ids(back, entity).await?);
        known.insert(entity.name.clone(), Arc::clone(&ids));
        Ok(ids)
    }

    fn sums(&self) -> std::sync::MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self, traced: Traced) {
        let mut sums = self.sums();
        if let (Verdict::Exact, Some(id)) = (traced.verdict, &traced.link.target_id) {
            sums.claimed.insert((traced.link.target_object.clone(), id.clone()));
        }
        sums.traced.push(traced);
    }

    /// Whether another record of this search is found by an object: what becomes of both is decided in the end.
    pub(super) fn is_claimed(&self, object: &str, id: &str) -> bool {
        self.sums().claimed.contains(&(object.to_owned(), id.to_owned()))
    }

    /// So many records of an entity are linked already.
    pub(super) fn linked(&self, entity: &str, records: u64) {
        *self.sums().linked.entry(entity.to_owned()).or_default() += records;
    }

    /// A search has failed that would have told whether the target was used before.
    pub(super) fn blinded(&self) {
        self.sums().is_blind = true;
    }

    pub(super) fn was_blind(&self) -> bool {
        self.sums().is_blind
    }

    /// A record without a link that cannot be mapped, or is not admitted: only a marker tells its object.
    pub(crate) fn unmapped(
        &self,
        work: &Work,
        entity: &Entity,
        (item, known): (&Item, &Known),
        outcome: &Resolution,
    ) {
        let is_linked = known.link.as_ref().is_some_and(|link| link.target_id.is_some());
        let is_of_interest = !matches!(outcome, Resolution::Ready(_) | Resolution::Overruled);
        if self.is_first() || !is_of_interest || is_linked || known.has_intent {
            return;
        }
        let generation = known.link.as_ref().map_or(0, |link| link.generation) + 1;
        let (source_key, parent_key) = (item.source.key.clone(), item.parent_key.clone());
        let link = Link { source_key, parent_key, generation, ..blank(work, entity, &item.key) };
        let traced = Traced {
            link,
            origin: item.source.origin.clone(),
            verdict: Verdict::Nothing,
            how: None,
            reason: Some(Reason::Unmapped),
            candidates: Vec::new(),
            agrees: false,
        };
        self.sums().unmapped.entry(entity.name.clone()).or_default().push(traced);
    }

    /// Those of an entity that were met since this was asked last.
    pub(super) fn take_unmapped(&self, entity: &str) -> Vec<Traced> {
        self.sums().unmapped.remove(entity).unwrap_or_default()
    }

    /// What was found, and how many records of each entity are linked already.
    #[must_use]
    pub fn close(&self) -> (Vec<Traced>, BTreeMap<String, u64>) {
        let mut sums = self.sums();
        let mut traced = std::mem::take(&mut sums.traced);
        settle_claims(&mut traced);
        (traced, std::mem::take(&mut sums.linked))
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("aim", &self.aim).finish_non_exhaustive()
    }
}

/// No object is two records': the one that proves it is its own keeps it, and where none or several do, none has it.
fn settle_claims(traced: &mut [Traced]) {
    let mut claims: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (index, one) in traced.iter().enumerate() {
        if let (Verdict::Exact, Some(id), false) = (one.verdict, &one.link.target_id, one.link.shared) {
            claims.entry((one.link.target_object.clone(), id.clone())).or_default().push(index);
        }
    }
    for (_, claimants) in claims.into_iter().filter(|(_, claimants)| claimants.len() > 1) {
        let proven = |index: &&usize| traced.get(**index).and_then(|one| one.how).is_some_and(How::is_proof);
        let is_key = |index: &usize| traced.get(*index).and_then(|one| one.how) == Some(How::Key);
        let owner = match claimants.iter().filter(proven).collect::<Vec<_>>().as_slice() {
            [only] => Some(**only),
            // A natural key is the first record's, as in a run.
            [first, ..] if claimants.iter().all(is_key) => Some(**first),
            _ => None,
        };
        for index in claimants.into_iter().filter(|index| Some(*index) != owner) {
            let Some(one) = traced.get_mut(index) else { continue };
            one.reason = Some(Reason::Claimed);
            one.candidates.extend(one.link.target_id.take());
            one.link.target_token = None;
            one.verdict = if owner.is_some() { Verdict::Nothing } else { Verdict::Ambiguous };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_contract::ContentHash;

    fn claim(key: &str, how: How) -> Traced {
        let link = Link {
            record: RecordKey { entity: "product".into(), key: key.into() },
            source_key: key.into(),
            target_connection: "books".into(),
            target_object: "Item".into(),
            target_id: Some("7".into()),
            route: None,
            parent_key: None,
            source_revision: None,
            sent_hash: ContentHash::UNKNOWN,
            generation: 1,
            target_token: None,
            mapping_hash: String::new(),
            shared: false,
        };
        let (verdict, how, candidates) = (Verdict::Exact, Some(how), Vec::new());
        Traced { link, origin: String::new(), verdict, how, reason: None, candidates, agrees: true }
    }

    fn settled(claims: &[How], shared: bool) -> Vec<(Verdict, bool)> {
        let mut traced: Vec<Traced> = claims.iter().map(|how| claim("1", *how)).collect();
        for one in &mut traced {
            one.link.shared = shared;
        }
        settle_claims(&mut traced);
        traced.iter().map(|one| (one.verdict, one.link.target_id.is_some())).collect()
    }

    #[test]
    fn an_object_is_one_records_or_nobodys() {
        let (kept, none, open) =
            ((Verdict::Exact, true), (Verdict::Nothing, false), (Verdict::Ambiguous, false));
        assert_eq!(settled(&[How::Fields], false), [kept]);
        assert_eq!(settled(&[How::Fields, How::Marker, How::Match], false), [none, kept, none]);
        assert_eq!(settled(&[How::Fields, How::Match], false), [open, open]);
        assert_eq!(settled(&[How::Marker, How::Marker], false), [open, open]);
        assert_eq!(settled(&[How::Key, How::Key], false), [kept, none], "as in a run the first has the row");
        assert_eq!(
            settled(&[How::Match, How::Match], true),
            [kept, kept],
            "shared objects are several records'"
        );
    }
}
