//! A rule of a mapping, written as a table.

use crate::rule::{IfMissing, On};
use engine_contract::Value;
use serde::Deserialize;

/// `{ path = "$.total", transform = ["decimal"] }`: exactly one of `path`, `const`, `ref` and `script`, then
/// what is done with the value: transform, lookup, default, required.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleTable {
    /// A field of the record (`$`) or of the element (`@`), or several of which the first with a value wins:
    /// `path = "$.billing.email"`.
    pub path: serde_json::Value,
    /// The value itself: `const = "NotSet"`.
    #[serde(rename = "const")]
    pub constant: Option<Value>,
    /// The target id of another entity's record, or of one route's: `ref = "order.unpaid"`.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// A script that returns the value: `script = "record.first + record.last"`.
    pub script: Option<String>,
    /// The key of the record that `ref` looks for: `key = "$.customer_id"`.
    pub key: serde_json::Value,
    /// What happens when `ref` finds nothing: `if_missing = "null"`; `"hold"` by default.
    pub if_missing: Option<IfMissing>,
    /// How long the record is held: `hold_for = "24h"`.
    pub hold_for: Option<String>,
    /// What is done to the value, in order: `transform = ["trim", { fit = 100 }]`.
    pub transform: Vec<serde_json::Value>,
    /// The lookup that replaces the value: `lookup = "tax_code"`.
    pub lookup: Option<String>,
    /// The value when there is none: `default = 0`.
    pub default: Option<Value>,
    /// Fails the record when there is no value: `required = true`.
    pub required: bool,
    /// Sends the field with creates or with updates only: `on = "create"`.
    pub on: Option<On>,
}

impl RuleTable {
    /// The keywords that say where a value comes from.
    pub const SOURCES: [&'static str; 4] = ["path", "const", "ref", "script"];
    /// The keywords that work beside `ref` only.
    pub const OF_REFERENCES: [&'static str; 3] = ["key", "if_missing", "hold_for"];
    /// The keywords that work beside every source.
    pub const STEPS: [&'static str; 5] = ["transform", "lookup", "default", "required", "on"];

    /// All keywords.
    pub fn keywords() -> impl Iterator<Item = &'static str> {
        Self::SOURCES.into_iter().chain(Self::OF_REFERENCES).chain(Self::STEPS)
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
