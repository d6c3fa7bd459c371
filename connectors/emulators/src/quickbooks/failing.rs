//! Failures of the service that settings ask for.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Body};
use super::api;
use super::books::Books;
use super::fault::Fault;
use super::settings::{Calls, FaultRule, ServiceFault};

/// Counts the requests of a company and says which one fails. Writes are counted as part of the state, since a
/// journal holds them all; reads only as long as the emulator lives.
#[derive(Debug)]
pub(super) struct Failing {
    rules: Vec<FaultRule>,
    reads: u64,
    writes: u64,
}

impl Failing {
    pub(super) fn new(rules: Vec<FaultRule>) -> Self {
        Self { rules, reads: 0, writes: 0 }
    }

    /// Counts a request, and gives what befalls it.
    pub(super) fn befalls(&mut self, is_read: bool) -> Option<ServiceFault> {
        let (calls, count) = if is_read {
            self.reads += 1;
            (Calls::Reads, self.reads)
        } else {
            self.writes += 1;
            (Calls::Writes, self.writes)
        };
        let hits = |rule: &&FaultRule| {
            rule.on == calls && count >= rule.first && count < rule.first.saturating_add(rule.times)
        };
        self.rules.iter().find(hits).map(|rule| rule.fault)
    }
}

impl ServiceFault {
    /// What is answered instead of doing the work; `None` where the work is done.
    pub(super) fn instead(self, books: &Books, now: Timestamp) -> Option<Answer> {
        let fault = |status, fault: Fault| {
            let (_, body): (u16, Value) = api::envelope(books, Err(fault), now);
            Some(Answer::api(status, body))
        };
        match self {
            Self::OkWithFault => fault(200, Fault::system(200)),
            Self::Failed => fault(500, Fault::system(500)),
            Self::Unavailable => fault(503, Fault::system(503)),
            Self::TimedOut => Some(Answer::new(504, Body::Nothing)),
            Self::DoneButLost => None,
        }
    }
}
