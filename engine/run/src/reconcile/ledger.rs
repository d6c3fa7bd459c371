//! The sums of both sides while they are read.
//!
//! Only groups are kept, not records: a comparison of a million orders takes the memory of its days. What has a reason
//! is added up by reason, and listed only where that was asked for.

use super::{
    Bucket, Difference, Explained, Figures, Reason, Window,
    report::{Kind, Moved, Part},
};
use crate::error::RunError;
use engine_plan::{DAY, Line};
use std::collections::BTreeMap;

/// A record or an object with the value of every group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) by: Vec<String>,
    pub(super) figures: Figures,
}

impl Counted {
    /// Groups that this side says nothing of are those of the other side.
    pub(super) fn of(line: Line, carried: Option<&[String]>) -> Self {
        let carry = |at: usize| carried.and_then(|by| by.get(at)).cloned().unwrap_or_default();
        let by = line.by.into_iter().enumerate().map(|(at, value)| value.unwrap_or_else(|| carry(at)));
        Self { by: by.collect(), figures: Figures::one(line.sums) }
    }

    /// Whether both say the same.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        self.by == other.by && self.figures == other.figures
    }
}

/// Whom something is said of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Named<'a> {
    pub(super) source_key: Option<&'a str>,
    pub(super) object: Option<(&'a str, &'a str)>,
}

/// What a ledger comes to.
pub(super) type Closed = (Vec<Bucket>, Vec<Difference>, Vec<Explained>);

/// The groups, and what is said of single records.
pub(super) struct Ledger {
    names: Vec<String>,
    day: Option<usize>,
    width: usize,
    window: Window,
    lists: bool,
    places: BTreeMap<Vec<String>, usize>,
    buckets: Vec<Bucket>,
    differences: Vec<Difference>,
    explained: Vec<Explained>,
}

impl Ledger {
    pub(super) fn new(by: &[String], width: usize, (window, lists): (Window, bool)) -> Self {
        Self {
            names: by.to_vec(),
            day: by.iter().position(|name| name == DAY),
            width,
            window,
            lists,
            places: BTreeMap::new(),
            buckets: Vec::new(),
            differences: Vec::new(),
            explained: Vec::new(),
        }
    }

    /// Whether what has these groups is compared.
    pub(super) fn covers(&self, by: &[String]) -> bool {
        let day = self.day.and_then(|at| by.get(at)).map_or("", String::as_str);
        self.window.holds(day)
    }

    /// The number of a group.
    pub(super) fn place(&mut self, by: &[String]) -> usize {
        if let Some(place) = self.places.get(by) {
            return *place;
        }
        let place = self.buckets.len();
        self.places.insert(by.to_vec(), place);
        self.buckets.push(Bucket::new(by.to_vec(), self.width));
        place
    }

    /// The values of the group of this number.
    pub(super) fn by(&self, place: usize) -> Option<&[String]> {
        self.buckets.get(place).map(|bucket| bucket.by.as_slice())
    }

    fn bucket(&mut self, by: &[String]) -> Option<&mut Bucket> {
        if !self.covers(by) {
            return None;
        }
        let place = self.place(by);
        self.buckets.get_mut(place)
    }

    /// Adds a record of the source, where its day is among those that are compared.
    pub(super) fn add_source(&mut self, counted: &Counted) -> Result<(), RunError> {
        let Some(bucket) = self.bucket(&counted.by) else { return Ok(()) };
        bucket.source = bucket.source.plus(&counted.figures).ok_or_else(too_large)?;
        Ok(())
    }

    /// Adds an object of the target, where its day is among those that are compared.
    pub(super) fn add_target(&mut self, counted: &Counted) -> Result<(), RunError> {
        let Some(bucket) = self.bucket(&counted.by) else { return Ok(()) };
        bucket.target = bucket.target.plus(&counted.figures).ok_or_else(too_large)?;
        Ok(())
    }

