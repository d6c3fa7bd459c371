//! What is known about a stream's or target object's fields.

use crate::Value;
use serde::{Deserialize, Serialize};

/// A target object (or stream) and its fields.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntitySchema {
    /// The name used in `to` and `from`.
    pub name: String,
    /// What it is, in a sentence; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The fields in the order in which the service lists them.
    pub fields: Vec<Field>,
    /// Names of the fields that identify an object when `write.match` says nothing.
    pub key: Vec<String>,
    /// What pipelines may do with objects of this kind, beyond creates and updates.
    pub offer: Offer,
}

impl EntitySchema {
    /// The field called `name`: by its whole name, else by a dotted path through objects.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        find(&self.fields, name)
    }
}

/// The field that a dotted path leads to. A name that contains dots itself comes first.
fn find<'a>(fields: &'a [Field], path: &str) -> Option<&'a Field> {
    if let Some(field) = fields.iter().find(|field| field.name == path) {
        return Some(field);
    }
    let (first, rest) = path.split_once('.')?;
    find(&fields.iter().find(|field| field.name == first)?.fields, rest)
}

/// What a target object offers beyond plain creates and updates. The lists hold the words that the settings
/// of the same name in `[entity.X.write]` may say.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Offer {
    /// Objects of this kind are looked up and referred to, but never written.
    pub is_read_only: bool,
    /// `write.delete` beside `"keep"`: `delete`, `soft`, `deactivate`, `void`.
    pub delete: Vec<String>,
    /// `write.on_cancel` beside `"keep"`: `void`, `delete`.
    pub on_cancel: Vec<String>,
    /// `write.when_closed`: `block`, `skip`.
    pub when_closed: Vec<String>,
    /// `write.name_taken`: `suffix_key`, `adopt`, `fail`.
    pub name_taken: Vec<String>,
    /// The fields by which objects can be searched, for `find` and `write.match`; empty means any field.
    pub find_by: Vec<String>,
    /// The fields that can carry the engine's marker.
    pub marker: Vec<String>,
}

/// The type of a field's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// A day, as `2026-01-31`.
    Date,
    /// A date and time of ISO 8601, with or without an offset.
    Timestamp,
    /// An object whose members are [`Field::fields`].
    Object,
    /// A list: of objects whose members are [`Field::fields`], else of [`Field::element`].
    List,
    /// Any JSON.
    Json,
    /// Whatever comes: nothing is checked.
    #[default]
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
            Self::Date => "a date",
            Self::Timestamp => "a date and time",
            Self::Object => "an object",
            Self::List => "a list",
            Self::Json => "JSON",
            Self::Any => "any value",
        }
    }
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "facts about a field read best as flags with names")]
pub struct Field {
    /// The name used in `map` or in a path.
    pub name: String,
    /// Its type.
    pub kind: FieldType,
    /// What it means, in a sentence; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// A value that it may have, for readers and editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<serde_json::Value>,
    /// A create without it is refused.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// Writes to it are refused or ignored.
    #[serde(skip_serializing_if = "is_false")]
    pub read_only: bool,
    /// In a source: it may be missing or `null`. In a target: it takes `null`.
    #[serde(skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// Longest text in characters; of a list, most elements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// The only texts there are, when not empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// An amount of money. In a source a text may be one, written as a decimal number.
    #[serde(skip_serializing_if = "is_false")]
    pub is_money: bool,
    /// Personal data: masked wherever it would be shown.
    #[serde(skip_serializing_if = "is_false")]
    pub is_personal: bool,
    /// The target object whose id it holds: `Account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<String>,
    /// The members of an object, or of the objects in a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// The type of a list's elements, where they are no objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<FieldType>,
    /// The object may have members that [`Field::fields`] does not list.
    #[serde(skip_serializing_if = "is_false")]
    pub is_open: bool,
}

impl Field {
    /// A plain optional field.
    pub fn new(name: impl Into<String>, kind: FieldType) -> Self {
        Self { name: name.into(), kind, ..Self::default() }
    }

    /// How the field says that its object is deleted; nothing when it cannot: a time must be able to be missing, and
    /// nobody else may write it.
    #[must_use]
    pub fn deleted_mark(&self) -> Option<DeletedMark> {
        let is_free = !self.read_only && self.one_of.is_empty();
        match self.kind {
            FieldType::Timestamp if self.nullable && is_free => Some(DeletedMark::Time),
            // Databases without a type for times keep them as text.
            FieldType::Text if self.nullable && is_free && self.max_length.is_none_or(|most| most >= 27) => {
                Some(DeletedMark::Time)
            }
            FieldType::Boolean if is_free => Some(DeletedMark::Flag),
            FieldType::Integer if is_free => Some(DeletedMark::Number),
            _ => None,
        }
    }
}

/// How a field says that its object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletedMark {
    /// The time since when it is; null when it is not.
    Time,
    /// True or false.
    Flag,
    /// 1 or 0.
    Number,
}

impl DeletedMark {
    /// What the field holds from a moment on, in UTC with microseconds; of an object that is not deleted for none.
    #[must_use]
    pub fn value(self, deleted_at: Option<jiff::Timestamp>) -> Value {
        match (self, deleted_at) {
            (Self::Time, None) => Value::Null,
            (Self::Time, Some(moment)) => Value::from(format!("{moment:.6}")),
            (Self::Flag, moment) => Value::Bool(moment.is_some()),
            (Self::Number, moment) => Value::Int(i64::from(moment.is_some())),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
