//! connections.toml.

use super::Open;
use indexmap::IndexMap;
use serde::Deserialize;

/// connections.toml: the services and databases that pipelines read and write.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionsFile {
    /// One table for each connection: `[connection.warehouse]`.
    pub connection: IndexMap<String, Open>,
}

/// `[connection.NAME]` without the connector's own settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionTable {
    /// The kind of service: `connector = "sqlite"`.
    pub connector: Option<String>,
}

impl ConnectionTable {
    /// The keys that are not the connector's.
    pub const KEYS: [&'static str; 1] = ["connector"];
}
