//! How records and findings are called.

use engine_run::links::{How, Obstacle, Reason};

/// A key as it is shown: an e-mail address is personal data, so its first letter must do.
pub(super) fn shown(key: &str, reveal: bool) -> String {
    if reveal || !key.contains('@') {
        return key.to_owned();
    }
    let first = key.chars().next().map(String::from).unwrap_or_default();
    format!("{first}...@...")
}

/// Where a record is found again: by the source's name for it, else by its key.
pub(super) fn place(origin: &str, key: &str, reveal: bool) -> String {
    if origin.is_empty() || reveal { format!("key {}", shown(key, reveal)) } else { origin.to_owned() }
}

/// How an object was recognised, as the head of a column.
pub(super) fn how(how: How) -> &'static str {
    match how {
        How::Given => "GIVEN",
        How::Marker => "BY MARKER",
        How::Key => "BY KEY",
        How::Match => "BY MATCH",
        How::Fields => "BY NAME",
    }
}

/// Why nothing is certain, behind the ids of what is possible.
pub(super) fn why(reason: Option<Reason>) -> &'static str {
    match reason {
        Some(Reason::Several) | None => "several are possible",
        Some(Reason::Unmarked) => "it agrees, but carries no marker of the engine's",
        Some(Reason::OtherMarker) => "it carries the marker of another record",
        Some(Reason::Claimed) => "another record is found by it too",
        Some(Reason::Taken) => "another record is linked to it",
        Some(Reason::Missing) => "the target has no such object",
        Some(Reason::Linked) => "the record is linked already",
        Some(Reason::OtherKey) => "the record's natural key names another object",
        Some(Reason::NotThere) => "the source gives no record with this key",
        Some(Reason::Unmapped) => "the record cannot be mapped now",
    }
}

/// Why a link was not written.
pub(super) fn obstacle(why: Obstacle) -> &'static str {
    match why {
        Obstacle::Linked => "the record is linked already",
        Obstacle::Open => "what became of a write for it is not known yet: run the pipeline first",
        Obstacle::Unknown => "nothing is kept of the record",
    }
}
