//! Listens to a plan of a few records.

use engine_run::plan::{How, Planned, Planner};
use std::sync::{Mutex, PoisonError};

/// Takes what is told of the records.
#[derive(Default)]
pub(crate) struct Listener(Mutex<(Vec<How>, Vec<Planned>)>);

impl Listener {
    /// How they are mapped, and what would become of their objects. Takes it out.
    pub(crate) fn close(&self) -> (Vec<How>, Vec<Planned>) {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Planner for Listener {
    fn take(&self, planned: Planned) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.push(planned);
    }

    fn calls(&self, _connection: &str, _calls: u64, _per_minute: Option<u32>) {}

    fn asks_how(&self) -> bool {
        true
    }

    fn mapped(&self, how: How) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.push(how);
    }
}
