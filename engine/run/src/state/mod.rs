//! The one place where truth is kept.
//!
//! Two commits carry the engine's promise. [`StateStore::commit_intents`] makes durable what is about to be
//! sent, byte for byte. [`StateStore::settle`] makes durable, in one transaction, what became of it: links,
//! failed records, holds, dirty marks, audit rows, counts and the cursor. Both check that the caller still
//! holds the lease, and change nothing if it does not.

mod audit;
pub mod copy;
mod cursors;
mod database;
mod desk;
mod location;
mod mapping;
mod missing;
mod overlay;
mod owner;
mod pair;
mod place;
#[cfg(feature = "postgres")]
pub mod postgres;
mod restored;
mod seal;
pub mod sqlite;
#[cfg(test)]
pub(crate) mod suite;
mod table;
mod types;
mod vault;

pub use audit::{AuditQuery, AuditRow, Broken, Head as AuditHead};
pub use cursors::{CursorShelf, KeptCursor};
pub use database::{NeededKey, Publish, StateDatabase, StateVault};
pub use desk::RecordDesk;
pub use location::Location;
pub use mapping::MappingShelf;
pub use missing::{Missing, MissingShelf};
pub use overlay::OverlayStore;
pub use owner::{NeverGone, OwnerLocks, Owners};
pub use pair::PairShelf;
pub(crate) use restored::{RESTORED, restored_store};
pub(in crate::state) use seal::PURPOSES;
pub use seal::{Sealer, UnsealError};
pub(crate) use types::masked;
pub use types::{
    Acquired, Action, Answer, AuditEntry, Base, Confirmation, Conflict, ConflictField, Counts, CursorRow,
    Dirty, DirtyReason, FREE_TRIES, FailedKey, FailedRecord, FailedRow, FailedState, Hold, Intent,
    KeptConflict, KeptRecord, Known, LONGEST_WAIT, Lease, Link, MadeObject, NameKind, NamedRecord, Note,
    NoteKind, PipelineKey, Place, PriorFailure, Reason, RecordOwner, Rename, Renamed, Revisit, RevisitQuery,
    Run, RunFilter, RunStatus, SecretEntry, Settlement, Status, StoredSecret, Taken, TargetObject, Word,
};

use crate::key::{GroupKey, Scope};
use async_trait::async_trait;
use engine_plan::Reference;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Why the state store could not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Another engine has taken the lease: nothing was changed.
    #[error("another engine has taken over this stream group")]
    Fenced,
    /// The store cannot be used now: disk full, file locked, no permission.
    #[error("the state store cannot be used: {0}")]
    Unavailable(String),
    /// The store was written by a newer engine.
    #[error("the state store has schema {found}, and this engine knows up to {known}")]
    Newer {
        /// The schema version found.
        found: i64,
        /// The newest version this engine knows.
        known: i64,
    },
    /// The store was made with another master key, or has been given another one since.
    #[error("the state store needs the master key `{wanted}`, and this is `{given}`")]
    OtherKey {
        /// The name of the key that it needs, see [`Sealer::id`].
        wanted: String,
        /// The name of the key that was given.
        given: String,
    },
    /// Something was renamed, and state is kept under both names.
    #[error(
        "state is kept under `{kind}.{from}` and under `{kind}.{to}`, so that the one cannot become the other: \
         take the `[[moved]]` away, or run the pipeline under the old name"
    )]
    BothNames {
        /// What was renamed: `entity`.
        kind: &'static str,
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// The store's content cannot be read.
    #[error("the state store is damaged: {0}")]
    Corrupt(String),
    /// A backup cannot be written, or not be read.
    #[error("{0}")]
    Backup(String),
}

impl StateError {
    pub(crate) fn both_names(rename: &Rename) -> Self {
        Self::BothNames { kind: rename.kind.as_str(), from: rename.from.clone(), to: rename.to.clone() }
    }
}

/// The result of asking the store.
pub type Result<T, E = StateError> = std::result::Result<T, E>;

/// Keeps links, intents, cursors, leases, marks and history.
#[async_trait]
pub trait StateStore: CursorShelf + MappingShelf + MissingShelf + PairShelf + Send + Sync {
    /// Takes the lease of a stream group, when it is free, expired, or held by `gone`: an owner known to be
    /// dead. Each taking has a higher epoch than all before, also after the store was lost.
    async fn acquire(
        &self,
        key: &GroupKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        gone: Option<&str>,
    ) -> Result<Acquired>;

    /// Prolongs a lease, never shortens it: requests that overtake each other may both ask. `false` when it is lost.
    async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<bool>;

