//! A rule of a mapping, written as a table.

use crate::rule::{IfMissing, On};
use engine_contract::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `{ path = "$.total", transform = ["decimal"] }`: exactly one of `path`, `const`, `ref`, `find`, `var`, `script`
/// and `script_file`, then what is done with the value: transform, lookup, default, required.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleTable {
    /// A field of the record (`$`) or of the element (`@`), or several of which the first with a value wins:
    /// `path = "$.billing.email"`.
    #[schemars(with = "serde_json::Value")]
    pub path: serde_json::Value,
    /// The value itself: `const = "NotSet"`.
    #[serde(rename = "const")]
    #[schemars(with = "serde_json::Value")]
    pub constant: Option<Value>,
    /// The target id of another entity's record, or of one route's: `ref = "order.unpaid"`.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The id of a target object that is looked up by one of its fields: `find = "Account"`.
    pub find: Option<String>,
    /// The value of a variable: `var = "income_account"`.
    pub var: Option<String>,
    /// A script that returns the value: `script = "record.first + record.last"`.
    pub script: Option<String>,
    /// A file beside the pipeline with such a script: `script_file = "lib/name.rhai"`.
    pub script_file: Option<String>,
    /// The field that `find` compares: `by = "Name"`.
    pub by: Option<String>,
    /// What that field must equal, a rule or several of which the first with a value counts:
    /// `value = { var = "income_account" }`.
    #[schemars(with = "serde_json::Value")]
    pub value: serde_json::Value,
    /// The key of the record that `ref` looks for: `key = "$.customer_id"`.
    #[schemars(with = "serde_json::Value")]
    pub key: serde_json::Value,
    /// What happens when `ref` finds nothing: `if_missing = "null"`; `"hold"` by default.
    pub if_missing: Option<IfMissing>,
    /// How long the record is held: `hold_for = "24h"`.
    pub hold_for: Option<String>,
    /// What is done to the value, in order: `transform = ["trim", { fit = 100 }]`.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub transform: Vec<serde_json::Value>,
    /// The lookup that replaces the value: `lookup = "tax_code"`.
    pub lookup: Option<String>,
    /// The value when there is none: `default = 0`.
    #[schemars(with = "serde_json::Value")]
    pub default: Option<Value>,
    /// Fails the record when there is no value: `required = true`.
    pub required: bool,
    /// Sends the field with creates or with updates only: `on = "create"`.
    pub on: Option<On>,
    /// A script without whose consent the rule yields nothing: `when = "record.paid"`.
    pub when: Option<String>,
    /// Puts the engine's own marker into the field too, by which it recognises what it wrote: `marker = true`.
    pub marker: bool,
}

impl RuleTable {
    /// The keywords that say where a value comes from.
    pub const SOURCES: [&'static str; 7] = ["path", "const", "ref", "find", "var", "script", "script_file"];
    /// The keywords that work beside `find` only.
    pub const OF_FINDS: [&'static str; 2] = ["by", "value"];
    /// The keywords that work beside `ref` only.
    pub const OF_REFERENCES: [&'static str; 3] = ["key", "if_missing", "hold_for"];
    /// The keywords that work beside every source.
    pub const STEPS: [&'static str; 7] =
        ["transform", "lookup", "default", "required", "on", "when", "marker"];

    /// All keywords.
    pub fn keywords() -> impl Iterator<Item = &'static str> {
        let beside = Self::OF_FINDS.into_iter().chain(Self::OF_REFERENCES);
        Self::SOURCES.into_iter().chain(beside).chain(Self::STEPS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_name_every_keyword() {
        let error = serde_json::from_str::<RuleTable>(r#"{"?": 1}"#).unwrap_err().to_string();
        let mut listed: Vec<_> = RuleTable::keywords().map(|word| format!("`{word}`")).collect();
        let mut known: Vec<_> =
            error.split(['`']).skip(3).step_by(2).map(|word| format!("`{word}`")).collect();
        listed.sort();
        known.sort();
        assert_eq!(listed, known);
    }
}
