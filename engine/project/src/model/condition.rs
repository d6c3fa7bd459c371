//! Conditions on records and on target objects.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// `when_ref`: another record must have become a target object.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WhenRefTable {
    /// The entity, or one of its routes: `ref = "order.unpaid"`.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The key of the record that `ref` looks for: `key = "$.parent_id"`.
    #[schemars(with = "serde_json::Value")]
    pub key: Value,
}

/// `[[entity.NAME.assert]]`: what must be true of a target object before anything is written.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AssertTable {
    /// A script that sees `record` and `target` and must be true: `that = "target.Total == record.total.to_decimal()"`.
    pub that: Option<String>,
    /// What happens when it is false: `on_fail = "fail"`, which is also the default, or a line that makes up for
    /// a small difference: `on_fail = { line = "Rounding", up_to = "0.05" }`.
    #[schemars(with = "serde_json::Value")]
    pub on_fail: Value,
}

/// `on_fail` of an assert, as a table
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OnFailTable {
    /// What the line is called: `line = "Rounding"`.
    pub line: Option<String>,
    /// The largest difference that it makes up for, an exact number: `up_to = "0.05"`.
    #[schemars(with = "serde_json::Value")]
    pub up_to: Option<engine_contract::Value>,
}
