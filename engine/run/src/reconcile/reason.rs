//! Why a record is not in the target, an object has no record, or both differ: as far as the pipeline and the store know.

use std::fmt;

/// A reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A filter of the entity leaves the record out: its name.
    Filter(String),
    /// It was made before this `start_date`.
    StartDate(String),
    /// The entity's `when` leaves it out.
    When,
    /// `when_ref` leads to no object of the route that it names.
    WhenRef,
    /// Its object was taken away, as the entity says.
    Retired,
    /// The record has left the filter, and the pipeline keeps its object.
    Kept,
    /// The object is marked as deleted.
    Marked,
    /// The object has no amounts: it was voided.
    Void,
    /// Another pipeline or entity has written the object: its name.
    Other(String),
    /// The record has failed: its code.
    Failed(String),
    /// The record waits for its parent.
    Held,
    /// A write is under way, or what became of it is not known yet.
    InDoubt,
    /// No run has read the record yet.
    Unread,
    /// The record has changed since it was read.
    Changed,
}

impl Reason {
    /// Whether a run may still bring the record, or change its object. The others are what the pipeline says.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Held | Self::InDoubt | Self::Unread | Self::Changed)
    }

    /// The reason as a word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Filter(_) => "filter",
            Self::StartDate(_) => "start_date",
            Self::When => "when",
            Self::WhenRef => "when_ref",
            Self::Retired => "retired",
            Self::Kept => "kept",
            Self::Marked => "marked_deleted",
            Self::Void => "void",
            Self::Other(_) => "other",
            Self::Failed(_) => "failed",
            Self::Held => "held",
            Self::InDoubt => "in_doubt",
            Self::Unread => "unread",
            Self::Changed => "changed",
        }
    }

    /// The name or the code that belongs to it.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Filter(name) | Self::StartDate(name) | Self::Other(name) => Some(name),
            Self::Failed(code) => Some(code),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter(name) => write!(f, "left out by the filter `{name}`"),
            Self::StartDate(day) => write!(f, "before start_date ({day})"),
            Self::When => f.write_str("left out by `when`"),
            Self::WhenRef => f.write_str("left out by `when_ref`"),
            Self::Retired => f.write_str("its object was taken away"),
            Self::Kept => f.write_str("its record is left out by now, the object stays"),
            Self::Marked => f.write_str("the object is marked as deleted"),
            Self::Void => f.write_str("the object was voided"),
            Self::Other(name) => write!(f, "written by {name}"),
            Self::Failed(code) => write!(f, "failed: {code}"),
            Self::Held => f.write_str("held: waits for its parent"),
            Self::InDoubt => f.write_str("a write is under way"),
            Self::Unread => f.write_str("not read yet"),
            Self::Changed => f.write_str("changed since it was read"),
        }
    }
}
