//! Gathers a plan while it is made: sums of all of it, some of its changes to be shown, all of them in its file.

use super::{file::Writer, mask};
use engine_run::plan::{Planned, Planner, Step};
use rust_decimal::Decimal;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// How many changes of an entity are shown where not all are asked for.
const SHOWN: usize = 5;

/// Takes a plan. Personal data is masked as it comes in, unless it is to be shown.
pub(crate) struct Gatherer {
    reveals: bool,
    shows_all: bool,
    inner: Mutex<Gathered>,
}

/// What a plan came to.
#[derive(Default)]
pub(crate) struct Gathered {
    /// By entity and step.
    pub(crate) sums: BTreeMap<(String, Step), Sums>,
    /// The changes that are shown.
    pub(crate) shown: Vec<Planned>,
    /// How many requests it takes to carry it out, and how many the service allows in a minute, by connection.
    pub(crate) calls: BTreeMap<String, (u64, Option<u32>)>,
    /// The file that keeps it.
    pub(crate) writer: Option<Writer>,
}

/// How many, and how much money by currency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) count: u64,
    pub(crate) money: BTreeMap<String, Decimal>,
}

impl Gatherer {
    pub(crate) fn new(reveals: bool, shows_all: bool, writer: Option<Writer>) -> Self {
        Self { reveals, shows_all, inner: Mutex::new(Gathered { writer, ..Gathered::default() }) }
    }

    /// What was gathered. Takes it out.
    pub(crate) fn close(&self) -> Gathered {
        std::mem::take(&mut *self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Gathered {
    /// How many changes of these steps there are.
    pub(crate) fn count(&self, steps: &[Step]) -> u64 {
        self.sums.iter().filter(|((_, step), _)| steps.contains(step)).map(|(_, sums)| sums.count).sum()
    }

    /// How many changes the target would see.
    pub(crate) fn writes(&self) -> u64 {
        self.sums.iter().filter(|((_, step), _)| step.writes()).map(|(_, sums)| sums.count).sum()
    }
}

impl Planner for Gatherer {
    fn take(&self, planned: Planned) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let sums = inner.sums.entry((planned.entity.clone(), planned.step)).or_default();
        sums.count += 1;
        if let Some(money) = &planned.money {
            *sums.money.entry(money.currency.clone().unwrap_or_default()).or_default() += money.amount;
        }
        let is_early = sums.count <= SHOWN as u64;
        let masked = Planned { fields: planned.fields.iter().map(mask::masked).collect(), ..planned.clone() };
        if let Some(writer) = &mut inner.writer {
            writer.record(&masked);
        }
        if self.shows_all || (is_early && planned.step != Step::Settle) {
            inner.shown.push(if self.reveals { planned } else { masked });
        }
    }

    fn calls(&self, connection: &str, calls: u64, per_minute: Option<u32>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (sum, rate) = inner.calls.entry(connection.to_owned()).or_default();
        (*sum, *rate) = (*sum + calls, per_minute);
    }
}
