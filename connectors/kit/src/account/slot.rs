//! The right to send one request, from its start to its end.

use super::Account;
use crate::limits::{moment::jitter, pause};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind};
use http::{Response, StatusCode};
use std::sync::Arc;

/// The right to send one request of an account. Dropping it gives the place back; what was learned of the
/// service is told with [`Slot::answered`] or [`Slot::failed`].
pub(crate) struct Slot {
    account: Arc<Account>,
    probe: bool,
    settled: bool,
}

impl Slot {
    pub(super) fn new(account: Arc<Account>, probe: bool) -> Self {
        Self { account, probe, settled: false }
    }

    /// The service answered.
    pub(crate) fn answered(mut self, context: &Context, answer: &Response<Bytes>) {
        let (mut state, now) = self.account.lock_now(context);
        let guess = state.guess;
        state.pause.heed(context, now, (answer.status(), answer.headers()), guess);
        if let Some(skew) = pause::skew(answer.headers(), context.clock.now()) {
            state.skew = skew;
        }
        if is_outage(answer) {
            state.why = format!("it answered with status {}", answer.status().as_str());
            state.breaker.failure(now, self.probe, |time| jitter(context, time, 5));
        } else {
            state.breaker.success();
        }
        drop(state);
        self.settled = true;
    }

    /// The request failed on its way.
    pub(crate) fn failed(mut self, context: &Context, error: &ConnectorError) {
        let outage =
            matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Protocol);
        if outage {
            let (mut state, now) = self.account.lock_now(context);
            error.message().clone_into(&mut state.why);
            state.breaker.failure(now, self.probe, |time| jitter(context, time, 5));
            drop(state);
            self.settled = true;
        }
    }
}

/// Whether the service does not work. A 500 with JSON is the application's own answer, so that the service does
/// work: `WooCommerce` refuses refunds so.
fn is_outage(answer: &Response<Bytes>) -> bool {
    let json = answer.body().trim_ascii_start().starts_with(b"{");
    answer.status().is_server_error()
        && !(answer.status() == StatusCode::INTERNAL_SERVER_ERROR && json)
        && answer.status() != StatusCode::NOT_IMPLEMENTED
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.account.lock();
        state.under_way = state.under_way.saturating_sub(1);
        if self.probe && !self.settled {
            let now = state.last;
            state.breaker.abandon(now);
        }
        drop(state);
        self.account.ended.notify_waiters();
    }
}
