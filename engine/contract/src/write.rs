//! Writing: what the engine hands to a target, and what it asks of one.

use crate::{Map, Value};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Makes a target object.
    Create,
    /// Changes a target object that the engine knows by id.
    Update,
    /// Removes a target object. One that is gone already counts as removed.
    Delete,
    /// Voids a target object: it stays, with amounts of zero. One that is gone or void already counts as voided.
    Void,
    /// Makes a target object inactive. One that is gone or inactive already counts as done.
    Deactivate,
    /// Marks a target object as deleted: the fields of its content are changed where it stands, and nothing is made.
    /// One that is gone already counts as done.
    SoftDelete,
}

impl Op {
    /// All operations.
    pub const ALL: [Self; 6] =
        [Self::Create, Self::Update, Self::Delete, Self::Void, Self::Deactivate, Self::SoftDelete];

    /// Whether it takes the object away; then it carries no content.
    #[must_use]
    pub fn removes(self) -> bool {
        matches!(self, Self::Delete | Self::Void | Self::Deactivate)
    }

    /// Whether it takes the object out of use, one way or another.
    #[must_use]
    pub fn retires(self) -> bool {
        self.removes() || self == Self::SoftDelete
    }

    /// The operation as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Void => "void",
            Self::Deactivate => "deactivate",
            Self::SoftDelete => "soft_delete",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What [`crate::Target::encode`] turns into bytes.
#[derive(Clone, Debug)]
pub struct Encode<'a> {
    /// Create, update or soft delete; what removes carries no content.
    pub op: Op,
    /// The target object: a table, an entity type.
    pub object: &'a str,
    /// The mapped fields, references resolved.
    pub fields: &'a Map,
    /// The fields of `write.match`: the natural key where the target has one.
    pub match_on: &'a [String],
    /// The engine's marker: it goes into the field that carries it.
    pub marker: &'a str,
    /// The dotted path of the field that the pipeline chose to carry the marker. Behind what the pipeline maps
    /// to it, and within its length.
    pub marker_field: Option<&'a str>,
}

/// One write, ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Names this write within a call; its [`crate::Outcome`] carries the same id.
    pub id: String,
    /// What it does.
    pub op: Op,
    /// The target object: a table, an entity type.
    pub object: String,
    /// Exactly the bytes that [`crate::Target::encode`] returned; empty for what removes.
    pub payload: Bytes,
    /// The fields of `write.match`.
    pub match_on: Vec<String>,
    /// The target's id of the object; `None` for a create.
    pub target_id: Option<String>,
    /// The version token the target last gave for the object.
    pub token: Option<String>,
    /// Stays the same for every attempt of this write and for no other; at most 36 letters and digits.
    pub request_key: String,
    /// Stays the same for every attempt to make this object: what [`Lookup`] searches for.
    pub marker: String,
    /// Orders all writes of one object, across crashes and engines: a write with a lower revision than one
    /// already applied must change nothing.
    pub revision: i64,
}

/// A search for an object that an earlier attempt may have made.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Names this search within a call.
    pub id: String,
    /// The target object.
    pub object: String,
    /// The marker that the object carries if it is ours.
    pub marker: String,
    /// No attempt was made before this moment.
    pub sent_after: Option<Timestamp>,
    /// The bytes that were sent: they hold the values by which services search.
    pub payload: Bytes,
}

/// A target object as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// The target's id.
    pub target_id: String,
    /// Its version token, where it has one.
    pub token: Option<String>,
    /// Its fields as the target returns them.
    pub fields: Value,
}

/// A target object that carries a marker of the engine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The marker.
    pub marker: String,
    /// The target's id.
    pub target_id: String,
    /// Its version token, where it has one.
    pub token: Option<String>,
}

/// Some of the objects that carry a marker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedPage {
    /// The objects.
    pub found: Vec<Marked>,
    /// Where the rest begins; nothing at the end.
    pub resume: Option<String>,
}
