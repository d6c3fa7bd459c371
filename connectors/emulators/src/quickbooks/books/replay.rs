//! Answers that are given again: the same `requestid` gets the answer of the first request, and nothing is done.
//!
//! Successes and refusals (status 200 and 400) are kept; failures of the service are not, so that a retry under the
//! same id can still do the work. The service documents neither how long it remembers nor what becomes of another
//! request under a used id: both are settings.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::quickbooks::settings::Repeats;

/// The answers of one company by request id.
#[derive(Debug, Default)]
pub(in crate::quickbooks) struct Replays {
    kept: BTreeMap<String, Kept>,
}

#[derive(Debug)]
struct Kept {
    at: Timestamp,
    /// Of the method, the path and the body.
    request: [u8; 32],
    status: u16,
    body: Value,
}

/// What is known of a request id.
pub(in crate::quickbooks) enum Known {
    Nothing,
    /// The status and the body of the first answer.
    Answer(u16, Value),
    /// Used by another request, and the emulator is told to refuse that.
    Other,
}

impl Replays {
    pub(in crate::quickbooks) fn find(
        &self,
        id: &str,
        request: [u8; 32],
        rule: Repeats,
        now: Timestamp,
    ) -> Known {
        let Some(kept) = self.kept.get(id) else {
            return Known::Nothing;
        };
        if rule.remembered.is_some_and(|time| now.duration_since(kept.at) > time) {
            return Known::Nothing;
        }
        if rule.refuse_others && kept.request != request {
            return Known::Other;
        }
        Known::Answer(kept.status, kept.body.clone())
    }

    pub(in crate::quickbooks) fn keep(
        &mut self,
        id: &str,
        request: [u8; 32],
        answer: (u16, Value),
        now: Timestamp,
    ) {
        let (status, body) = answer;
        self.kept.insert(id.to_owned(), Kept { at: now, request, status, body });
    }
}
