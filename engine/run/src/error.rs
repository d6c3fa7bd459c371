//! Why a run, or a part of it, stops.

use crate::state::{Reason, StateError};
use engine_contract::{ConnectorError, ErrorKind};
use engine_plan::Blueprint;
use jiff::Timestamp;
use rust_decimal::Decimal;

/// Why a run stopped before its end. What was settled until then stays; the next run carries on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The state store failed.
    #[error(transparent)]
    State(StateError),
    /// The source cannot be read.
    #[error("source `{connection}`: {error}")]
    Source {
        /// The connection.
        connection: String,
        /// What it said.
        error: ConnectorError,
    },
    /// The target cannot be written.
    #[error("target `{connection}`: {error}")]
    Target {
        /// The connection.
        connection: String,
        /// What it said.
        error: ConnectorError,
    },
    /// The target has changed so that the mapping does not fit any more.
    #[error("target `{connection}`: `{object}` has no field `{field}`, which the pipeline maps")]
    Drift {
        /// The connection.
        connection: String,
        /// The target object.
        object: String,
        /// The field.
        field: String,
        /// The statement that adds it, where it is known what it should be.
        add: Option<String>,
    },
    /// What was written to the target is not there any more.
    #[error("target `{connection}`: none of the `{object}` written before is there any more")]
    Emptied {
        /// The connection.
        connection: String,
        /// The target object.
        object: String,
    },
    /// Effects whose outcome nobody knows belong to an entity or connection that the pipeline has no more.
    #[error(
        "effects of `{entity}` on `{connection}` are still open, and the pipeline does not name both any more"
    )]
    LeftBehind {
        /// The entity.
        entity: String,
        /// The connection.
        connection: String,
    },
    /// The state knows nothing of the pipeline, and the target holds objects that it made.
    #[error(
        "the state knows no object of `{pipeline}` in `{connection}`, and there are `{object}` there that it made: nothing \
         was written, because all would be made a second time"
    )]
    UsedBefore {
        /// The pipeline.
        pipeline: String,
        /// The connection.
        connection: String,
        /// The kind of object of which some were found.
        object: String,
    },
    /// A run ended before it knew what it had written: links are not changed by hand meanwhile.
    #[error("a run ended before it knew what it had written of `{entity}`")]
    OpenEffects {
        /// The entity.
        entity: String,
    },
    /// One more delete would be beyond what the entity allows.
    #[error(
        "`{entity}` would delete more than the {limit} objects that `write.max_deletes` allows in one run"
    )]
    MaxDeletes {
        /// The entity.
        entity: String,
        /// The limit.
        limit: u64,
    },
    /// One more write would be beyond what a run that nobody watches may do.
    #[error(
        "one more write would pass the {most} that `safety.unattended.{}` allows in one run: it waits for a person",
        .reason.as_str()
    )]
    OverLimit {
        /// Which limit.
        reason: Reason,
        /// The limit.
        most: u64,
    },
    /// An earlier run waits for a person.
    #[error("{run} waits for a person since {since:.0}, and this run with it: nothing was written")]
    StillWaits {
        /// The run.
        run: String,
        /// Since when.
        since: Timestamp,
    },
    /// Too large a share of the records failed.
    #[error(
        "{failed} of {ended} records failed, which is a larger share than the {above} that \
         `safety.unattended.max_error_rate` allows"
    )]
    ErrorRate {
        /// How many failed.
        failed: u64,
        /// How many ended.
        ended: u64,
        /// The largest share.
        above: Decimal,
    },
    /// A stream cannot be narrowed down as it is asked for.
    #[error("the records of stream `{stream}` are not told apart by `{filter}`: nothing was read")]
    UnknownFilter {
        /// The stream.
        stream: String,
        /// What the filter names.
        filter: String,
    },
    /// Another run works on the same stream group.
    #[error("another run works on `{group}` of `{pipeline}` (its lease ends at {until})")]
    Busy {
        /// The pipeline.
        pipeline: String,
        /// The stream group.
        group: String,
        /// Until when its lease lasts.
        until: Timestamp,
    },
    /// The lease was lost while the run worked.
    #[error(
        "the lease of `{group}` in `{pipeline}` ran out while this run worked, or another run has taken it"
    )]
    LeaseLost {
        /// The pipeline.
        pipeline: String,
        /// The stream group.
        group: String,
    },
    /// The run was asked to stop.
    #[error("stopped as asked; the next run carries on here")]
    Cancelled,
    /// The pipeline cannot be run as it is.
    #[error("{0}")]
    Invalid(String),
    /// Records were read whose end nobody can tell: a mistake in the engine.
    #[error("the run equation does not hold for `{entity}`: {mapped} mapped, {ended} ended")]
    Equation {
        /// The entity.
        entity: String,
        /// How many records there were.
        mapped: u64,
        /// How many of them ended in a status.
        ended: u64,
    },
}

