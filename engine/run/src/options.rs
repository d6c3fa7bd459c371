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
    /// The first wait before a failed record that may heal is looked at again by itself, once it has failed more than
    /// [`crate::state::FREE_TRIES`] times; four times as long after each further failure.
    pub revisit_wait: Duration,
    /// After how many failures a record that may heal is dead: it is not tried again by itself any more.
    pub dead_after: u32,
    /// Mechanisms of the effect protocol that a test has taken out.
    pub(crate) removed: Removed,
}

/// A mechanism of the effect protocol. All are in place, but in tests that prove what each is worth: those take
/// one out and see that records are lost, doubled or stale without it.
#[cfg_attr(
    not(feature = "mutants"),
    expect(unreachable_pub, reason = "only tests that take mechanisms out name them outside of this crate")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Intents are committed before a send.
    Intents,
    /// All attempts of an effect carry the same request key and marker.
    StableKeys,
    /// Keys and markers are not made from the content.
    ContentFreeKeys,
    /// Reading starts before the cursor by the stream's visibility lag.
    Overlap,
    /// The cursor never passes the source's clock at the start of the read.
    SourceCap,
    /// The cursor moves with the outcomes of what was read, not before them.
    CursorLast,
    /// A search for a marker waits until nothing can be under way any more.
    Settle,
    /// An update names the version that it replaces, an upsert its revision.
    VersionGuard,
    /// What became of a batch is one transaction.
    OneCommit,
    /// Records whose newer version may have been passed over are marked.
    DirtyMarks,
    /// The lease is looked at before each send.
    LeaseCheck,
    /// The lease is looked at again when a request leaves that had to wait for its turn.
    WireCheck,
    /// A state that was restored is put beside the target before it is believed.
    LookAgain,
}

/// The mechanisms that were taken out; none where tests cannot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Removed {
    #[cfg(feature = "mutants")]
    bits: u16,
}

impl Removed {
    #[cfg(feature = "mutants")]
    fn has(self, mechanism: Mechanism) -> bool {
        self.bits & (1 << mechanism as u16) != 0
    }

    #[cfg(not(feature = "mutants"))]
    #[expect(clippy::unused_self, reason = "with the feature `mutants` it looks at itself")]
    fn has(self, _mechanism: Mechanism) -> bool {
        false
    }
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
            revisit_wait: Duration::from_secs(60),
            dead_after: 10,
            removed: Removed::default(),
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

    /// Whether a mechanism is in place.
    pub(crate) fn keeps(&self, mechanism: Mechanism) -> bool {
        !self.removed.has(mechanism)
    }

    /// Takes a mechanism out.
    #[cfg(feature = "mutants")]
    pub fn remove(&mut self, mechanism: Mechanism) {
        self.removed.bits |= 1 << mechanism as u16;
    }
}
