//! engine.toml.

use super::{NotifierTable, RetentionTable, SafetyTable, Table};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// engine.toml: the project. Everything in it has a default.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EngineFile {
    /// The project itself.
    pub project: Table<ProjectTable>,
    /// Where the engine keeps what it knows between runs.
    pub state: Table<StateTable>,
    /// Limits of runs.
    pub safety: Table<SafetyTable>,
    /// How long the engine keeps what it recorded.
    pub retention: Table<RetentionTable>,
    /// Who is told what: `[notifier.ops]`.
    pub notifier: IndexMap<String, Table<NotifierTable>>,
}

/// `[project]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectTable {
    /// The project's name: `name = "shops"`.
    pub name: Option<String>,
    /// The time zone in which days begin and end, UTC when it is not given: `timezone = "America/Edmonton"`.
    pub timezone: Option<String>,
    /// The only environment variables that `${env:NAME}` may name: `env = ["ACME_STORE_URL"]`.
    pub env: Vec<String>,
}

/// `[state]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StateTable {
    /// The state store: a `SQLite` file, `url = "sqlite:.engine/state.db"`, which is also the default; or, for engines
    /// that share it, a `PostgreSQL` database, `url = "postgres://engine:${env:STATE_PASSWORD}@db.example.com/state"`, with
    /// `?schema=NAME` for another schema in it than `engine`, and `sslmode=verify-full` for TLS.
    pub url: Option<String>,
}
