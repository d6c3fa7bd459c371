//! Why a record cannot be mapped, and why a Program cannot be built.

use engine_project::{
    Place,
    diag::{Code, code},
};

/// Why a record cannot be mapped. Holds no value of the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MapError {
    /// Which kind of mistake.
    pub code: Code,
    /// What is wrong: paths, types and names.
    pub message: String,
    /// The line of the mapping that failed the record.
    pub place: Place,
}

impl MapError {
    pub(crate) fn new(code: Code, message: impl Into<String>, place: &Place) -> Self {
        Self { code, message: message.into(), place: place.clone() }
    }

    /// Whether the record waits for a person: something must be set up before it can be mapped. Otherwise it
    /// fails.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.code == code::LOOKUP_MISS || self.may_heal()
    }

    /// Whether the record may be mapped later though neither it nor the files change: what it lacks is in the
    /// target.
    #[must_use]
    pub fn may_heal(&self) -> bool {
        self.code == code::FIND_MISSING || self.code == code::FIND_AMBIGUOUS
    }
}

/// A Blueprint that no Program can be built from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A script does not compile.
    #[error("{place}: the script does not compile: {message}")]
    Script {
        /// Where it stands.
        place: Place,
        /// What is wrong.
        message: String,
    },
    /// A path cannot be parsed.
    #[error("{place}: the path is not a JSONPath")]
    Path {
        /// Where it stands.
        place: Place,
    },
    /// A lookup is named that the Blueprint does not have.
    #[error("{place}: the Blueprint has no lookup `{name}`")]
    Lookup {
        /// Where it is named.
        place: Place,
        /// Its name.
        name: String,
    },
}
