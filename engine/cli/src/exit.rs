//! Exit codes.

/// The exit codes, stable for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// The run failed, or something else did.
    Failed,
    /// The arguments make no sense.
    Usage,
    /// Pipeline files are invalid.
    Invalid,
    /// A service refused the credentials.
    Unauthorized,
    /// Done, but some records failed.
    Partial,
    /// Tests failed, or a check found a problem.
    Tests,
    /// Somebody has to confirm it first.
    Confirm,
    /// Another run holds the pipeline.
    Busy,
    /// There is no such pipeline, run or connection.
    NotFound,
    /// A plan has changes, and was asked to say so.
    Changes,
    /// Stopped by a signal, cleanly.
    Signal(u8),
}

impl Exit {
    /// The number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Unauthorized => 4,
            Self::Partial => 5,
            Self::Tests => 6,
            Self::Confirm => 7,
            Self::Busy => 8,
            Self::NotFound => 9,
            Self::Changes => 10,
            Self::Signal(signal) => 128 + signal,
        }
    }

    /// The one of two that says more about what needs doing.
    pub(crate) fn worse(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Done => 0,
            Self::Changes => 1,
            Self::Partial => 2,
            Self::Signal(_) => 4,
            _ => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}
