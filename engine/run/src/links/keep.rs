//! Writes links that a person has seen: under the leases of their stream groups, with a row of the audit for each.

use super::{
    hold,
    linker::{LinkRequest, scope_of},
};
use crate::{
    engine::Engine,
    error::RunError,
    key::{RecordKey, Scope},
    lease::later,
    stage::remap,
    state::{Action, AuditEntry, Dirty, DirtyReason, Known, Lease, Link, Run, RunStatus, Settlement},
};
use engine_contract::ContentHash;
use std::collections::{BTreeMap, BTreeSet};

/// How many links one transaction takes, where they need not stand together.
const AT_ONCE: usize = 1_000;

/// What becomes of one record's link.
#[derive(Clone, Debug)]
pub enum Change {
    /// It has this object. Where the object does not agree with the record, the next run looks at both.
    Link {
        /// The link.
        link: Box<Link>,
        /// Whether the object holds what the record says.
        agrees: bool,
    },
    /// Nobody knows which object is its own: until a person chooses, no run makes another.
    Unclear(Box<Link>),
    /// It has none any more.
    Unlink(RecordKey),
}

/// The changes of an entity, with the lease of its stream group.
type Group = (Lease, String, Vec<(Change, Known)>);

impl Change {
    /// The record.
    #[must_use]
    pub fn record(&self) -> &RecordKey {
        match self {
            Self::Link { link, .. } | Self::Unclear(link) => &link.record,
            Self::Unlink(record) => record,
        }
    }
}

/// Why a record was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has been linked meanwhile.
    Linked,
    /// What became of an effect for it is not known yet.
    Open,
    /// Nothing is kept of it.
    Unknown,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many records have another link now, or none.
    pub changed: u64,
    /// Records that were passed over.
    pub passed: Vec<(RecordKey, Why)>,
}

impl Engine {
    /// Writes links. `together`: all or, where one is in the way, none.
    ///
    /// # Errors
    /// `Busy` when a run works on one of the stream groups, `OpenEffects` when one ended before it knew what it had
    /// written, and when the state store fails. What was written before stays.
    pub async fn change_links(
        &self,
        request: &LinkRequest,
        changes: Vec<Change>,
        together: bool,
    ) -> Result<Kept, RunError> {
        let scope = scope_of(&request.blueprint);
        let entities: BTreeSet<&str> = changes.iter().map(|change| change.record().entity.as_str()).collect();
        let mut groups = Vec::new();
        for group in &request.blueprint.groups {
            let names = group.entities.iter().filter_map(|index| request.blueprint.entities.get(*index));
            if names.into_iter().any(|entity| entities.contains(entity.name.as_str())) {
                groups.push(group.name.clone());
            }
        }
        let held = hold::take(self, &scope, &groups).await?;
        let kept = self.change_under(request, &held, changes, together).await;
        let released = hold::give_back(self, &held).await;
        let kept = kept?;
        released?;
        Ok(kept)
    }

    async fn change_under(
        &self,
        request: &LinkRequest,
        held: &[Lease],
        changes: Vec<Change>,
        together: bool,
    ) -> Result<Kept, RunError> {
        let scope = scope_of(&request.blueprint);
        let mut by_entity: BTreeMap<String, Vec<Change>> = BTreeMap::new();
        for change in changes {
            by_entity.entry(change.record().entity.clone()).or_default().push(change);
        }
        let mut kept = Kept::default();
        let mut ready: Vec<Group> = Vec::new();
        for (entity, changes) in by_entity {
            if !self.store.dispatched(&scope, &entity).await?.is_empty() {
                return Err(RunError::OpenEffects { entity });
            }
            let Some(lease) = lease_of(request, held, &entity) else {
                return Err(RunError::Invalid(format!("the pipeline has no entity `{entity}`")));
            };
            let mut of_entity = Vec::with_capacity(changes.len());
            for chunk in changes.chunks(AT_ONCE) {
                let keys: Vec<String> = chunk.iter().map(|change| change.record().key.clone()).collect();
                let mut known = self.store.recall(&scope, &entity, &keys).await?;
                for change in chunk {
                    let known = known.remove(&change.record().key).unwrap_or_default();
                    match obstacle(change, &known) {
                        Some(why) => kept.passed.push((change.record().clone(), why)),
                        None => of_entity.push((change.clone(), known)),
                    }
                }
            }
            ready.push((lease, entity, of_entity));
        }
        if together && !kept.passed.is_empty() {
            return Ok(kept);
        }
        let run = self.begin(request, &scope).await?;
        let at_once = if together { usize::MAX } else { AT_ONCE };
        let written = self.write((request, &run), ready, at_once).await;
        let (status, error) = match &written {
            Ok(_) => (RunStatus::Done, None),
            Err(error) => (RunStatus::Failed, Some(format!("{}: {error}", error.code()))),
        };
        self.store.finish_run(&run, status, error, self.context.clock.now()).await?;
        kept.changed = written?;
        Ok(kept)
    }

