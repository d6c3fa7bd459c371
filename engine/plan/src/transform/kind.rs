//! The transforms. The examples in the comments are tests.

use super::{number, text, time};
use engine_contract::Value;
use serde::{Deserialize, Serialize};

/// One step from a value to a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Removes white space at both ends; an empty text stays.
    ///
    /// - `"trim"`: `" Ada "` -> `"Ada"`
    /// - `"trim"`: `"  "` -> `""`
    Trim,
    /// Makes letters small.
    ///
    /// - `"lowercase"`: `"Ada@X.COM"` -> `"ada@x.com"`
    Lowercase,
    /// Makes letters capital.
    ///
    /// - `"uppercase"`: `"cad"` -> `"CAD"`
    Uppercase,
    /// The text of a number or boolean, digits as they are.
    ///
    /// - `"text"`: `12.50` -> `"12.50"`
    /// - `"text"`: `[1]` -> fails
    Text,
    /// A whole number.
    ///
    /// - `"integer"`: `"42"` -> `42`
    /// - `"integer"`: `42.0` -> `42`
    /// - `"integer"`: `"4.5"` -> fails
    /// - `"integer"`: `""` -> `null`
    Integer,
    /// An exact number; zeros at the end stay.
    ///
    /// - `"decimal"`: `"10.00"` -> `10.00`
    /// - `"decimal"`: `"1,50"` -> fails
    /// - `"decimal"`: `""` -> `null`
    Decimal,
    /// True or false, from `true false yes no 1 0` in small or capital letters.
    ///
    /// - `"boolean"`: `"Yes"` -> `true`
    /// - `"boolean"`: `0` -> `false`
    /// - `"boolean"`: `"maybe"` -> fails
    /// - `"boolean"`: `""` -> `null`
    Boolean,
    /// An instant in UTC. Without an offset the time is taken as UTC, without a time as midnight.
    ///
    /// - `"timestamp_utc"`: `"2026-01-10T09:00:00"` -> `"2026-01-10T09:00:00Z"`
    /// - `"timestamp_utc"`: `"2026-01-10T10:00:00+01:00"` -> `"2026-01-10T09:00:00Z"`
    /// - `"timestamp_utc"`: `"2026-01-10 09:00:00.250"` -> `"2026-01-10T09:00:00.25Z"`
    /// - `"timestamp_utc"`: `"10.1.2026"` -> fails
    TimestampUtc,
    /// The day of a date or time, as it is written: no time zone is applied.
    ///
    /// - `"date"`: `"2026-01-10T23:30:00"` -> `"2026-01-10"`
    /// - `"date"`: `"2026-01-10T23:30:00+05:00"` -> `"2026-01-10"`
    /// - `"date"`: `"2026-02-30"` -> fails
    Date,
    /// Puts a text before.
    ///
    /// - `{"prefix": "W"}`: `1001` -> `"W1001"`
    Prefix(String),
    /// Puts a text after.
    ///
    /// - `{"suffix": "-R"}`: `"7"` -> `"7-R"`
    Suffix(String),
    /// Replaces every occurrence of a text.
    ///
    /// - `{"replace": {"from": ":", "to": "-"}}`: `"a:b:c"` -> `"a-b-c"`
    Replace {
        /// What is looked for.
        from: String,
        /// What is put there.
        to: String,
    },
    /// Makes a text at most so many characters long.
    ///
    /// - `{"fit": 3}`: `"Zoë B"` -> `"Zoë"`
    /// - `{"fit": {"length": 3, "overflow": "fail"}}`: `"abcd"` -> fails
    /// - `{"fit": {"length": 12, "overflow": "hash_suffix"}}`: `"order-2026-000017"` -> `"ord-8d9089a5"`
    Fit {
        /// The most characters.
        length: usize,
        /// What happens to a longer text.
        overflow: Overflow,
    },
    /// Removes HTML tags and resolves the common entities.
    ///
    /// - `"strip_html"`: `"<p>Fish &amp; <b>chips</b></p>"` -> `"Fish & chips"`
    /// - `"strip_html"`: `"1 < 2"` -> `"1 < 2"`
    StripHtml,
    /// Makes certain values `null`.
    ///
    /// - `{"null_if": ""}`: `""` -> `null`
    /// - `{"null_if": [0, "n/a"]}`: `0` -> `null`
    /// - `{"null_if": ""}`: `"x"` -> `"x"`
    NullIf(Vec<Value>),
}

/// What happens to a text that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// It is cut.
    Cut,
    /// The record fails.
    Fail,
    /// It is cut, and ends with a hash of the whole, so that different texts stay different.
    HashSuffix,
}

impl Eq for Transform {}

impl Transform {
    /// The name in mapping files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trim => "trim",
            Self::Lowercase => "lowercase",
            Self::Uppercase => "uppercase",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::TimestampUtc => "timestamp_utc",
            Self::Date => "date",
            Self::Prefix(_) => "prefix",
            Self::Suffix(_) => "suffix",
            Self::Replace { .. } => "replace",
            Self::Fit { .. } => "fit",
            Self::StripHtml => "strip_html",
            Self::NullIf(_) => "null_if",
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// What kind of value it needs, as the end of a sentence: `a decimal number`. Never the value.
    pub fn apply(&self, value: Value) -> Result<Value, &'static str> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        match self {
            Self::Trim => text::change(value, |text| text.trim().to_owned()),
            Self::Lowercase => text::change(value, str::to_lowercase),
            Self::Uppercase => text::change(value, str::to_uppercase),
            Self::Text => text::change(value, ToOwned::to_owned),
            Self::Integer => number::integer(&value),
            Self::Decimal => number::decimal(&value),
            Self::Boolean => number::boolean(&value),
            Self::TimestampUtc => time::timestamp_utc(&value),
            Self::Date => time::date(&value),
            Self::Prefix(prefix) => text::change(value, |text| format!("{prefix}{text}")),
            Self::Suffix(suffix) => text::change(value, |text| format!("{text}{suffix}")),
            Self::Replace { from, to } => text::change(value, |text| text.replace(from, to)),
            Self::Fit { length, overflow } => text::fit(&value, *length, *overflow),
            Self::StripHtml => text::change(value, text::strip_html),
            Self::NullIf(those) => {
                Ok(if those.iter().any(|that| number::same(that, &value)) { Value::Null } else { value })
            }
        }
    }
}
