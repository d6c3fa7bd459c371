//! Mappings of before: what wrote the links that are older than the files of today.

use super::Result;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

/// Keeps the mappings that have written something, by their hashes.
#[async_trait]
pub trait MappingShelf {
    /// Keeps mappings; one that is kept already stays as it is.
    async fn keep_mappings(&self, mappings: Vec<(String, Bytes)>, now: Timestamp) -> Result<()>;

    /// The mapping of a hash; nothing when it was never kept.
    async fn mapping(&self, hash: &str) -> Result<Option<Bytes>>;
}
