//! What came out differently.

use engine_project::Place;
use std::fmt;

/// One difference between what was expected and what came out. Unlike errors of a run it shows values: they
/// are the test's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs: `status`, `route`, `count`, `error`, or the path of a field; or a whole sentence.
    pub what: String,
    /// What was expected, and what came out; nothing where `what` says all.
    pub values: Option<(String, String)>,
    /// The mapping line that made the value, or that failed.
    pub place: Option<Place>,
}

impl Difference {
    pub(super) fn new(what: impl Into<String>, expected: impl fmt::Display, got: impl fmt::Display) -> Self {
        Self { what: what.into(), values: Some((expected.to_string(), got.to_string())), place: None }
    }

    /// It comes from this line.
    pub(super) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// A sentence that says all.
    pub(super) fn told(sentence: impl Into<String>) -> Self {
        Self { what: sentence.into(), values: None, place: None }
    }
}

impl fmt::Display for Difference {
    /// `total: expected "20.00", got "21.00"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.values {
            Some((expected, got)) => write!(f, ": expected {expected}, got {got}"),
            None => Ok(()),
        }
    }
}
