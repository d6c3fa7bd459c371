//! A plan that is carried out at once: shown, and kept in memory.

use super::Gatherer;
use engine_run::plan::{Approved, Planned, Planner, Promise, Step};
use std::sync::{Arc, Mutex, PoisonError};

/// Shows a plan, and keeps what it promises.
pub(crate) struct Keeper {
    sheet: Arc<Gatherer>,
    salt: String,
    approved: Mutex<Approved>,
}

impl Keeper {
    pub(crate) fn new(sheet: Arc<Gatherer>, salt: String) -> Self {
        let approved = Mutex::new(Approved::new(salt.clone()));
        Self { sheet, salt, approved }
    }

    /// What may be carried out. Takes it out.
    pub(crate) fn close(&self) -> Approved {
        std::mem::take(&mut *self.approved.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Planner for Keeper {
    fn take(&self, planned: Planned) {
        if planned.step != Step::Drift {
            let promise = Promise {
                step: planned.step,
                target_id: planned.target_id.clone(),
                content: planned.content,
                token: planned.token.clone(),
                held: planned.held,
            };
            let mark = Approved::mark(&self.salt, &planned.entity, &planned.key);
            let mut approved = self.approved.lock().unwrap_or_else(PoisonError::into_inner);
            approved.add(&planned.entity, &planned.source_key, mark, promise);
        }
        self.sheet.take(planned);
    }

    fn calls(&self, connection: &str, calls: u64, per_minute: Option<u32>) {
        self.sheet.calls(connection, calls, per_minute);
    }
}
