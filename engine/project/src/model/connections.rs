//! connections.toml, and the files that lay values over it.

use super::Open;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// connections.toml: the services and databases that pipelines read and write.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionsFile {
    /// One table for each connection: `[connection.warehouse]`.
    #[schemars(with = "IndexMap<String, ConnectionTable>")]
    pub connection: IndexMap<String, Open>,
}

/// connections.ENVIRONMENT.toml: what is different in an environment, `connections.demo.toml` for
/// `--env demo`. It lays values over those of connections.toml and names no connection of its own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnvironmentFile {
    /// The connections that are different: `[connection.warehouse]`.
    #[schemars(with = "IndexMap<String, ConnectionTable>")]
    pub connection: IndexMap<String, Open>,
}

/// `[connection.NAME]` without the connector's own settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("additionalProperties" = true))]
pub struct ConnectionTable {
    /// The kind of service: `connector = "sqlite"`.
    pub connector: Option<String>,
    /// Replaces the service by its emulator, which the engine starts itself: `emulate = { seed = "samples/store" }`.
    pub emulate: Option<Open>,
    /// Whether real business depends on it, so that people are asked before many writes:
    /// `production = true`; false by default.
    pub production: bool,
}

impl ConnectionTable {
    /// The keys that are not the connector's.
    pub const KEYS: [&'static str; 3] = ["connector", "emulate", "production"];
}
