//! A pipeline file, except its entities and tests.

use super::{EntityTable, Open, Table, TestTable};
use engine_contract::Value;
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A pipeline file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineToml {
    /// The pipeline itself.
    pub pipeline: Table<PipelineTable>,
    /// Where records come from.
    pub source: Table<SideTable>,
    /// Where they go.
    pub target: Table<SideTable>,
    /// Tables that replace values: `[lookup.tax_code]`.
    pub lookup: IndexMap<String, Table<LookupTable>>,
    /// The steps of the pipeline: `[entity.customer]`.
    pub entity: IndexMap<String, Table<EntityTable>>,
    /// Tests of the mapping: `[[test]]`.
    pub test: Vec<Table<TestTable>>,
}

/// `[pipeline]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineTable {
    /// The pipeline's name, by which commands call it; the file's name when it is not given:
    /// `name = "shop-to-books"`.
    pub name: Option<String>,
    /// One line about the pipeline: `description = "Orders and customers"`.
    pub description: Option<String>,
}

/// `[source]` and `[target]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SideTable {
    /// The connector, where readers should see it here; it must be the connection's: `connector = "csv"`.
    pub connector: Option<String>,
    /// The connection of connections.toml: `connection = "warehouse"`.
    pub connection: Option<String>,
    /// Settings of the connector that hold for this pipeline only: `options = { schema = "store" }`.
    pub options: Open,
}

/// `[lookup.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookupTable {
    /// One line about the lookup: `description = "Payment gateway -> account"`.
    pub description: Option<String>,
    /// The values and what replaces them: `values = { stripe = "Stripe clearing" }`.
    pub values: Option<BTreeMap<String, Value>>,
    /// A CSV file with the columns `from` and `to`, beside the pipeline: `file = "lookups/tax_codes.csv"`.
    pub file: Option<String>,
    /// What replaces all other values; without it a value that is not in the table blocks its record:
    /// `default = "Exempt"`.
    pub default: Option<Value>,
}
