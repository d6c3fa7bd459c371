//! What a pipeline says about itself over time: new names, and sums that both sides must agree on.

use super::{Open, Table};
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
    /// What records are grouped by, each name with a rule on the side of the source: `by = ["day", "currency"]`. `day` is
    /// a day in the tenant's time zone; amounts of two values of `currency` are never added.
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
    /// The groups by name, rules that see the record: `by = { currency = "$.currency" }`.
    pub by: Open,
    /// The sums by name, rules that see the record; of a list all numbers are added: `sum = { gross = "$.total" }`.
    pub sum: Open,
}

/// `target` of a reconcile
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReconcileTargetTable {
    /// A script that says which objects that no link knows are compared, all without it:
    /// `when = "record.DocNumber.starts_with(\"W\")"`.
    pub when: Option<String>,
    /// The groups by name, rules that see the target object: `by = { currency = "$.CurrencyRef.value" }`. A group
    /// without a rule is that of the linked record.
    pub by: Open,
    /// The same sums by name, rules that see the target object: `sum = { gross = "$.TotalAmt" }`.
    pub sum: Open,
    /// What is different for one kind of target object: `object.Invoice.sum = { gross = "$.TotalAmt" }`.
    pub object: IndexMap<String, Table<ReconcileObjectTable>>,
}

/// `target.object.NAME` of a reconcile
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReconcileObjectTable {
    /// Groups of this kind of object, in the place of the general ones: `by = { day = "$.TxnDate" }`.
    pub by: Open,
    /// Sums of this kind of object, in the place of the general ones: `sum = { gross = "$.TotalAmt" }`.
    pub sum: Open,
}
