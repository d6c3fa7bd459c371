//! Looks at source records: what each comes to, which object it is linked to, and why it may have none.
//!
//! Records are read without those filters that the source can judge on a record, so that what they leave out can be
//! named. Whether an admitted record without a link should have one, the stages of a run say: they are asked, nothing is
//! written.

use super::{Reason, ledger::Counted};
use crate::{
    error::RunError,
    key::GroupKey,
    stage::{
        extract,
        transform::{self, Candidate, Stage},
    },
    state::{CursorRow, Known, Link, RunFilter},
    work::Work,
};
use engine_contract::{ContentHash, Cursor, Map, SourceRecord};
use engine_plan::{Comparison, Entity, EntityProgram, Group, Item, MapError};
use std::{collections::BTreeMap, time::Duration};

/// What records of one entity are looked at with.
pub(super) struct Review<'a> {
    pub(super) work: &'a Work,
    pub(super) entity: &'a Entity,
    program: &'a EntityProgram,
    comparison: &'a Comparison,
    /// The stream group, without the filters that are judged here.
    pub(super) group: Group,
    judged: Map,
    /// Codes of failed records, by source key.
    failed: BTreeMap<String, String>,
    read: CursorRow,
    lag: Duration,
}

/// A record that was looked at.
pub(super) struct Looked {
    pub(super) key: String,
    pub(super) source_key: String,
    modified: Option<Cursor>,
    pub(super) line: Result<Counted, MapError>,
    known: Known,
    /// Why it has no object, or should have none.
    pub(super) reason: Option<Reason>,
    /// The pipeline takes it.
    pub(super) is_admitted: bool,
}

impl Looked {
    /// Its link, where that leads to an object.
    pub(super) fn link(&self) -> Option<&Link> {
        self.known.link.as_ref().filter(|link| link.target_id.is_some())
    }

    /// Whether its object should be there, with what the record says.
    pub(super) fn is_plain(&self) -> bool {
        self.is_admitted && self.link().is_some_and(|link| link.sent_hash != ContentHash::SOFT_DELETED)
    }
}

impl<'a> Review<'a> {
    pub(super) async fn new(
        work: &'a Work,
        (entity, program): (&'a Entity, &'a EntityProgram),
        comparison: &'a Comparison,
        group: &'a Group,
    ) -> Result<Self, RunError> {
        let (judged, kept): (Map, Map) = group
            .filter
            .clone()
            .into_iter()
            .partition(|(name, value)| work.source.judges(&group.stream, name, value));
        let key = GroupKey { scope: work.scope.clone(), group: group.name.clone(), shard: String::new() };
        let row = work.store.cursor(&key).await?;
        let is_valid = row.read_hash == extract::read_hash(work, group);
        Ok(Self {
            work,
            entity,
            program,
            comparison,
            group: Group { filter: kept, ..group.clone() },
            judged,
            failed: failed(work, &entity.name).await?,
            read: if is_valid { row } else { CursorRow::default() },
            lag: work.source.visibility_lag(&group.stream),
        })
    }

    /// Looks at some records.
    pub(super) async fn look(&self, mut records: Vec<SourceRecord>) -> Result<Vec<Looked>, RunError> {
        let mut left_out: BTreeMap<String, String> = BTreeMap::new();
        for record in &mut records {
            if let Some(filter) = self.unmet(record) {
                record.is_admitted = false;
                left_out.insert(record.key.clone(), filter.clone());
            }
        }
        let folded = transform::items((self.work, &self.group), (self.entity, self.program), &records);
        let keys: Vec<String> = folded.iter().map(|folded| folded.item.key.clone()).collect();
        let mut known = self.work.store.recall(&self.work.scope, &self.entity.name, &keys).await?;
        let mut looked = Vec::with_capacity(folded.len());
        let mut open = Vec::new();
        for folded in folded {
            let of = known.get(&folded.item.key);
            let is_wanted = folded.item.admitted == Ok(true) || folded.is_early();
            if is_wanted && !of.is_some_and(|known| self.is_linked(known)) {
                open.push(folded);
                continue;
            }
            let known = known.remove(&folded.item.key).unwrap_or_default();
            let reason = self.settled(&folded.item, &known, left_out.get(&folded.item.source.key));
            looked.push(self.looked(folded.item, known, reason));
        }
        let mapped = transform::map_all(self.work, (self.entity, self.program), open, known).await?;
        for Candidate { item, known, stage, .. } in mapped {
            let reason = self.unlinked(&item, &known, &stage);
            looked.push(self.looked(item, known, reason));
        }
        Ok(looked)
    }

