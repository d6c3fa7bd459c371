//! What people ask of the store about single records, and what they decide about failed ones. Runs do not ask this.

use super::{FailedKey, FailedState, KeptRecord, MadeObject, NamedRecord, Note, Result};
use crate::key::{RecordKey, Scope};
use async_trait::async_trait;

/// Knows single records.
#[async_trait]
pub trait RecordDesk: Send + Sync {
    /// Says what is to become of a failed record; `false` when it is not failed any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn mark_failed(
        &self,
        key: &FailedKey,
        state: Option<FailedState>,
        note: Option<String>,
    ) -> Result<bool>;

    /// The source record of a failed one, as it was when it failed; nothing when it is not failed any more.
    ///
    /// # Errors
    /// When the store cannot be read, or its keys do not open the record.
    async fn kept(&self, key: &FailedKey) -> Result<Option<KeptRecord>>;

    /// The objects that a run made, in the order in which it made them.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn made_in(&self, run: &str) -> Result<Vec<MadeObject>>;

    /// The records of an entity that anything is known of, by their key, the source's key or the target's id; the one with
    /// this key alone, where there is one. At most 50.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn named(&self, scope: &Scope, entity: &str, name: &str) -> Result<Vec<NamedRecord>>;

    /// What is noted of a record, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn notes(&self, scope: &Scope, record: &RecordKey) -> Result<Vec<Note>>;
}

/// Most records that [`RecordDesk::named`] names.
pub(in crate::state) const NAMED: i64 = 50;
