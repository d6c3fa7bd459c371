//! One mistake, told so that its author can mend it.

use super::Code;
use crate::Place;
use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The pipeline cannot run.
    Error,
    /// It runs, but probably not as meant.
    Warning,
    /// It runs as it should; this is worth knowing, and shown to those who ask for more.
    Note,
}

impl Severity {
    /// The severity as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What, in a few words; may be empty.
    pub text: String,
    /// Whether this is where the mistake is; a diagnostic has at most one such label.
    pub primary: bool,
}

/// A change of a file that removes the mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What is replaced.
    pub place: Place,
    /// By what.
    pub replacement: String,
}

/// One mistake. Build it with [`Diagnostic::error`], [`Diagnostic::warning`] or [`Diagnostic::note`] and the methods after them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Which kind of mistake.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lowercase, no full stop, names in backticks, never a secret.
    pub message: String,
    /// Where: the primary label first.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// The change that mends it, when there is one that is surely meant.
    pub fix: Option<Fix>,
    /// Whether the text at the primary label may be a secret: it is masked wherever lines are shown.
    #[serde(skip)]
    pub hides_value: bool,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            severity: Severity::Error,
            message,
            labels: Vec::new(),
            help: None,
            fix: None,
            hides_value: false,
        }
    }

    /// A warning without a place.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// A note without a place.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Says where the mistake is.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.insert(0, Label { place, text: text.into(), primary: true });
        self
    }

    /// Points at a second place that explains the first.
    #[must_use]
    pub fn and(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into(), primary: false });
        self
    }

    /// Says that the text at the primary label may be a secret.
    #[must_use]
    pub fn hiding_value(mut self) -> Self {
        self.hides_value = true;
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers a change that mends it.
    #[must_use]
    pub fn fix(mut self, place: Place, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { place, replacement: replacement.into() });
        self
    }

    /// Names what a text was probably meant to be, and offers it as the fix of the whole text; says what else to do
    /// when nothing is near.
    #[must_use]
    pub fn meant(self, near: Option<&str>, otherwise: &str) -> Self {
        let Some(near) = near else {
            return if otherwise.is_empty() { self } else { self.help(otherwise) };
        };
        let place = self.place().cloned().unwrap_or_default();
        self.help(format!("did you mean `{near}`?")).fix(place, format!("\"{near}\""))
    }

    /// Where the mistake is.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.labels.iter().find(|label| label.primary).map(|label| &label.place)
    }
}

impl fmt::Display for Diagnostic {
    /// One line: `pipelines/a.toml:7: error[mapping/not-a-path]: ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity.as_str(), self.code, self.message)
    }
}
