//! After a backup was put back: that a group has been put beside the target.

use super::Job;
use crate::{
    error::RunError,
    plan::Purpose,
    state::{self, CursorRow, Settlement},
};

impl Job<'_> {
    /// After a group has come to its end: notes that it was put beside the target, if this run did that with all of it.
    pub(super) async fn caught_up(&self) -> Result<(), RunError> {
        let work = self.work;
        let is_all = self.entities.len() == self.group.entities.len()
            && matches!(work.purpose, Purpose::Write)
            && work.records.is_none()
            && work.limit.is_none()
            && work.window.is_none()
            && work.narrow.is_empty()
            && !work.mapping_change;
        let behind = self.entities.first().filter(|(entity, _)| is_all && work.is_behind(entity));
        let Some((first, _)) = behind else { return Ok(()) };
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
            cursor: Some(CursorRow { value: work.restored.at(), ..CursorRow::default() }),
            cursor_shard: Some(state::RESTORED.to_owned()),
            ..Settlement::default()
        };
        Ok(work.store.settle(&self.guard.lease(), settlement).await?)
    }
}
