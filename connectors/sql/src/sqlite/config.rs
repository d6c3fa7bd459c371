//! The settings of an `SQLite` connection.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[connection.NAME]` with `connector = "sqlite"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The database file, relative to the project, such as `"warehouse.db"`.
    pub path: String,
    /// An SQL script that makes the tables, relative to the project, such as `"schema.sql"`. It runs once, in
    /// one transaction, when the database has no tables yet. Without it the database must exist.
    pub schema: Option<String>,
    /// Makes the database file when it is not there: for tables that `write.create_table` makes. Default: false.
    #[serde(default)]
    pub create: bool,
    /// Streams to read, by name: `[connection.NAME.stream.orders]`. A table that no stream names is a stream
    /// of its own name, swept by its primary key.
    #[serde(default)]
    pub stream: BTreeMap<String, Stream>,
}

/// `[connection.NAME.stream.NAME]`: a table or view that is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// The table or view. Default: the stream's name.
    pub table: Option<String>,
    /// The columns whose values make a record's key, such as `["id"]`. They must be unique together. Default:
    /// the table's primary key.
    #[serde(default)]
    pub key: Vec<String>,
    /// The column by which changes are read, such as `"updated_at"`: an instant or a growing number. Without
    /// it the stream is swept: every run reads it whole and compares contents.
    pub cursor: Option<String>,
}
