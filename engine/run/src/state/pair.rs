//! Records that flow both ways: what both sides last agreed on, and the conflicts that people decide.

use super::{Base, KeptConflict, Result, RunFilter};
use crate::key::{RecordKey, Scope, Side};
use async_trait::async_trait;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Knows what both sides last agreed on.
#[async_trait]
pub trait PairShelf: Send + Sync {
    /// What both sides of these records last agreed on.
    ///
    /// # Errors
    /// When the store cannot be read, or its keys do not open what it holds.
    async fn bases(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Base>>;

    /// The conflicts of these records.
    ///
    /// # Errors
    /// As [`PairShelf::bases`].
    async fn conflicts_of(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<Vec<KeptConflict>>;

    /// The conflicts of pipelines, the oldest first.
    ///
    /// # Errors
    /// As [`PairShelf::bases`].
    async fn conflicts(&self, filter: &RunFilter) -> Result<Vec<KeptConflict>>;

    /// Keeps what a person decides about a conflict, and has both sides of the record looked at again: the second by the
    /// name of the entity that carries changes back, and the key there. `false` when there is no such conflict any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn choose(
        &self,
        conflict: &KeptConflict,
        choice: BTreeMap<String, Side>,
        other: Option<RecordKey>,
        at: Timestamp,
    ) -> Result<bool>;
}