    /// The first filter that does not admit a record.
    fn unmet(&self, record: &SourceRecord) -> Option<&String> {
        let (stream, source) = (&self.group.stream, &self.work.source);
        let unmet = |(name, value): &(&String, _)| !source.meets(stream, (name, *value), &record.record);
        self.judged.iter().find(unmet).map(|(name, _)| name)
    }

    fn is_linked(&self, known: &Known) -> bool {
        let connection = &self.work.blueprint.target.connection;
        known
            .link
            .as_ref()
            .is_some_and(|link| link.target_id.is_some() && link.target_connection == *connection)
    }

    fn looked(&self, item: Item, mut known: Known, reason: Option<Reason>) -> Looked {
        if !self.is_linked(&known) {
            known.link = None;
        }
        Looked {
            line: self.comparison.of_source(&item).map(|line| Counted::of(line, None)),
            is_admitted: item.admitted == Ok(true),
            modified: item.source.modified,
            key: item.key,
            source_key: item.source.key,
            known,
            reason,
        }
    }

    /// Why a record that is linked, or that the pipeline does not take, should have no object.
    fn settled(&self, item: &Item, known: &Known, filter: Option<&String>) -> Option<Reason> {
        match (&item.admitted, filter) {
            (Ok(true), _) => None,
            (Err(error), _) => Some(
                self.failure(item, known).unwrap_or_else(|| Reason::Failed(error.code.as_str().to_owned())),
            ),
            (Ok(false), Some(filter)) => Some(Reason::Filter(filter.clone())),
            (Ok(false), None) if !item.source.is_admitted => Some(Reason::Filter("filter".to_owned())),
            (Ok(false), None) => Some(Reason::When),
        }
    }

    /// Why a record that the pipeline takes has no link; nothing when nobody knows.
    fn unlinked(&self, item: &Item, known: &Known, stage: &Stage) -> Option<Reason> {
        if known.has_intent {
            return Some(Reason::InDoubt);
        }
        if let Stage::Early(day) = stage {
            return Some(Reason::StartDate(day.to_string()));
        }
        if let Some(failure) = self.failure(item, known) {
            return Some(failure);
        }
        if known.held_since.is_some() {
            return Some(Reason::Held);
        }
        match stage {
            Stage::Filtered | Stage::Early(_) | Stage::Overruled => Some(Reason::WhenRef),
            _ if self.may_be_unread(item.source.modified) => Some(Reason::Unread),
            Stage::Waits(_) => Some(Reason::Held),
            Stage::Failed(fault, _) => Some(Reason::Failed(fault.code.clone())),
            Stage::Mapped(_) => known.link.as_ref().map(|_| Reason::Retired),
        }
    }

    fn failure(&self, item: &Item, known: &Known) -> Option<Reason> {
        let code = self.failed.get(&crate::state::masked(item.source.key.clone())).cloned();
        let code = code.or_else(|| known.failure.as_ref().map(|_| "unknown".to_owned()))?;
        Some(Reason::Failed(code))
    }

    /// Why a record and its object differ, as far as the store knows.
    pub(super) fn between(&self, looked: &Looked) -> Option<Reason> {
        if looked.known.has_intent {
            return Some(Reason::InDoubt);
        }
        let code = self.failed.get(&crate::state::masked(looked.source_key.clone()));
        if let Some(code) = code.filter(|code| *code != STALE) {
            return Some(Reason::Failed(code.clone()));
        }
        if looked.known.held_since.is_some() {
            return Some(Reason::Held);
        }
        let is_newer = match (self.read.value, looked.modified) {
            (Some(read), Some(modified)) => modified > read,
            (None, _) => self.read.read_hash.is_empty(),
            (Some(_), None) => false,
        };
        is_newer.then_some(Reason::Changed)
    }

    /// Whether a record may have come after the last read. It may show itself later than its moment says.
    fn may_be_unread(&self, modified: Option<Cursor>) -> bool {
        match (self.read.value, modified) {
            (Some(read), Some(modified)) => modified >= read.minus(self.lag),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }
}

/// A plan that was not carried out for a record is no reason for its object to differ.
const STALE: &str = "plan/stale-record";

/// The codes of an entity's failed records.
async fn failed(work: &Work, entity: &str) -> Result<BTreeMap<String, String>, RunError> {
    let filter = RunFilter {
        tenant: Some(work.scope.tenant.clone()),
        environment: Some(work.scope.environment.clone()),
        pipeline: Some(work.scope.pipeline.clone()),
        limit: usize::MAX,
    };
    let rows = work.store.failures(&filter, None).await?;
    let own = rows.into_iter().filter(|row| row.entity == entity);
    Ok(own.map(|row| (row.source_key, row.code)).collect())
}
