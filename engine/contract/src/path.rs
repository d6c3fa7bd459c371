//! Singular paths: the compiled form of `$.billing.email`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A member of an object, by name.
    Key(String),
    /// An element of an array, from 0.
    Index(usize),
}

/// Steps from the root of a record to at most one value. The empty path is the record itself.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Path {
    /// The steps, outermost first.
    pub steps: Vec<Step>,
}

impl Path {
    /// A path of member names.
    pub fn of_keys<I: IntoIterator<Item = S>, S: Into<String>>(keys: I) -> Self {
        Self { steps: keys.into_iter().map(|key| Step::Key(key.into())).collect() }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.steps.iter().try_for_each(|step| match step {
            Step::Key(key) => write!(f, ".{key}"),
            Step::Index(index) => write!(f, "[{index}]"),
        })
    }
}
