//! Regular expressions that are compiled once and stored as their text.
//!
//! Matching takes time linear in the text, whatever the pattern; a pattern that compiles to too much is
//! refused, so a mapping file cannot make the engine slow or large.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// How many bytes a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;

/// A compiled regular expression. Two are equal when their texts are.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn new(text: &str) -> Result<Self, String> {
        RegexBuilder::new(text).size_limit(SIZE_LIMIT).dfa_size_limit(SIZE_LIMIT).build().map(Self).map_err(
            |error| match error {
                regex::Error::CompiledTooBig(_) => "the pattern is too large when compiled".to_owned(),
                // The last line of a syntax error names the mistake; those before draw the pattern.
                other => {
                    let text = other.to_string();
                    let line = text.lines().last().unwrap_or_default();
                    line.strip_prefix("error: ").unwrap_or(line).to_owned()
                }
            },
        )
    }

    pub(super) fn regex(&self) -> &Regex {
        &self.0
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