    async fn begin(&self, request: &LinkRequest, scope: &Scope) -> Result<String, RunError> {
        let run = Run {
            id: format!("run_{}", self.context.random_id()),
            scope: scope.clone(),
            owner: self.owner.clone(),
            trigger: "manual".to_owned(),
            mode: request.mode.clone(),
            fingerprint: request.blueprint.fingerprint.clone(),
            started_at: self.context.clock.now(),
            finished_at: None,
            status: RunStatus::Running,
            error: None,
            actor: request.actor.clone(),
            entities: Vec::new(),
        };
        self.store.begin_run(&run, &self.gone).await?;
        self.owners.forget(&self.gone);
        // Links name the mapping of today, also where no run has written with it yet.
        remap::keep_mappings(&*self.store, &request.blueprint, self.context.clock.now()).await?;
        Ok(run.id)
    }

    async fn write(
        &self,
        (request, run): (&LinkRequest, &str),
        ready: Vec<Group>,
        at_once: usize,
    ) -> Result<u64, RunError> {
        let mut changed = 0;
        for (lease, entity, changes) in ready {
            for chunk in changes.chunks(at_once) {
                let now = self.context.clock.now();
                let until = later(now, self.options.lease);
                if !self.store.renew(&lease, until).await? {
                    let (pipeline, group) = (lease.key.scope.pipeline, lease.key.group);
                    return Err(RunError::LeaseLost { pipeline, group });
                }
                let settlement = Settlement {
                    run: run.to_owned(),
                    at: now,
                    actor: request.actor.clone(),
                    fingerprint: Some(request.blueprint.fingerprint.clone()),
                    ..settlement(&entity, chunk)
                };
                self.store.settle(&lease, settlement).await?;
                changed += chunk.len() as u64;
            }
        }
        Ok(changed)
    }
}

/// The lease of the stream group of an entity.
fn lease_of(request: &LinkRequest, held: &[Lease], entity: &str) -> Option<Lease> {
    let index = request.blueprint.entities.iter().position(|known| known.name == entity)?;
    let group = request.blueprint.groups.iter().find(|group| group.entities.contains(&index))?;
    held.iter().find(|lease| lease.key.group == group.name).cloned()
}

/// What is in the way of a change.
fn obstacle(change: &Change, known: &Known) -> Option<Why> {
    let is_linked = known.link.as_ref().is_some_and(|link| link.target_id.is_some());
    match change {
        _ if known.has_intent => Some(Why::Open),
        Change::Link { .. } | Change::Unclear(_) if is_linked => Some(Why::Linked),
        Change::Unlink(_) if known.link.is_none() => Some(Why::Unknown),
        Change::Link { .. } | Change::Unclear(_) | Change::Unlink(_) => None,
    }
}

/// What one transaction holds.
fn settlement(entity: &str, changes: &[(Change, Known)]) -> Settlement {
    let mut settlement = Settlement { entity: entity.to_owned(), ..Settlement::default() };
    for (change, known) in changes {
        // A generation never starts over: services remember the keys of requests.
        let spent = known.link.as_ref().map_or(0, |link| link.generation);
        let (link, action, agrees) = match change {
            Change::Link { link, agrees } => ((**link).clone(), Some(Action::Linked), *agrees),
            Change::Unclear(link) => {
                let sent_hash = ContentHash::UNCLEAR;
                (Link { target_id: None, target_token: None, sent_hash, ..(**link).clone() }, None, false)
            }
            Change::Unlink(_) => {
                let Some(link) = known.link.clone() else { continue };
                let action = link.target_id.is_some().then_some(Action::Unlinked);
                audit(&mut settlement, &link, action);
                let sent_hash = ContentHash::UNKNOWN;
                (Link { target_id: None, target_token: None, sent_hash, ..link }, None, false)
            }
        };
        let link = Link { generation: link.generation.max(spent), ..link };
        settlement.well.push(link.record.key.clone());
        if !agrees {
            settlement.dirty.push(Dirty {
                record: link.record.clone(),
                source_key: link.source_key.clone(),
                reason: DirtyReason::Doubt,
            });
        }
        audit(&mut settlement, &link, action);
        settlement.links.push(link);
    }
    settlement
}

fn audit(settlement: &mut Settlement, link: &Link, action: Option<Action>) {
    let Some(action) = action else { return };
    settlement.audit.push(AuditEntry {
        record: link.record.clone(),
        action,
        target_object: link.target_object.clone(),
        target_id: link.target_id.clone(),
        content: link.sent_hash,
    });
}
