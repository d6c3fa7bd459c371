//! The one error type at the connector boundary: what happened, and whether trying again helps.

use std::{fmt, time::Duration};

/// The result of a connector's work.
pub type Result<T, E = ConnectorError> = std::result::Result<T, E>;

/// What kind of thing went wrong. One sentence each; the engine acts on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A setting of the connection is wrong.
    Config,
    /// The credentials were refused.
    Unauthorized,
    /// The credentials are good, but not for this.
    Forbidden,
    /// The stream, table, file or record does not exist.
    NotFound,
    /// The service refused this record's content.
    Invalid,
    /// The record changed since its version token was read.
    Stale,
    /// A unique value is taken by another record.
    Duplicate,
    /// The record refers to one that is not there yet.
    MissingParent,
    /// The period to which the record belongs is closed: it takes no more changes.
    Closed,
    /// Too many requests.
    RateLimited,
    /// The service, database or disk cannot be reached or does not work now.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// The service answered something that its documentation does not allow.
    Protocol,
    /// Bytes of the source are broken.
    Corrupt,
    /// The connector cannot do this.
    Unsupported,
    /// A hook of the connector failed.
    Hook,
}

impl ErrorKind {
    /// The kind as the last part of a diagnostic code, `connector/<kind>`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Invalid => "invalid",
            Self::Stale => "stale",
            Self::Duplicate => "duplicate",
            Self::MissingParent => "missing-parent",
            Self::Closed => "closed",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Corrupt => "corrupt",
            Self::Unsupported => "unsupported",
            Self::Hook => "hook",
        }
    }
}

/// Whether the same request can succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Not without a change by somebody.
    Never,
    /// Soon; the engine chooses when.
    Soon,
    /// Not before this time has passed.
    After(Duration),
}

/// An error of a connector. Its message and context may be shown to anyone: keep values of records and
/// secrets out of them.
#[derive(Debug, thiserror::Error)]
pub struct ConnectorError {
    kind: ErrorKind,
    retry: Retry,
    message: String,
    context: Vec<(&'static str, String)>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ConnectorError {
    /// An error that trying again does not heal.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, retry: Retry::Never, message: message.into(), context: Vec::new(), source: None }
    }

    /// Says when trying again may help.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Adds a fact: a table, a file, a status. Never a value of a record.
    #[must_use]
    pub fn with_context(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.context.push((name, value.into()));
        self
    }

    /// Keeps the error that caused this one, for debugging output.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether trying again helps.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// Whether trying again may help at all.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.retry != Retry::Never
    }

    /// What happened, without the context.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConnectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (index, (name, value)) in self.context.iter().enumerate() {
            write!(f, "{}{name} {value}", if index == 0 { " (" } else { ", " })?;
        }
        if self.context.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_what_and_where() {
        let error = ConnectorError::new(ErrorKind::Unavailable, "cannot write")
            .with_context("file", "state.db")
            .with_context("table", "orders")
            .with_retry(Retry::Soon);
        assert_eq!(error.to_string(), "cannot write (file state.db, table orders)");
        assert!(error.is_transient());
    }
}
