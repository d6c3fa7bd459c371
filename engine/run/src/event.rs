//! What a run tells while it works.

use crate::state::{Counts, Place};
use serde::Serialize;

/// Something that happened in a run. Names and numbers only, never content.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A run began.
    RunStarted {
        /// Its id.
        run_id: String,
        /// The pipeline.
        pipeline: String,
        /// `incremental`, `full`, `records`, `revert`, or `plan` for one that is carried out.
        mode: &'static str,
    },
    /// A table is made, because the target does not have it and the pipeline says so.
    CreatingTable {
        /// The connection.
        connection: String,
        /// The table.
        object: String,
        /// What makes it.
        statements: Vec<String>,
        /// It is only told.
        dry_run: bool,
    },
    /// A batch of an entity was settled.
    EntityProgress {
        /// The entity.
        entity: String,
        /// Its counts so far.
        counts: Counts,
    },
    /// A record failed.
    RecordFailed {
        /// The entity.
        entity: String,
        /// Where the source had it.
        origin: String,
        /// The diagnostic code.
        code: String,
        /// What went wrong.
        message: String,
        /// The mapping line.
        place: Option<Place>,
    },
    /// A request is tried again after a while.
    Waiting {
        /// The connection.
        connection: String,
        /// The diagnostic code.
        code: &'static str,
        /// How long, in milliseconds.
        wait_ms: u64,
    },
    /// An entity is done.
    EntityFinished {
        /// The entity.
        entity: String,
        /// Its counts.
        counts: Counts,
    },
    /// A run ended.
    RunFinished {
        /// Its id.
        run_id: String,
        /// How.
        status: &'static str,
        /// The diagnostic code of what stopped it.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// What stopped it.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
}

/// Takes events. Must not block.
pub trait Observer: Send + Sync {
    /// Takes one event.
    fn notice(&self, event: Event);
}

/// Lets every event pass.
#[derive(Clone, Copy, Debug)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn notice(&self, _event: Event) {}
}
