//! What a read of everything did not meet: it is taken away only when a second one does not meet it either.

use super::Result;
use crate::key::Scope;
use async_trait::async_trait;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A record that was missing once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// When it was missed.
    pub since: Timestamp,
    /// The run that missed it.
    pub run: String,
}

/// Knows what is missing. A [`super::Settlement`] notes it, and takes the note away.
#[async_trait]
pub trait MissingShelf {
    /// The records of an entity that were missing once and were not met since, by key.
    async fn missing(&self, scope: &Scope, entity: &str) -> Result<BTreeMap<String, Missing>>;
}
