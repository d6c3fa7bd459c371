//! A pipeline file, except its entities and tests.

use super::{EntityTable, MovedTable, Open, ReconcileTable, Table, TestTable, VarType};
use engine_contract::Value;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A pipeline file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineToml {
    /// The pipeline itself.
    pub pipeline: Table<PipelineTable>,
    /// Where records come from.
    pub source: Table<SideTable>,
    /// Where they go.
    pub target: Table<SideTable>,
    /// What tenants set differently: `[vars.start_date]`.
    pub vars: IndexMap<String, Table<VarTable>>,
    /// When the pipeline runs by itself.
    pub schedule: Table<ScheduleTable>,
    /// Which webhooks start it.
    pub webhooks: Table<WebhooksTable>,
    /// Tables that replace values: `[lookup.tax_code]`.
    pub lookup: IndexMap<String, Table<LookupTable>>,
    /// The steps of the pipeline: `[entity.customer]`.
    pub entity: IndexMap<String, Table<EntityTable>>,
    /// What has another name now: `[[moved]]`.
    pub moved: Vec<Table<MovedTable>>,
    /// Sums by which both sides are compared: `[[reconcile]]`.
    pub reconcile: Vec<Table<ReconcileTable>>,
    /// Tests of the mapping: `[[test]]`.
    pub test: Vec<Table<TestTable>>,
}

/// `[pipeline]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineTable {
    /// The pipeline's name, by which commands call it; the file's name when it is not given, the folder's for a
    /// pipeline of several files: `name = "shop-to-books"`.
    pub name: Option<String>,
    /// One line about the pipeline: `description = "Orders and customers"`.
    pub description: Option<String>,
    /// Files of functions that scripts call by the file's name, as `woo::f(...)`:
    /// `libraries = ["lib/woo.rhai"]`.
    pub libraries: Vec<String>,
}

/// `[source]` and `[target]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SideTable {
    /// The connector, where readers should see it here; it must be the connection's: `connector = "csv"`.
    pub connector: Option<String>,
    /// The connection of connections.toml, or the name that each tenant binds to one:
    /// `connection = { bind = "store" }`.
    #[schemars(with = "serde_json::Value")]
    pub connection: serde_json::Value,
    /// Settings of the connector that hold for this pipeline only: `options = { schema = "store" }`.
    pub options: Open,
}

/// `connection` of a side, as a table
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BindTable {
    /// The name that each tenant binds to a connection of its own: `bind = "store"`.
    pub bind: Option<String>,
}

/// `[vars.NAME]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VarTable {
    /// What values it takes: `type = "date"`; `"string"` by default.
    #[serde(rename = "type")]
    pub kind: VarType,
    /// Its value where a tenant sets none; without it every tenant must: `default = ""`.
    #[schemars(with = "serde_json::Value")]
    pub default: Option<Value>,
    /// One line about it: `description = "Put before order numbers"`.
    pub description: Option<String>,
}

/// `[schedule]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleTable {
    /// When it reads what changed, a cron expression in the tenant's zone: `incremental = "*/15 * * * *"`.
    pub incremental: Option<String>,
    /// When it reads everything: `full = "30 2 * * *"`.
    pub full: Option<String>,
}

/// `[webhooks]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebhooksTable {
    /// The topics of the source that start the pipeline: `topics = ["order.created", "order.updated"]`.
    pub topics: Vec<String>,
}

/// `[lookup.NAME]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LookupTable {
    /// One line about the lookup: `description = "Payment gateway -> account"`.
    pub description: Option<String>,
    /// The values and what replaces them: `values = { stripe = "Stripe clearing" }`.
    #[schemars(with = "Open")]
    pub values: Option<BTreeMap<String, Value>>,
    /// A CSV file with the columns `from` and `to`, beside the pipeline: `file = "lookups/tax_codes.csv"`.
    pub file: Option<String>,
    /// What replaces all other values; without it a value that is not in the table blocks its record:
    /// `default = "Exempt"`.
    #[schemars(with = "serde_json::Value")]
    pub default: Option<Value>,
}
