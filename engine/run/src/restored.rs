//! After a backup was put back: the target may hold more than the state knows.
//!
//! What was written between the backup and its restore is in the target and not in the state. So the first run of each stream
//! group after a restore reads its source whole, looks for the object of each record without a link before it makes one,
//! and puts each linked object beside what its record says, whatever the state says was sent last. Only what differs
//! is written. From then on the group is as any other.
//!
//! Two things stay. Records that this run could not put beside their objects are marked, and looked for, or at, when they can
//! be ([`ContentHash::SOUGHT`]). And keys of changes carry the moment of the restore, so that no service answers one with what
//! it did for a change of before. Keys of creates do not: a service that knows the key answers with the object that is there,
//! which is then read back and compared like any other.
//!
//! [`ContentHash::SOUGHT`]: engine_contract::ContentHash::SOUGHT

use crate::{
    error::RunError,
    event::Event,
    key::GroupKey,
    lease::later,
    links::Tracer,
    options::Mechanism,
    state::{self, Known},
    work::Work,
};
use engine_contract::Cursor;
use engine_plan::{Back, Entity};
use std::{collections::BTreeSet, time::Duration};

/// What a run knows of restores.
#[derive(Debug)]
pub(crate) struct Restored {
    /// When a backup was last put back.
    at: Option<Cursor>,
    /// The entities of stream groups that have not been put beside the target since.
    behind: BTreeSet<String>,
    /// Looks for objects.
    pub(crate) tracer: Tracer,
}

impl Restored {
    /// Of a state that was never restored.
    pub(crate) fn never() -> Self {
        Self { at: None, behind: BTreeSet::new(), tracer: Tracer::all() }
    }

    /// What the store says.
    pub(crate) async fn load(work: &Work) -> state::Result<Self> {
        if !work.options.keeps(Mechanism::LookAgain) {
            return Ok(Self::never());
        }
        let Some(at) = work.store.cursor(&state::restored_store()).await?.value else {
            return Ok(Self::never());
        };
        let mut behind = BTreeSet::new();
        for group in &work.blueprint.groups {
            let key = GroupKey { scope: work.scope.clone(), group: group.name.clone(), shard: String::new() };
            let caught_up = work.store.cursor(&key.of_shard(Some(state::RESTORED))).await?.value;
            if caught_up < Some(at) {
                let entities = group.entities.iter().filter_map(|index| work.blueprint.entities.get(*index));
                behind.extend(entities.map(|entity| entity.name.clone()));
            }
        }
        Ok(Self { at: Some(at), behind, ..Self::never() })
    }

    /// The same for the way back of a pipeline.
    pub(crate) fn of_back(&self) -> Self {
        let behind = self.behind.iter().map(|name| Back::name_of(name)).collect();
        Self { at: self.at, behind, tracer: Tracer::all() }
    }

    /// A person says that the target holds nothing of this pipeline's: there is nothing to look for.
    pub(crate) fn catch_up(&mut self) {
        self.behind.clear();
    }

    /// When a backup was last put back.
    pub(crate) fn at(&self) -> Option<Cursor> {
        self.at
    }

    /// What tells the keys of requests apart from those of before.
    pub(crate) fn life(&self) -> Option<String> {
        self.at.map(|at| at.to_string())
    }
}

/// Waits until nothing that was sent before the restore can take effect any more, on either side: the state does not know
/// of it, and so would make it a second time. An older row that is written late cannot undo a newer one where rows are
/// guarded.
pub(crate) async fn rest(work: &Work) -> Result<(), RunError> {
    let Some(Cursor::Instant(at)) = work.restored.at.filter(|_| work.is_any_behind()) else { return Ok(()) };
    let sides = std::iter::once(work).chain(work.back.as_deref());
    let settle = sides.filter(|side| !side.is_guarded()).map(|side| side.capabilities.settle).max();
    let (now, quiet) = (work.context.clock.now(), later(at, settle.unwrap_or_default()));
    if work.purpose.is_dry() || quiet <= now {
        return Ok(());
    }
    let wait = Duration::try_from(quiet.duration_since(now)).unwrap_or_default();
    work.observer.notice(Event::Waiting {
        connection: work.blueprint.target.connection.clone(),
        code: "state/restored",
        wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
    });
    work.context.clock.sleep(wait).await;
    // A wait that was cut short proves nothing.
    if work.context.clock.now() < quiet { Err(RunError::Cancelled) } else { Ok(()) }
}

impl Work {
    /// Whether the target may hold more than the state knows of any entity.
    pub(crate) fn is_any_behind(&self) -> bool {
        !self.restored.behind.is_empty() && !self.purpose.is_trace()
    }

    /// Whether the target may hold more than the state knows of an entity.
    pub(crate) fn is_behind(&self, entity: &Entity) -> bool {
        self.is_behind_of(&entity.name)
    }

    /// The same of the entity of this name.
    pub(crate) fn is_behind_of(&self, entity: &str) -> bool {
        self.is_any_behind() && self.restored.behind.contains(entity)
    }

    /// Whether the object of a record has to be looked for, or at, before one is made or believed.
    pub(crate) fn is_sought(&self, entity: &Entity, known: &Known) -> bool {
        (self.is_behind(entity) || known.is_sought()) && !self.purpose.is_trace()
    }
}
