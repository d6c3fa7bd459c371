//! The tests of a pipeline file.

use super::{Open, Table};
use engine_contract::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// `[[test]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TestTable {
    /// What the test promises: `name = "a paid order becomes a sales receipt"`.
    pub name: Option<String>,
    /// The entity that is mapped: `entity = "order"`.
    pub entity: Option<String>,
    /// The tenant whose variables and lookups it uses: `tenant = "acme"`.
    pub tenant: Option<String>,
    /// Values of variables, laid over those of `tenant`: `vars = { prefix = "W" }`.
    #[schemars(with = "Open")]
    pub vars: BTreeMap<String, Value>,
    /// The record: `input.file = "samples/order.json"`.
    pub input: Table<InputTable>,
    /// The links that exist: `refs = { customer = { "ada@example.com|CAD" = "58" } }`.
    pub refs: BTreeMap<String, BTreeMap<String, String>>,
    /// The ids of target objects that are found, by object and value:
    /// `find = { Account = { "Stripe clearing" = "91" } }`.
    pub find: BTreeMap<String, BTreeMap<String, String>>,
    /// What must come out: `expect.fields = { Total = "20.00" }`.
    pub expect: Table<ExpectTable>,
}

/// `input` of a test
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InputTable {
    /// A JSON file beside the pipeline: `file = "samples/order.json"`.
    pub file: Option<String>,
    /// The record itself: `json = '{"id": 7}'`.
    pub json: Option<String>,
}

/// `expect` of a test; what is not given is not checked
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectTable {
    /// The status with which the record ends: `status = "held"`.
    pub status: Option<Status>,
    /// The route it takes: `route = "paid"`.
    pub route: Option<String>,
    /// Fields of the target object by path, decimals as texts: `fields = { "Line[0].Amount" = "20.00" }`.
    pub fields: Open,
    /// The whole target object: `object = { id = 7 }`.
    #[schemars(with = "serde_json::Value")]
    pub object: Option<serde_json::Value>,
    /// How many target objects come out: `count = 2`.
    pub count: Option<usize>,
    /// Words of the error with which it fails: `error = "has no value"`.
    pub error: Option<String>,
}

/// The nine ways in which a record ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A target object was made.
    Created,
    /// A target object was changed.
    Updated,
    /// The target object is as it should be.
    Unchanged,
    /// The target object was deleted.
    Deleted,
    /// The pipeline does not want the record.
    Filtered,
    /// It waits for a parent.
    Held,
    /// Both sides changed it.
    Conflict,
    /// It waits for a person.
    Blocked,
    /// It could not be mapped or written.
    Failed,
}

impl Status {
    /// The status as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Filtered => "filtered",
            Self::Held => "held",
            Self::Conflict => "conflict",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
