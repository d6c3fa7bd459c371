//! What a connection can do.
//!
//! Flat and readable: `can_*` are abilities, `*_max` are limits where `None` means unlimited, durations say
//! what they bound.

use crate::Field;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How a target lets the engine find out what became of a write whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectClass {
    /// The service remembers a key per request and answers a repeat with the first result.
    IdempotencyKey,
    /// Writes are upserts on a natural key: repeating one is harmless. With [`Capabilities::can_guard`] an older one
    /// that arrives late changes nothing, and no intent is needed; without it an unknown one is repeated only after
    /// [`Capabilities::settle`].
    NaturalKey,
    /// The service echoes a field that can carry the engine's marker, by which it is searched after
    /// [`Capabilities::settle`].
    Marker,
    /// None of these: a repeat may double a record. Pipelines must say `write.at_least_once = true`.
    None,
}

/// What a connection can do. Start from [`Capabilities::default`], which can do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "abilities read best as flags with names")]
pub struct Capabilities {
    /// Streams can be read.
    pub can_read: bool,
    /// Records can be fetched by key.
    pub can_fetch: bool,
    /// Target objects can be created and updated.
    pub can_write: bool,
    /// Target objects can be deleted.
    pub can_delete: bool,
    /// Nothing but local files is touched, so that checking a pipeline may open the connection.
    pub is_local: bool,
    /// How unknown outcomes are resolved.
    pub effect_class: EffectClass,
    /// Writes carry revisions that the target compares: one that arrives after a newer one changes nothing. Targets
    /// without send through [`crate::Context::http`], which looks at the lease as each request leaves: between two
    /// requests of one call another engine may have taken over.
    pub can_guard: bool,
    /// Most writes in one call of [`crate::Target::write`].
    pub write_batch_max: usize,
    /// How many calls of [`crate::Target::write`] may be under way at once.
    pub write_concurrency_max: usize,
    /// How many requests the service allows in a minute, where it is known: plans tell how long they would take.
    pub calls_per_minute: Option<u32>,
    /// The longest time a request can take effect after it was sent: how long the engine waits before it
    /// searches for a marker, or repeats an upsert that has no guard.
    pub settle: Duration,
    /// How long the service remembers an idempotency key; older intents are resolved as `Marker`.
    pub key_horizon: Option<Duration>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            can_read: false,
            can_fetch: false,
            can_write: false,
            can_delete: false,
            is_local: false,
            effect_class: EffectClass::None,
            can_guard: false,
            write_batch_max: 1,
            write_concurrency_max: 1,
            calls_per_minute: None,
            settle: Duration::from_secs(300),
            key_horizon: None,
        }
    }
}

/// Where the records of a stream say what amount of money they are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// The dotted path of the amount.
    pub amount: String,
    /// The dotted path of the currency's code, where they say it.
    #[serde(default)]
    pub currency: Option<String>,
}

/// What a stream offers.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamInfo {
    /// The name that `from` in a pipeline names.
    pub name: String,
    /// What it yields, in a sentence; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Fields by which changes can be read; empty means that the stream is swept and compared by content.
    pub cursors: Vec<String>,
    /// What `source.filter` may name, and the values it takes; nothing when the stream cannot be filtered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Field>,
    /// The longest time between a record's cursor value and the moment a reader can see it. A run reads
    /// again from its cursor minus this.
    pub visibility_lag: Duration,
}