impl RunError {
    pub(crate) fn source(blueprint: &Blueprint, error: ConnectorError) -> Self {
        Self::Source { connection: blueprint.source.connection.clone(), error }
    }

    pub(crate) fn target(blueprint: &Blueprint, error: ConnectorError) -> Self {
        Self::Target { connection: blueprint.target.connection.clone(), error }
    }

    /// What to do, where that is known of this very error.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let Self::Drift { add: Some(add), .. } = self else { return None };
        Some(format!(
            "tables that are there are never altered: run `{add}`, or take the field out of the map"
        ))
    }

    /// The diagnostic code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::State(StateError::Unavailable(_)) => "state/unavailable",
            Self::State(StateError::Newer { .. }) => "state/newer",
            Self::State(StateError::Corrupt(_)) => "state/corrupt",
            Self::State(StateError::Backup(_)) => "state/backup",
            Self::State(StateError::OtherKey { .. }) => "state/other-key",
            Self::State(StateError::BothNames { .. }) => "state/both-names",
            Self::State(StateError::Fenced) | Self::LeaseLost { .. } => "run/lease-lost",
            Self::Source { error, .. } | Self::Target { error, .. } => connector_code(error.kind()),
            Self::Drift { .. } => "run/target-drift",
            Self::LeftBehind { .. } => "run/left-behind",
            Self::Emptied { .. } => "run/target-emptied",
            Self::UsedBefore { .. } => "state/used-before",
            Self::OpenEffects { .. } => "link/open-effects",
            Self::MaxDeletes { .. } => "run/max-deletes",
            Self::OverLimit { .. } => "run/awaiting-approval",
            Self::StillWaits { .. } => "run/still-waiting",
            Self::ErrorRate { .. } => "run/error-rate",
            Self::UnknownFilter { .. } => "run/unknown-filter",
            Self::Busy { .. } => "run/busy",
            Self::Cancelled => "run/cancelled",
            Self::Invalid(_) => "run/invalid-pipeline",
            Self::Equation { .. } => "run/equation",
        }
    }
}

/// The diagnostic code of a connector's error.
#[must_use]
pub fn connector_code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Config => "connector/config",
        ErrorKind::Unauthorized => "connector/unauthorized",
        ErrorKind::Forbidden => "connector/forbidden",
        ErrorKind::NotFound => "connector/not-found",
        ErrorKind::Invalid => "connector/invalid",
        ErrorKind::Stale => "connector/stale",
        ErrorKind::Duplicate => "connector/duplicate",
        ErrorKind::MissingParent => "connector/missing-parent",
        ErrorKind::Closed => "connector/closed",
        ErrorKind::RateLimited => "connector/rate-limited",
        ErrorKind::Unavailable => "connector/unavailable",
        ErrorKind::Timeout => "connector/timeout",
        ErrorKind::Protocol => "connector/protocol",
        ErrorKind::Corrupt => "connector/corrupt",
        ErrorKind::Unsupported => "connector/unsupported",
        ErrorKind::Hook => "connector/hook",
    }
}

impl From<StateError> for RunError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}
