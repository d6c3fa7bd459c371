//! Reading: requests, batches, cursors and checkpoints.

use crate::{Map, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A position in a stream that is ordered by change: an instant or a growing number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cursor {
    /// A moment, for streams with a "modified at" field.
    Instant(Timestamp),
    /// A number that only grows, such as a sequence.
    Number(i64),
}

/// Text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an instant nor a whole number")]
pub struct InvalidCursor;

impl Cursor {
    /// Reads a stored or sent cursor: a whole number, or an ISO 8601 instant; without an offset it is UTC.
    ///
    /// # Errors
    /// [`InvalidCursor`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Self::Number(number));
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self::Instant(instant));
        }
        let civil: jiff::civil::DateTime = text.parse().map_err(|_| InvalidCursor)?;
        jiff::tz::TimeZone::UTC.to_timestamp(civil).map(Self::Instant).map_err(|_| InvalidCursor)
    }

    /// This cursor moved back by a stream's visibility lag; numbers have none.
    #[must_use]
    pub fn minus(self, lag: std::time::Duration) -> Self {
        let lag = jiff::SignedDuration::try_from(lag).unwrap_or(jiff::SignedDuration::MAX);
        match self {
            Self::Instant(instant) => Self::Instant(instant.checked_sub(lag).unwrap_or(Timestamp::MIN)),
            Self::Number(number) => Self::Number(number),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(instant) => instant.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// What the engine asks a source for: the next batch of a stream.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// The stream, by the name under which [`crate::Source::streams`] lists it.
    pub stream: String,
    /// `[entity.X.source]` options beyond the cursor, as the pipeline file wrote them.
    pub options: Map,
    /// The field the pipeline chose as cursor; `None` sweeps the whole stream.
    pub cursor: Option<String>,
    /// Yield records changed at or after this. The engine has taken the overlap off already.
    pub since: Option<Cursor>,
    /// Where an unfinished read goes on, exactly as an earlier batch of this stream returned it. A source
    /// whose content changed under it may start over instead.
    pub resume: Option<String>,
    /// Yield at most so many records.
    pub max_records: usize,
    /// Stop adding records once their bytes exceed this; one larger record still comes alone.
    pub max_bytes: usize,
}

/// A record with the facts that the engine needs about it.
#[derive(Clone, Debug)]
pub struct SourceRecord {
    /// The stream's key of this record, unique in the stream.
    pub key: String,
    /// The value of the cursor field; `None` when the stream is swept.
    pub modified: Option<Cursor>,
    /// The content.
    pub record: Record,
    /// Where the record came from, for messages: `orders.ndjson:17`. Never its content.
    pub origin: String,
    /// The filter admits it. A source also yields changed records that its filter does not admit (any more) where
    /// a record can leave the filter, so that what was written of them can be taken back.
    pub is_admitted: bool,
}

/// Where reading goes on after a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Resumes the read; `None` once it is finished.
    pub resume: Option<String>,
    /// The newest cursor value up to here. The engine caps it at the source's clock before it stores it.
    pub cursor: Option<Cursor>,
}

/// Some records of a stream, in order, and where reading goes on.
#[derive(Debug, Default)]
pub struct Batch {
    /// The records, oldest change first when there is a cursor.
    pub records: Vec<SourceRecord>,
    /// What could not be read as a record (a broken line, a missing key): failed records that the run
    /// reports while it goes on.
    pub broken: Vec<(String, crate::ConnectorError)>,
    /// Where reading goes on.
    pub checkpoint: Checkpoint,
}

impl Batch {
    /// Whether the stream has been read to its end.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.checkpoint.resume.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_being_stored_as_text() {
        for text in ["2026-11-23T00:05:34Z", "2026-11-23T00:05:34", "2026-11-23T01:05:34+01:00"] {
            let cursor = Cursor::parse(text).unwrap();
            assert_eq!(cursor.to_string(), "2026-11-23T00:05:34Z");
            assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        }
        assert_eq!(Cursor::parse("-7"), Ok(Cursor::Number(-7)));
        assert_eq!(Cursor::parse("yesterday"), Err(InvalidCursor));
    }

    #[test]
    fn overlap_moves_instants_only() {
        let lag = std::time::Duration::from_secs(60);
        assert_eq!(
            Cursor::parse("2026-11-23T00:05:34Z").unwrap().minus(lag).to_string(),
            "2026-11-23T00:04:34Z"
        );
        assert_eq!(Cursor::Number(5).minus(lag), Cursor::Number(5));
    }
}