    /// Gives a lease back; nothing happens when it is lost.
    async fn release(&self, lease: &Lease) -> Result<()>;

    /// Where reading goes on.
    async fn cursor(&self, key: &GroupKey) -> Result<CursorRow>;

    /// What is known of records, by key.
    async fn recall(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Known>>;

    /// The target ids that references lead to. Those without a link are left out, and those whose object may not
    /// be there: their children wait.
    async fn targets(&self, scope: &Scope, references: &[Reference]) -> Result<BTreeMap<Reference, String>>;

    /// Which of these target ids belong to a record, in any pipeline of the tenant and environment. Ids that
    /// records share have no owner.
    async fn owners(
        &self,
        scope: &Scope,
        target: &TargetObject,
        ids: &[String],
    ) -> Result<BTreeMap<String, RecordOwner>>;

    /// Some of the target objects that are certain to have been there, with their ids.
    async fn sample(&self, scope: &Scope, entity: &str, limit: usize) -> Result<Vec<(TargetObject, String)>>;

    /// The links of an entity that came from these parent records.
    async fn children(&self, scope: &Scope, entity: &str, parents: &[String]) -> Result<Vec<Link>>;

    /// Links of an entity that lead somewhere, at most so many, behind a key in the order of the keys.
    async fn links(
        &self,
        scope: &Scope,
        entity: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Link>>;

    /// Whether links or open effects are kept under a name.
    async fn knows(&self, scope: &Scope, kind: NameKind, name: &str) -> Result<bool>;

    /// Carries everything that is kept under old names on under new ones, in order, all or nothing. Names under
    /// which no link and no open effect is kept are passed over. Leases of the owners that are `gone` do not
    /// count. An error says that both names of a rename are in use: then nothing was changed.
    async fn rename(
        &self,
        scope: &Scope,
        renames: &[Rename],
        now: Timestamp,
        gone: &[String],
    ) -> Result<Renamed>;

    /// Open intents of an entity, in the order in which they were made.
    async fn open_intents(&self, scope: &Scope, entity: &str) -> Result<Vec<Intent>>;

    /// The entities of a pipeline with open effects, each with the connection that they were meant for.
    async fn unfinished(&self, scope: &Scope) -> Result<Vec<(String, String)>>;

    /// The records that were being sent to a target with natural keys when an earlier run ended.
    async fn dispatched(&self, scope: &Scope, entity: &str) -> Result<Vec<Link>>;

    /// Source records that wait to be looked at again, after a source key, in its order.
    async fn revisits(&self, scope: &Scope, query: &RevisitQuery) -> Result<Vec<Revisit>>;

    /// Commits intents, replacing those of the same records.
    async fn commit_intents(&self, lease: &Lease, intents: Vec<Intent>) -> Result<()>;

    /// Commits which records are about to be sent to a target with natural keys. The next settlement of the
    /// entity takes the note away.
    async fn note_dispatch(&self, lease: &Lease, entity: &str, links: Vec<Link>) -> Result<()>;

    /// Commits what became of a batch.
    async fn settle(&self, lease: &Lease, settlement: Settlement) -> Result<()>;

    /// Records the start of a run, closes the runs of owners that are gone, and frees their leases.
    async fn begin_run(&self, run: &Run, gone: &[String]) -> Result<()>;

    /// Records the end of a run.
    async fn finish_run(
        &self,
        id: &str,
        status: RunStatus,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()>;

    /// Runs, newest first.
    async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>>;

    /// Failed records, newest first; only those that last failed in `run`, where it is given.
    async fn failures(&self, filter: &RunFilter, run: Option<&str>) -> Result<Vec<FailedRow>>;

    /// Keeps a question to a person, and says so in the audit. A parked pipeline has one question: where it has one
    /// already, that one stays and is given back.
    async fn ask(&self, asked: &Confirmation, fingerprint: &str) -> Result<Confirmation>;

    /// Takes an answer, and says so in the audit. Of all that answer a question one is taken.
    async fn answer(&self, answer: &Answer) -> Result<Taken>;

    /// The question of this name; a parked run's also by the run. Answered ones too.
    async fn confirmation(&self, name: &str) -> Result<Option<Confirmation>>;

    /// The questions of parked runs that nobody has answered, the oldest first.
    async fn parked(&self, filter: &RunFilter) -> Result<Vec<Confirmation>>;

    /// Rows of the audit.
    async fn audit(&self, query: &AuditQuery) -> Result<Vec<AuditRow>>;

    /// How many records of each pipeline failed, are held, and have an open intent.
    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>>;
}
