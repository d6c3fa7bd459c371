//! What a comparison of both sides comes to.

use super::Reason;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A count and sums. Exact: there is no rounding anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many records or objects.
    pub count: i64,
    /// The sums, in the order of the file.
    pub sums: Vec<Decimal>,
}

impl Figures {
    /// Nothing, of so many sums.
    #[must_use]
    pub fn zero(width: usize) -> Self {
        Self { count: 0, sums: vec![Decimal::ZERO; width] }
    }

    /// One record or object.
    #[must_use]
    pub fn one(sums: Vec<Decimal>) -> Self {
        Self { count: 1, sums }
    }

    /// Both together; nothing when a sum has more digits than a decimal holds.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let sums = self.sums.iter().zip(&other.sums).map(|(sum, other)| sum.checked_add(*other));
        Some(Self { count: self.count.checked_add(other.count)?, sums: sums.collect::<Option<_>>()? })
    }

    /// The same below zero.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { count: -self.count, sums: self.sums.iter().map(|sum| Decimal::ZERO - sum).collect() }
    }

    /// This without the other; nothing when a sum has more digits than a decimal holds.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&other.negated())
    }

    /// Whether the count and all sums are zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.count == 0 && self.has_no_amount()
    }

    /// Whether all sums are zero.
    #[must_use]
    pub fn has_no_amount(&self) -> bool {
        self.sums.iter().all(Decimal::is_zero)
    }
}

/// The days that are compared, both included; open where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first.
    pub from: Option<Date>,
    /// The last.
    pub to: Option<Date>,
}

impl Window {
    /// Whether some day is left out.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether a day lies within. What has no day lies in no window but the open one.
    #[must_use]
    pub fn holds(&self, day: &str) -> bool {
        if !self.is_narrow() {
            return true;
        }
        let Ok(day) = day.parse::<Date>() else { return false };
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

/// A part of a difference that has a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many records or objects.
    pub records: u64,
    /// What they come to: on the side of the source less on the side of the target.
    pub figures: Figures,
}

/// Records and objects that agree in what they are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The value of each group.
    pub by: Vec<String>,
    /// All records of the source.
    pub source: Figures,
    /// All objects of the target.
    pub target: Figures,
    /// What has a reason to differ, by reason.
    pub explained: BTreeMap<Reason, Part>,
    /// What is left without a reason: source less target less what is explained.
    pub rest: Figures,
}

/// What is wrong between a record and an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The record should be in the target, and is not.
    MissingInTarget,
    /// The source has no record for the object, and no pipeline has written it.
    MissingInSource,
    /// Both are there with other amounts, or in other groups.
    Different,
    /// The target has the object of a record once more.
    Twice,
    /// A sum or a group cannot be made of it.
    Unreadable,
}

impl Kind {
    /// The kind as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingInTarget => "missing_in_target",
            Self::MissingInSource => "missing_in_source",
            Self::Different => "different",
            Self::Twice => "twice_in_target",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A group in which a record and its object are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The group.
    pub group: String,
    /// What it is of the record.
    pub source: String,
    /// What it is of the object.
    pub target: String,
}

/// A difference without a reason, down to the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What is wrong.
    pub kind: Kind,
    /// The source's key of the record, where there is one; an e-mail address in it is masked.
    pub source_key: Option<String>,
    /// The kind of target object.
    pub object: Option<String>,
    /// The target's id.
    pub target_id: Option<String>,
    /// The value of each group: of the record, else of the object.
    pub by: Vec<String>,
    /// The groups that are not the same on both sides.
    pub moved: Vec<Moved>,
    /// What the record comes to.
    pub source: Option<Figures>,
    /// What the object comes to.
    pub target: Option<Figures>,
    /// More about it: what it is the double of, or what cannot be read.
    pub note: Option<String>,
}

/// A record or an object that has a reason to be on one side alone, or to differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Why.
    pub reason: Reason,
    /// The source's key of the record, where there is one; an e-mail address in it is masked.
    pub source_key: Option<String>,
    /// The kind of target object, where there is one.
    pub object: Option<String>,
    /// The target's id.
    pub target_id: Option<String>,
    /// The value of each group.
    pub by: Vec<String>,
    /// What it comes to: on the side of the source less on the side of the target.
    pub figures: Figures,
}

/// One `[[reconcile]]`, carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// Its name.
    pub name: String,
    /// The entity whose records are compared.
    pub entity: String,
    /// The names of the groups.
    pub by: Vec<String>,
    /// The names of the sums.
    pub sums: Vec<String>,
    /// Whether records are counted too.
    pub count: bool,
    /// The days that were compared.
    pub window: Window,
    /// Both sides, group by group, in order.
    pub buckets: Vec<Bucket>,
    /// What has no reason.
    pub differences: Vec<Difference>,
    /// What has one, where that was asked for.
    pub explained: Vec<Explained>,
    /// Kinds of target objects that the connection cannot list: an object that no link knows was not looked for.
    pub unlisted: Vec<String>,
}

impl Reconciliation {
    /// Whether nothing is left without a reason.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.differences.is_empty() && self.buckets.iter().all(|bucket| bucket.rest.is_zero())
    }

    /// Both sides, what is explained and what is left, for each value of `currency`; as one where records are not grouped
    /// by it. Amounts of different currencies are never added.
    #[must_use]
    pub fn totals(&self) -> Vec<Bucket> {
        let currency = self.by.iter().position(|name| name == CURRENCY);
        let mut totals: BTreeMap<String, Bucket> = BTreeMap::new();
        for bucket in &self.buckets {
            let name = currency.and_then(|at| bucket.by.get(at)).cloned().unwrap_or_default();
            let width = self.sums.len();
            let total = totals.entry(name.clone()).or_insert_with(|| Bucket::new(vec![name], width));
            total.add(bucket);
        }
        totals.into_values().collect()
    }
}

/// The name of the group that is a currency.
pub const CURRENCY: &str = "currency";

impl Bucket {
    pub(super) fn new(by: Vec<String>, width: usize) -> Self {
        Self {
            by,
            source: Figures::zero(width),
            target: Figures::zero(width),
            explained: BTreeMap::new(),
            rest: Figures::zero(width),
        }
    }

    /// Adds another bucket. Sums that a decimal cannot hold were refused when the other was made.
    fn add(&mut self, other: &Self) {
        let sum =
            |into: &mut Figures, more: &Figures| *into = into.plus(more).unwrap_or_else(|| into.clone());
        sum(&mut self.source, &other.source);
        sum(&mut self.target, &other.target);
        sum(&mut self.rest, &other.rest);
        for (reason, part) in &other.explained {
            let zero = || Part { records: 0, figures: Figures::zero(part.figures.sums.len()) };
            let into = self.explained.entry(reason.clone()).or_insert_with(zero);
            into.records += part.records;
            sum(&mut into.figures, &part.figures);
        }
    }
}