    /// Notes the reason of a record, of an object, or of what lies between the two.
    pub(super) fn explain(
        &mut self,
        reason: &Reason,
        named: Named<'_>,
        (source, target): (Option<&Counted>, Option<&Counted>),
    ) -> Result<(), RunError> {
        let negated = target.map(|target| Counted { figures: target.figures.negated(), ..target.clone() });
        let is_one = source.zip(target).is_some_and(|(source, target)| source.by == target.by);
        let mut is_told = false;
        for counted in source.into_iter().chain(negated.as_ref()) {
            let width = self.width;
            let Some(bucket) = self.bucket(&counted.by) else { continue };
            let zero = || Part { records: 0, figures: Figures::zero(width) };
            let part = bucket.explained.entry(reason.clone()).or_insert_with(zero);
            part.records += u64::from(!(is_one && is_told));
            part.figures = part.figures.plus(&counted.figures).ok_or_else(too_large)?;
            is_told = true;
        }
        if let (true, true, Some(first)) = (self.lists, is_told, source.or(target)) {
            let zero = Figures::zero(self.width);
            let figures = [source, negated.as_ref()]
                .into_iter()
                .flatten()
                .try_fold(zero, |sum, counted| sum.plus(&counted.figures));
            self.explained.push(Explained {
                reason: reason.clone(),
                source_key: named.source_key.map(shown),
                object: named.object.map(|(object, _)| object.to_owned()),
                target_id: named.object.map(|(_, id)| shown(id)),
                by: first.by.clone(),
                figures: figures.ok_or_else(too_large)?,
            });
        }
        Ok(())
    }

    /// Notes a difference without a reason, where a side of it is compared.
    pub(super) fn differ(
        &mut self,
        kind: Kind,
        named: Named<'_>,
        (source, target): (Option<&Counted>, Option<&Counted>),
        note: Option<String>,
    ) {
        let covered = source.into_iter().chain(target).any(|counted| self.covers(&counted.by));
        if !covered && kind != Kind::Unreadable {
            return;
        }
        let moved = source.zip(target).map(|(source, target)| self.moved(source, target));
        self.differences.push(Difference {
            kind,
            source_key: named.source_key.map(shown),
            object: named.object.map(|(object, _)| object.to_owned()),
            target_id: named.object.map(|(_, id)| shown(id)),
            by: source.or(target).map(|counted| counted.by.clone()).unwrap_or_default(),
            moved: moved.unwrap_or_default(),
            source: source.map(|counted| counted.figures.clone()),
            target: target.map(|counted| counted.figures.clone()),
            note,
        });
    }

    fn moved(&self, source: &Counted, target: &Counted) -> Vec<Moved> {
        let both = self.names.iter().zip(source.by.iter().zip(&target.by));
        let other = both.filter(|(_, (source, target))| source != target);
        let moved = other.map(|(group, (source, target))| Moved {
            group: group.clone(),
            source: source.clone(),
            target: target.clone(),
        });
        moved.collect()
    }

    /// What it comes to: groups in order, differences by kind and record.
    pub(super) fn close(self) -> Result<Closed, RunError> {
        let Self { mut buckets, mut differences, mut explained, .. } = self;
        buckets.retain(|bucket| {
            bucket.source.count != 0 || bucket.target.count != 0 || !bucket.explained.is_empty()
        });
        for bucket in &mut buckets {
            let mut rest = bucket.source.minus(&bucket.target).ok_or_else(too_large)?;
            for part in bucket.explained.values() {
                rest = rest.minus(&part.figures).ok_or_else(too_large)?;
            }
            bucket.rest = rest;
        }
        buckets.sort_by(|one, other| one.by.cmp(&other.by));
        differences.sort_by(|one, other| order(one).cmp(&order(other)));
        explained.sort_by(|one, other| {
            (&one.reason, &one.by, &one.source_key).cmp(&(&other.reason, &other.by, &other.source_key))
        });
        Ok((buckets, differences, explained))
    }
}

fn order(difference: &Difference) -> (Kind, &[String], &Option<String>, &Option<String>) {
    let Difference { kind, by, source_key, target_id, .. } = difference;
    (*kind, by, source_key, target_id)
}

fn shown(key: &str) -> String {
    crate::state::masked(key.to_owned())
}

fn too_large() -> RunError {
    RunError::Invalid("a sum has more digits than can be reckoned exactly".to_owned())
}
