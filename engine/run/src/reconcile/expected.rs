//! Which target objects should be there, and what they should come to: some thirty bytes for each.
//!
//! Objects and amounts are kept as hashes of eight bytes. Two objects of one hash would hide a difference of one of them;
//! with a million objects the chance is one in thirty million.

use super::ledger::Counted;
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

/// A kind of object and the target's id.
pub(super) type Place<'a> = (&'a str, &'a str);

/// What is known of one object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    /// The group of its record; nothing when that could not be read.
    pub(super) bucket: Option<usize>,
    line: u64,
    /// The object should be there with what the record says.
    pub(super) is_plain: bool,
    /// The record's day is compared.
    pub(super) is_covered: bool,
    /// The target has shown it.
    pub(super) is_shown: bool,
}

impl Met {
    pub(super) fn new(bucket: usize, line: &Counted, (is_plain, is_covered): (bool, bool)) -> Self {
        Self { bucket: Some(bucket), line: digest(line), is_plain, is_covered, is_shown: false }
    }

    /// The object of a record whose sums cannot be made.
    pub(super) fn unreadable() -> Self {
        Self { bucket: None, line: 0, is_plain: false, is_covered: false, is_shown: false }
    }

    /// Whether an object is what it should be.
    pub(super) fn is_kept_by(&self, line: &Counted) -> bool {
        self.is_plain && self.line == digest(line)
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Expected {
    all: BTreeMap<u64, Met>,
    /// What the target has shown, by its own keys: a list that shifts shows an object again.
    shown: BTreeSet<u64>,
}

impl Expected {
    pub(super) fn add(&mut self, place: Place<'_>, met: Met) {
        self.all.insert(hash(&place), met);
    }

    pub(super) fn get_mut(&mut self, place: Place<'_>) -> Option<&mut Met> {
        self.all.get_mut(&hash(&place))
    }

    pub(super) fn get(&self, place: Place<'_>) -> Option<&Met> {
        self.all.get(&hash(&place))
    }

    /// Whether this key of the target's list is new.
    pub(super) fn shows(&mut self, place: Place<'_>) -> bool {
        self.shown.insert(hash(&place))
    }

    /// Whether some object that matters was not shown.
    pub(super) fn lacks_some(&self) -> bool {
        self.all.values().any(|met| met.is_covered && !met.is_shown)
    }
}

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Equal for equal groups and amounts, however the amounts are written.
fn digest(line: &Counted) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.by.hash(&mut hasher);
    for sum in &line.figures.sums {
        sum.normalize().serialize().hash(&mut hasher);
    }
    hasher.finish()
}
