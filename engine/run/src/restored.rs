//! After a backup was put back: the target may hold more than the state knows.
//!
//! What was written between the backup and its restore is in the target and not in the state. So the first run of each stream
//! group after a restore reads its source whole, looks for the object of each record without a link before it makes one,
//! and puts each linked object beside what its record says, whatever the state says was sent last. Only what differs
//! is written. From then on the group is as any other.
//!
//! Two things stay. Records that this run could not map may have objects all the same: they are marked, and looked for
//! when they are made ([`ContentHash::SOUGHT`]). And keys of changes carry the moment of the restore, so that no service
//! answers one with what it did for a change of before. Keys of creates do not: a service that knows the key answers with
//! the object that is there, which is then read back and compared like any other.

use crate::{
    error::RunError,
    event::Event,
    job::Job,
    key::GroupKey,
    lease::later,
    links::Tracer,
    options::Mechanism,
    plan::Purpose,
    state::{self, CursorRow, Known, Settlement},
    work::Work,
};
use engine_contract::{ContentHash, Cursor};
use std::time::Duration;

/// What a run knows of restores.
#[derive(Debug)]
pub(crate) struct Restored {
    /// When a backup was last put back.
    at: Option<Cursor>,
    /// Whether a stream group of the pipeline has not been put beside the target since.
    is_behind: bool,
    /// Looks for objects.
    pub(crate) tracer: Tracer,
}

impl Restored {
    /// Of a state that was never restored.
    pub(crate) fn never() -> Self {
        Self { at: None, is_behind: false, tracer: Tracer::all() }
    }

    /// What the store says.
    pub(crate) async fn load(work: &Work) -> state::Result<Self> {
        let (store, scope) = (&*work.store, &work.scope);
        if !work.options.keeps(Mechanism::LookAgain) {
            return Ok(Self::never());
        }
        let Some(at) = store.cursor(&state::restored_store()).await?.value else { return Ok(Self::never()) };
        let mut is_behind = false;
        for group in &work.blueprint.groups {
            let key = GroupKey { scope: scope.clone(), group: group.name.clone(), shard: String::new() };
            let caught_up = store.cursor(&key.of_shard(Some(state::RESTORED))).await?.value;
            is_behind |= caught_up < Some(at);
        }
        Ok(Self { at: Some(at), is_behind, ..Self::never() })
    }

    /// The same for the way back of a pipeline.
    pub(crate) fn of_back(&self) -> Self {
        Self { tracer: Tracer::all(), ..*self }
    }

    /// What tells the keys of requests apart from those of before.
    pub(crate) fn life(&self) -> Option<String> {
        self.at.map(|at| at.to_string())
    }
}

/// Waits until nothing that was sent before the restore can take effect any more: the state does not know of it, and so
/// would make it a second time. An older row that is written late cannot undo a newer one where rows are guarded.
pub(crate) async fn rest(work: &Work) -> Result<(), RunError> {
    let Some(Cursor::Instant(at)) = work.restored.at.filter(|_| work.is_behind()) else { return Ok(()) };
    let (now, quiet) = (work.context.clock.now(), later(at, work.capabilities.settle));
    if work.purpose.is_dry() || work.is_guarded() || quiet <= now {
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
    /// Whether the target may hold more than the state knows.
    pub(crate) fn is_behind(&self) -> bool {
        self.restored.is_behind && !self.purpose.is_trace()
    }

    /// Whether the object of a record has to be looked for before one is made.
    pub(crate) fn is_sought(&self, known: &Known) -> bool {
        let is_marked = known.link.as_ref().is_some_and(|link| link.sent_hash == ContentHash::SOUGHT);
        (self.is_behind() || is_marked) && !self.purpose.is_trace()
    }
}

impl Job<'_> {
    /// After a group has come to its end: it has been put beside the target, if this run did that with all of it.
    pub(crate) async fn caught_up(&self) -> Result<(), RunError> {
        let work = self.work;
        let is_all = self.entities.len() == self.group.entities.len()
            && matches!(work.purpose, Purpose::Write)
            && work.records.is_none()
            && work.limit.is_none()
            && work.window.is_none()
            && work.narrow.is_empty()
            && !work.mapping_change;
        let Some((first, _)) = self.entities.first().filter(|_| is_all && work.is_behind()) else {
            return Ok(());
        };
        for (entity, _) in &self.entities {
            let back = work.way_back(entity).map(|(_, back)| back.name.as_str());
            for name in std::iter::once(entity.name.as_str()).chain(back) {
                // What becomes of these is not known yet, and so not what their objects hold.
                let is_open = !work.store.open_intents(&work.scope, name).await?.is_empty()
                    || !work.store.dispatched(&work.scope, name).await?.is_empty();
                if is_open {
                    return Ok(());
                }
            }
        }
        let settlement = Settlement {
            run: work.run_id.clone(),
            at: work.context.clock.now(),
            entity: first.name.clone(),
            cursor: Some(CursorRow { value: work.restored.at, ..CursorRow::default() }),
            cursor_shard: Some(state::RESTORED.to_owned()),
            ..Settlement::default()
        };
        Ok(work.store.settle(&self.guard.lease(), settlement).await?)
    }
}
