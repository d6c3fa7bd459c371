//! Where each key and value stands: JSON pointer -> byte ranges.

use std::{collections::BTreeMap, ops::Range};

/// The byte ranges of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Span {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

/// Byte ranges by JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(BTreeMap<String, Span>);

impl Spans {
    pub(super) fn insert(&mut self, pointer: String, key: Option<Range<usize>>, value: Range<usize>) {
        self.0.insert(pointer, Span { key, value });
    }

    /// The name of the value at `pointer`; for an element of an array the element itself.
    #[must_use]
    pub fn key(&self, pointer: &str) -> Range<usize> {
        let span = self.nearest(pointer);
        span.map(|span| span.key.clone().unwrap_or_else(|| span.value.clone())).unwrap_or_default()
    }

    /// The value at `pointer`. Tables under headers and dotted keys have no text of their own: their name
    /// stands for them. What is not there has the place of what should contain it.
    #[must_use]
    pub fn value(&self, pointer: &str) -> Range<usize> {
        self.nearest(pointer).map(|span| span.value.clone()).unwrap_or_default()
    }

    fn nearest(&self, pointer: &str) -> Option<&Span> {
        let mut pointer = pointer;
        loop {
            if let Some(span) = self.0.get(pointer) {
                return Some(span);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }
}

/// The pointer of a member or element of the value at `pointer`.
#[must_use]
pub fn child(pointer: &str, name: impl std::fmt::Display) -> String {
    let name = name.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}
