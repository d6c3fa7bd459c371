//! The closed lists of words that policies are said in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which way changes flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the source to the target.
    #[default]
    OneWay,
    /// Both ways.
    TwoWay,
}

/// Which side is right where nothing else decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceOfTruth {
    /// The source.
    #[default]
    Source,
    /// The target.
    Target,
}

/// Who wins when both sides changed a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The source.
    #[default]
    SourceWins,
    /// The target.
    TargetWins,
    /// Whoever changed it last.
    NewestWins,
    /// A person decides.
    Manual,
}

/// What becomes of an object that is new in the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewInTarget {
    /// A record is made of it in the source.
    #[default]
    Create,
    /// It stays where it is.
    Ignore,
}

/// What values a variable takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VarType {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// An exact number, written as text or as a number.
    Decimal,
    /// True or false.
    Boolean,
    /// A day: `"2026-01-31"`.
    Date,
}
