//! What is known about a stream's or target object's fields.

use serde::{Deserialize, Serialize};

/// A target object (or stream) and its fields.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EntitySchema {
    /// The name used in `to` and `from`.
    pub name: String,
    /// The fields in the order in which the service lists them.
    pub fields: Vec<Field>,
    /// Names of the fields that identify an object when `write.match` says nothing.
    pub key: Vec<String>,
}

impl EntitySchema {
    /// The field called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Characters.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// An exact number.
    Decimal,
    /// True or false.
    Boolean,
    /// Any JSON.
    Json,
    /// Whatever comes: nothing is checked.
    Any,
}

impl FieldType {
    /// The type as a word with its article.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "an integer",
            Self::Decimal => "a decimal",
            Self::Boolean => "a boolean",
            Self::Json => "JSON",
            Self::Any => "any value",
        }
    }
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts about a field read best as flags with names")]
pub struct Field {
    /// The name used in `map`.
    pub name: String,
    /// Its type.
    pub kind: FieldType,
    /// A create without it is refused.
    pub required: bool,
    /// Writes to it are refused or ignored.
    pub read_only: bool,
    /// Longest text in characters.
    pub max_length: Option<usize>,
    /// The only texts allowed, when not empty.
    pub one_of: Vec<String>,
    /// An amount of money.
    pub is_money: bool,
    /// Personal data: masked wherever it would be shown.
    pub is_personal: bool,
}

impl Field {
    /// A plain optional field.
    pub fn new(name: impl Into<String>, kind: FieldType) -> Self {
        Self {
            name: name.into(),
            kind,
            required: false,
            read_only: false,
            max_length: None,
            one_of: Vec::new(),
            is_money: false,
            is_personal: false,
        }
    }
}
