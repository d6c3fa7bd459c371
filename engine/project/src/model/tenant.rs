//! A tenant's file.

use super::{NotifierTable, Open, SafetyTable, ScheduleTable, Table};
use engine_contract::Value;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// tenants/NAME.toml: one company that uses the project's pipelines.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TenantFile {
    /// The tenant itself.
    pub tenant: Table<TenantTable>,
    /// Its connections by the names that pipelines bind: `store = "acme-store"`.
    pub bind: IndexMap<String, String>,
    /// Its values of the variables of its pipelines: `prefix = "W"`.
    #[schemars(with = "Open")]
    pub vars: IndexMap<String, Value>,
    /// What it lays over lookups of its pipelines: `[lookup.deposit_account.values]`.
    pub lookup: IndexMap<String, Table<LookupOverlayTable>>,
    /// When its pipelines run, where that is not the pipeline's own.
    pub schedule: Table<ScheduleTable>,
    /// Its limits, where they are not the project's.
    pub safety: Option<Table<SafetyTable>>,
    /// Who is told what of its runs: a name of the project's notifiers replaces that one.
    pub notifier: IndexMap<String, Table<NotifierTable>>,
}

/// `[tenant]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TenantTable {
    /// The tenant's name; the file's name when it is not given: `name = "acme"`.
    pub name: Option<String>,
    /// The pipelines that it runs, all of them when it is not given: `pipelines = ["shop-to-books"]`.
    pub pipelines: Option<Vec<String>>,
    /// The time zone of its days, the project's when it is not given: `timezone = "America/Edmonton"`.
    pub timezone: Option<String>,
    /// Whether it works on sandboxes instead of real accounts: `sandbox = true`; false by default.
    pub sandbox: bool,
}

/// `[lookup.NAME]` of a tenant
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LookupOverlayTable {
    /// Values laid over those of the lookup: `values = { stripe = "Stripe clearing" }`.
    #[schemars(with = "Open")]
    pub values: BTreeMap<String, Value>,
    /// What replaces all other values: `default = "Exempt"`.
    #[schemars(with = "serde_json::Value")]
    pub default: Option<Value>,
}
