//! The names under which everything is kept: scopes, records, stream groups.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A side of a pipeline: which one a fact belongs to, or which one is right where both changed a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Records flow from the declared source to the declared target.
    Source,
    /// Records flow back, in two-way pipelines.
    Target,
}

impl Side {
    /// The side as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
        }
    }
}

/// What every key starts with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The tenant.
    pub tenant: String,
    /// The environment.
    pub environment: String,
    /// The pipeline.
    pub pipeline: String,
    /// The side that records come from.
    pub side: Side,
}

/// A record within a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordKey {
    /// The entity.
    pub entity: String,
    /// The entity's key of the record.
    pub key: String,
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.entity, self.key)
    }
}

/// What a cursor and a lease belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// The scope.
    pub scope: Scope,
    /// The stream group's name.
    pub group: String,
    /// The part of the stream, when several workers share it; empty otherwise.
    pub shard: String,
}

impl GroupKey {
    /// The same group with another shard, where one is given.
    pub(crate) fn of_shard(&self, shard: Option<&str>) -> Self {
        Self { shard: shard.unwrap_or(&self.shard).to_owned(), ..self.clone() }
    }
}
