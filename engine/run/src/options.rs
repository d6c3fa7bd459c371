//! The engine's own figures, the same for every pipeline.

use std::time::Duration;

/// How an engine paces its work.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most records in a batch.
    pub batch_records: usize,
    /// Bytes of records after which a batch is closed: what bounds memory.
    pub batch_bytes: usize,
    /// How long a lease lasts without being prolonged.
    pub lease: Duration,
    /// How long a run waits for an unknown outcome to become knowable; longer ones are left to a later run.
    pub patience: Duration,
    /// How often a request is tried in all.
    pub tries: u32,
    /// The wait before the second try; doubled before each further one.
    pub backoff: Duration,
    /// Mechanisms taken out, to prove that the simulation notices.
    #[cfg(feature = "mutants")]
    pub removed: Removed,
}

/// Mechanisms that can be taken out, one at a time.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Removed {
    /// Everything is in place.
    #[default]
    Nothing,
    /// No intent is committed before a send.
    Intents,
    /// Each attempt has a request key and marker of its own.
    StableKeys,
    /// Reading starts exactly at the cursor.
    Overlap,
    /// Nobody looks at the lease before a send.
    LeaseCheck,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch_records: 500,
            batch_bytes: 4 << 20,
            lease: Duration::from_secs(30),
            patience: Duration::from_secs(60),
            tries: 5,
            backoff: Duration::from_millis(500),
            #[cfg(feature = "mutants")]
            removed: Removed::Nothing,
        }
    }
}

impl Options {
    /// The wait before try number `attempt`, counted from 1; none before the first.
    #[must_use]
    pub fn delay(&self, attempt: u32) -> Duration {
        match attempt {
            0 | 1 => Duration::ZERO,
            later => self.backoff.saturating_mul(1 << (later - 2).min(10)),
        }
    }

    pub(crate) fn keeps_intents(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.removed != Removed::Intents;
        #[cfg(not(feature = "mutants"))]
        true
    }

    pub(crate) fn keeps_keys(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.removed != Removed::StableKeys;
        #[cfg(not(feature = "mutants"))]
        true
    }

    pub(crate) fn keeps_overlap(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.removed != Removed::Overlap;
        #[cfg(not(feature = "mutants"))]
        true
    }

    pub(crate) fn checks_lease(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.removed != Removed::LeaseCheck;
        #[cfg(not(feature = "mutants"))]
        true
    }
}
