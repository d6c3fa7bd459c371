//! What a pipeline says about itself over time: new names, and sums that both sides must agree on.

use super::Table;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[[moved]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MovedTable {
    /// The old name of a pipeline, an entity or a connection: `from = "entity.items"`.
    pub from: Option<String>,
    /// The new one, of the same kind: `to = "entity.product"`.
    pub to: Option<String>,
}

/// `[[reconcile]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReconcileTable {
    /// What is compared: `name = "sales"`.
    pub name: Option<String>,
    /// What records are grouped by: `by = ["day", "currency"]`.
    pub by: Vec<String>,
    /// The side that records come from: `source = { entity = "order", count = true, sum = { gross = "$.total" } }`.
    pub source: Table<ReconcileSourceTable>,
    /// The side that they go to: `target = { sum = { gross = "$.TotalAmt" } }`.
    pub target: Table<ReconcileTargetTable>,
}

/// `source` of a reconcile
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReconcileSourceTable {
    /// The entity whose records are summed: `entity = "order"`.
    pub entity: Option<String>,
    /// Whether records are counted too: `count = true`.
    pub count: bool,
    /// The sums by name, paths into the record: `sum = { gross = "$.total" }`.
    pub sum: IndexMap<String, String>,
}

/// `target` of a reconcile
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReconcileTargetTable {
    /// The same sums by name, paths into the target object: `sum = { gross = "$.TotalAmt" }`.
    pub sum: IndexMap<String, String>,
}
