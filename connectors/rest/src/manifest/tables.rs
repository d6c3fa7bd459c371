//! `[tables]`: streams and objects that are not listed, because they are the tables of each account.

use schemars::JsonSchema;
use serde::Deserialize;

/// An API before a database, which the connector knows without its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TablesKind {
    /// PostgREST, version 13 and later.
    Postgrest,
}

/// `[tables]`. Any table is a stream and a target object: its path is its name below the service's address. What a
/// connection has is asked of the service, or stands in the project's catalogs/.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TablesTable {
    /// Which API.
    pub(crate) kind: TablesKind,
    /// Most rows that a page is asked for. The service may give fewer: a page ends nothing but when it is empty.
    pub(crate) page_rows: usize,
    /// Most rows of one request that writes.
    pub(crate) write_rows: usize,
    /// Most bytes of one request that writes; a larger row goes alone.
    pub(crate) write_bytes: usize,
    /// Most keys that one request names in its address.
    pub(crate) address_keys: usize,
    /// Most bytes of the keys in an address.
    pub(crate) address_bytes: usize,
    /// The longest time between a row's value in a cursor and the moment a reader can see the row: how long
    /// transactions take.
    #[serde(default)]
    pub(crate) visibility_lag_seconds: u64,
}
