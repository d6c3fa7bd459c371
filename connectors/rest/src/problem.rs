//! A mistake in the files of a described connector.

use std::ops::Range;

/// What kind of mistake it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The file is missing, or no TOML.
    Syntax,
    /// A table of connector.toml has not the shape that it must have; the message is serde's.
    Shape {
        /// The JSON pointer of the value.
        pointer: String,
    },
    /// What connector.toml says does not fit together.
    Sense,
    /// A file of fields has a mistake.
    Fields,
    /// hooks.rhai does not compile.
    HookSyntax,
    /// hooks.rhai has a function that nobody calls, or lacks one that is needed.
    Hook,
    /// hooks.rhai is so long that it wants to be something else; the connector works all the same.
    MuchScript,
}

/// A name that does not exist, and those that do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// What was written.
    pub name: String,
    /// What could have been meant.
    pub known: Vec<String>,
}

/// A mistake in the files of a described connector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct Problem {
    /// The file, within the connector's folder.
    pub file: String,
    /// Its bytes there.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What kind of mistake it is.
    pub kind: ProblemKind,
    /// What could have been meant, where a name is unknown.
    pub near: Option<Near>,
    /// What to do, where that is known.
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new(file: impl Into<String>, range: Range<usize>, message: impl Into<String>) -> Self {
        let (file, message) = (file.into(), message.into());
        Self { file, range, message, kind: ProblemKind::Sense, near: None, help: None }
    }

    pub(crate) fn of(mut self, kind: ProblemKind) -> Self {
        self.kind = kind;
        self
    }

    /// Says what exists where `name` does not.
    pub(crate) fn near<'a>(mut self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known = known.into_iter().map(str::to_owned).collect();
        self.near = Some(Near { name: name.to_owned(), known });
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the connector can be used in spite of it.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.kind == ProblemKind::MuchScript
    }
}
