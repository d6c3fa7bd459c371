//! Limits, retention and notifiers.

use super::Table;
use engine_contract::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[safety]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SafetyTable {
    /// Manual runs against connections with `production = true` ask above so many writes:
    /// `confirm_above = 10`.
    pub confirm_above: Option<u64>,
    /// They ask twice above so many deletes, voids and deactivations: `confirm_deletes_above = 5`.
    pub confirm_deletes_above: Option<u64>,
    /// Documents that were made before this day, in the tenant's time zone, are left out: `start_date = "2026-01-01"`.
    pub start_date: Option<String>,
    /// Limits of runs that nobody watches: schedules and webhooks.
    pub unattended: Table<UnattendedTable>,
}

/// `[safety.unattended]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UnattendedTable {
    /// The most writes of one run: `max_writes = 2000`.
    pub max_writes: Option<u64>,
    /// The most deletes, voids and deactivations of one run: `max_deletes = 0`.
    pub max_deletes: Option<u64>,
    /// The largest share of failed records: `max_error_rate = { above = 0.05, min_records = 50 }`.
    pub max_error_rate: Option<Table<ErrorRateTable>>,
}

/// `max_error_rate`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorRateTable {
    /// The share of failed records above which a run stops, between 0 and 1: `above = 0.05`.
    #[schemars(with = "serde_json::Value")]
    pub above: Option<Value>,
    /// How many records must have ended before the share counts: `min_records = 50`.
    pub min_records: Option<u64>,
}

/// `[retention]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionTable {
    /// How long past runs and their counts are kept: `history = "400d"`.
    pub history: Option<String>,
    /// How long payloads of writes are kept: `payloads = "30d"`.
    pub payloads: Option<String>,
}

/// `[notifier.NAME]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NotifierTable {
    /// How people are told: `kind = "slack"`.
    pub kind: Option<NotifierKind>,
    /// Where messages go, a secret's name or the address itself: `url = { secret = "slack_ops_url" }`.
    #[schemars(with = "serde_json::Value")]
    pub url: serde_json::Value,
    /// The addresses of an e-mail: `to = ["ops@example.com"]`.
    pub to: Vec<String>,
    /// What is told: `on = ["failed", "recovered"]`.
    pub on: Vec<Occasion>,
}

/// How people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotifierKind {
    /// A message to a Slack webhook.
    Slack,
    /// A POST of JSON to any URL.
    Webhook,
    /// An e-mail.
    Email,
}

/// What people are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A run failed, or ended with failed records.
    Failed,
    /// A run waits for the limits of a service.
    RateLimited,
    /// A connection cannot be reached or logged into any more.
    ConnectionLost,
    /// A run is above a limit and waits for a person.
    AwaitingApproval,
    /// Changed files were refused, and the old ones go on.
    ReloadRejected,
    /// Something that was broken works again.
    Recovered,
    /// Both sides changed a record.
    Conflict,
}
