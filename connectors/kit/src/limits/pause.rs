//! The pause that a service asks for: `Retry-After`, or a 429 without it.

use super::moment::{Moment, jitter};
use engine_contract::Context;
use http::{HeaderMap, HeaderName, StatusCode, header};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};
use std::time::Duration;

/// No service means a longer pause; one that says so is mistaken.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// Pauses that the service does not name grow up to this.
const LONGEST_GUESS: Duration = Duration::from_secs(600);

#[derive(Debug, Default)]
pub(crate) struct Pause {
    until: Option<Moment>,
    /// Pauses in a row whose length the service did not name.
    guessed: u32,
}

impl Pause {
    /// How long nothing may be sent; zero when it may.
    pub(crate) fn wait(&self, now: Moment) -> Duration {
        self.until.map(|until| now.until(until)).unwrap_or_default()
    }

    /// Nothing is sent for `wait`, or longer if that was asked for before.
    pub(crate) fn hold(&mut self, now: Moment, wait: Duration) {
        self.until = self.until.max(Some(now.plus(wait.min(LONGEST))));
    }

    /// Heeds an answer; `guess` is the pause after a 429 that names none.
    pub(crate) fn heed(
        &mut self,
        context: &Context,
        now: Moment,
        answer: (StatusCode, &HeaderMap),
        guess: Duration,
    ) {
        let (status, headers) = answer;
        let refused = status.is_client_error() || status.is_server_error();
        if let Some(wait) = retry_after(headers, context.clock.now()).filter(|_| refused) {
            self.guessed = 0;
            self.hold(now, wait);
        } else if status == StatusCode::TOO_MANY_REQUESTS {
            // Answers to requests that were under way together speak of one and the same moment.
            if self.wait(now).is_zero() {
                let wait = guess.saturating_mul(1 << self.guessed.min(10)).min(LONGEST_GUESS.max(guess));
                self.guessed = self.guessed.saturating_add(1);
                self.hold(now, wait.saturating_add(jitter(context, wait, 10)));
            }
        } else if !refused {
            self.guessed = 0;
        }
    }

    pub(crate) fn put_back(&mut self, by: Duration) {
        self.until = self.until.map(|until| until.minus(by));
    }
}

/// The time that `Retry-After` names (RFC 9110, 10.2.3): seconds or a date; nothing when that has passed. A date is compared with the answer's
/// own `Date`, so that a clock that is wrong does no harm.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds)).filter(|wait| !wait.is_zero());
    }
    let at = DateTimeParser::new().parse_timestamp(text).ok()?;
    let wait = at.duration_since(date(headers, header::DATE).unwrap_or(now));
    Duration::try_from(wait).ok().filter(|wait| !wait.is_zero())
}

/// How far the service's clock is ahead of ours, by the answer's `Date`; at most the time that the answer took
/// is wrong.
pub(crate) fn skew(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    Some(date(headers, header::DATE)?.duration_since(now))
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(headers.get(name)?.to_str().ok()?.trim()).ok()
}
