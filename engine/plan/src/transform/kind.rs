//! The transforms as data. As JSON a transform is what a mapping file says: a name, or a table of one key.

use super::{Exact, Mode, Pattern, Zone, catalog};
use engine_contract::Value;
use serde::{Deserialize, Serialize};

/// One step from a value to a value. What each does stands in the [`catalog`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the catalog documents each, once")]
pub enum Transform {
    Text,
    Trim,
    CollapseSpaces,
    Lowercase,
    Uppercase,
    Replace {
        from: String,
        to: String,
    },
    Prefix(String),
    Suffix(String),
    Pad {
        length: usize,
        with: char,
        side: Side,
    },
    Slice {
        from: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<i64>,
    },
    Only(Characters),
    Normalize,
    RemoveAccents,
    StripHtml,
    Fit {
        length: usize,
        overflow: Overflow,
    },
    Split(String),
    RegexReplace {
        pattern: Pattern,
        to: String,
    },
    RegexExtract(Pattern),
    Matches(Pattern),
    Integer,
    Decimal,
    Boolean,
    Round {
        places: u32,
        mode: Mode,
    },
    Scale(u32),
    Negate,
    Abs,
    Multiply(Exact),
    Divide {
        by: Exact,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        places: Option<u32>,
        mode: Mode,
    },
    Date,
    DateParse(String),
    DateFormat(String),
    TimestampUtc,
    Timestamp(Zone),
    LocalDate(Zone),
    AddDays(i32),
    FromUnix(UnixUnit),
    ToUnix(UnixUnit),
    First,
    Last,
    Get(Key),
    Join(String),
    Count,
    Sum,
    Sort(Order),
    Unique,
    Flatten,
    Phone(String),
    Hash(Digest),
    NullIf(Vec<Value>),
}

impl Eq for Transform {}

impl Transform {
    /// The names of all transforms.
    pub const NAMES: [&'static str; catalog::TABLE.len()] = catalog::NAMES;

    /// The name in mapping files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Trim => "trim",
            Self::CollapseSpaces => "collapse_spaces",
            Self::Lowercase => "lowercase",
            Self::Uppercase => "uppercase",
            Self::Replace { .. } => "replace",
            Self::Prefix(_) => "prefix",
            Self::Suffix(_) => "suffix",
            Self::Pad { .. } => "pad",
            Self::Slice { .. } => "slice",
            Self::Only(_) => "only",
            Self::Normalize => "normalize",
            Self::RemoveAccents => "remove_accents",
            Self::StripHtml => "strip_html",
            Self::Fit { .. } => "fit",
            Self::Split(_) => "split",
            Self::RegexReplace { .. } => "regex_replace",
            Self::RegexExtract(_) => "regex_extract",
            Self::Matches(_) => "matches",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Round { .. } => "round",
            Self::Scale(_) => "scale",
            Self::Negate => "negate",
            Self::Abs => "abs",
            Self::Multiply(_) => "multiply",
            Self::Divide { .. } => "divide",
            Self::Date => "date",
            Self::DateParse(_) => "date_parse",
            Self::DateFormat(_) => "date_format",
            Self::TimestampUtc => "timestamp_utc",
            Self::Timestamp(_) => "timestamp",
            Self::LocalDate(_) => "local_date",
            Self::AddDays(_) => "add_days",
            Self::FromUnix(_) => "from_unix",
            Self::ToUnix(_) => "to_unix",
            Self::First => "first",
            Self::Last => "last",
            Self::Get(_) => "get",
            Self::Join(_) => "join",
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Sort(_) => "sort",
            Self::Unique => "unique",
            Self::Flatten => "flatten",
            Self::Phone(_) => "phone",
            Self::Hash(_) => "hash",
            Self::NullIf(_) => "null_if",
        }
    }
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

/// The side at which a text is filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Before its first character.
    Start,
    /// After its last character.
    End,
}

/// The characters that stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Characters {
    /// `0` to `9`.
    Digits,
    /// Letters of any script.
    Letters,
    /// Both.
    LettersAndDigits,
}

/// A way through a list or an object: one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// The member of an object.
    Member(String),
    /// The element of a list, counted from 0; from -1 at the end.
    Index(i64),
}

/// How a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The smallest first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// What is counted since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnixUnit {
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// BLAKE3.
    Blake3,
}
