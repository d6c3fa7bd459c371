//! Runs.

use super::Counts;
use crate::key::Scope;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It has not ended.
    Running,
    /// Everything was done.
    Done,
    /// Everything was done but for some failed records.
    Partial,
    /// It stopped with an error.
    Failed,
    /// It was asked to stop.
    Cancelled,
    /// Its process ended without a word.
    Interrupted,
    /// It came to a limit, and waits for a person.
    AwaitingApproval,
}

impl RunStatus {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::AwaitingApproval => "awaiting_approval",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Running,
            Self::Done,
            Self::Partial,
            Self::Failed,
            Self::Cancelled,
            Self::Interrupted,
            Self::AwaitingApproval,
        ];
        all.into_iter().find(|status| status.as_str() == word)
    }
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// What it ran.
    pub scope: Scope,
    /// Who ran it.
    pub owner: String,
    /// What started it: `manual`.
    pub trigger: String,
    /// `incremental` or `full`.
    pub mode: String,
    /// The Blueprint it ran.
    pub fingerprint: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub status: RunStatus,
    /// Why, when it failed.
    pub error: Option<String>,
    /// Who started it; nothing in runs of older engines.
    pub actor: Option<String>,
    /// Counts by entity, in the pipeline's order of settling.
    pub entities: Vec<(String, Counts)>,
}

/// Which runs, or failed records, to list.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Only of this tenant.
    pub tenant: Option<String>,
    /// Only of this environment.
    pub environment: Option<String>,
    /// Only of this pipeline.
    pub pipeline: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A pipeline as it runs for a tenant in an environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PipelineKey {
    /// The tenant.
    pub tenant: String,
    /// The environment.
    pub environment: String,
    /// The pipeline.
    pub pipeline: String,
}

impl PipelineKey {
    /// That of a scope.
    #[must_use]
    pub fn of(scope: &Scope) -> Self {
        let Scope { tenant, environment, pipeline, .. } = scope.clone();
        Self { tenant, environment, pipeline }
    }
}

impl fmt::Display for PipelineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tenant, environment, pipeline } = self;
        write!(f, "{tenant}/{pipeline} ({environment})")
    }
}
