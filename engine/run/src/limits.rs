//! What a run may do before it stops and waits for a person.

use crate::{
    error::RunError,
    report::Tally,
    state::{Intent, Reason},
};
use rust_decimal::Decimal;
use std::sync::{Mutex, PoisonError};

/// The limits of one run. Without any it goes to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most writes that are sent.
    pub max_writes: Option<u64>,
    /// The most deletes, voids, deactivations and marks of deletion that are sent.
    pub max_deletes: Option<u64>,
    /// The largest share of failed records.
    pub max_error_rate: Option<ErrorRate>,
    /// Nobody watches: where an earlier run waits for a person, this one does too.
    pub is_unattended: bool,
}

/// A share of failed records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorRate {
    /// The share above which a run stops.
    pub above: Decimal,
    /// How many records must have ended before it counts.
    pub min_records: u64,
}

/// What is left of a run's limits. Stream groups that work beside each other share it.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    sent: Mutex<Sent>,
}

#[derive(Debug, Default)]
struct Sent {
    writes: u64,
    deletes: u64,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, sent: Mutex::default() }
    }

    /// The writes that may still be sent, up to the first that would pass a limit, and why that one may not. Those that may
    /// count as sent.
    pub(crate) fn allow(&self, mut intents: Vec<Intent>) -> (Vec<Intent>, Option<RunError>) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut over = None;
        for (at, intent) in intents.iter().enumerate() {
            let deletes = u64::from(intent.op.retires());
            over = self.passed(&sent, deletes).map(|error| (at, error));
            if over.is_some() {
                break;
            }
            sent.writes += 1;
            sent.deletes += deletes;
        }
        let Some((at, error)) = over else { return (intents, None) };
        intents.truncate(at);
        (intents, Some(error))
    }

    fn passed(&self, sent: &Sent, deletes: u64) -> Option<RunError> {
        let over = |reason, most: Option<u64>, sent: u64| {
            let most = most.filter(|most| sent > *most)?;
            Some(RunError::OverLimit { reason, most })
        };
        over(Reason::MaxWrites, self.limits.max_writes, sent.writes + 1).or_else(|| {
            let deletes = (deletes > 0).then_some(sent.deletes + deletes)?;
            over(Reason::MaxDeletes, self.limits.max_deletes, deletes)
        })
    }

    /// Whether too many of the records that have ended have failed.
    ///
    /// # Errors
    /// Then the run stops.
    pub(crate) fn check_failures(&self, tally: &Tally) -> Result<(), RunError> {
        let Some(rate) = self.limits.max_error_rate else { return Ok(()) };
        let (failed, ended) = tally.ended();
        let is_over = ended >= rate.min_records && Decimal::from(failed) > rate.above * Decimal::from(ended);
        if is_over { Err(RunError::ErrorRate { failed, ended, above: rate.above }) } else { Ok(()) }
    }
}
