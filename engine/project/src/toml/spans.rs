//! Where each key and value stands: JSON pointer -> byte ranges.

use std::{collections::BTreeMap, ops::Range};

/// The byte ranges of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Span {
    /// The number of the text that it stands in.
    text: usize,
    key: Option<Range<usize>>,
    value: Range<usize>,
}

/// A range of bytes of one of a document's texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// The number of the text.
    pub(super) text: usize,
    pub(super) bytes: Range<usize>,
}

/// Byte ranges by JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spans(BTreeMap<String, Span>);

impl Spans {
    pub(super) fn insert(&mut self, pointer: String, key: Option<Range<usize>>, value: Range<usize>) {
        self.0.insert(pointer, Span { text: 0, key, value });
    }

    /// The name of the value at `pointer`; for an element of an array the element itself.
    pub(super) fn key(&self, pointer: &str) -> Spot {
        let Some(span) = self.nearest(pointer) else { return Spot::default() };
        Spot { text: span.text, bytes: span.key.clone().unwrap_or_else(|| span.value.clone()) }
    }

    /// The value at `pointer`. Tables under headers and dotted keys have no text of their own: their name
    /// stands for them. What is not there has the place of what should contain it.
    pub(super) fn value(&self, pointer: &str) -> Spot {
        let Some(span) = self.nearest(pointer) else { return Spot::default() };
        Spot { text: span.text, bytes: span.value.clone() }
    }

    /// Takes over the places of the value at `from` of other spans, as those of the value at `to`; the others'
    /// first text has the number `first` here.
    pub(super) fn adopt(&mut self, to: &str, others: &Self, from: &str, first: usize) {
        for (pointer, span) in others.subtree(from) {
            let inside = pointer.get(from.len()..).unwrap_or_default();
            let span = Span { text: span.text + first, ..span.clone() };
            self.0.insert(format!("{to}{inside}"), span);
        }
    }

    /// Forgets the value at `pointer` and all that is inside it.
    pub(super) fn forget(&mut self, pointer: &str) {
        let inside: Vec<String> = self.subtree(pointer).map(|(pointer, _)| pointer.clone()).collect();
        for pointer in inside {
            self.0.remove(&pointer);
        }
    }

    fn subtree<'a>(&'a self, root: &'a str) -> impl Iterator<Item = (&'a String, &'a Span)> {
        let from_root =
            self.0.range(root.to_owned()..).take_while(move |(pointer, _)| pointer.starts_with(root));
        from_root.filter(move |(pointer, _)| {
            pointer.get(root.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
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
