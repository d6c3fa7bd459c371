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
    /// The mechanisms of the effect protocol that are in place: all, but in tests that prove their worth.
    pub(crate) mechanisms: Mechanisms,
}

/// Mechanisms of the effect protocol.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one switch per mechanism, all on")]
pub(crate) struct Mechanisms {
    /// Intents are committed before a send.
    pub(crate) intents: bool,
    /// All attempts of an effect carry the same request key and marker.
    pub(crate) stable_keys: bool,
    /// Reading starts before the cursor by the stream's visibility lag.
    pub(crate) overlap: bool,
    /// The lease is looked at before each send.
    pub(crate) lease_check: bool,
}

/// A mechanism that a test can take out, to prove that the simulation notices.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Intents are committed before a send.
    Intents,
    /// All attempts of an effect carry the same request key and marker.
    StableKeys,
    /// Reading starts before the cursor by the stream's visibility lag.
    Overlap,
    /// The lease is looked at before each send.
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
            mechanisms: Mechanisms { intents: true, stable_keys: true, overlap: true, lease_check: true },
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

    /// Takes a mechanism out.
    #[cfg(feature = "mutants")]
    pub fn remove(&mut self, mechanism: Mechanism) {
        match mechanism {
            Mechanism::Intents => self.mechanisms.intents = false,
            Mechanism::StableKeys => self.mechanisms.stable_keys = false,
            Mechanism::Overlap => self.mechanisms.overlap = false,
            Mechanism::LeaseCheck => self.mechanisms.lease_check = false,
        }
    }
}
