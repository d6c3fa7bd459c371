//! An emulator behind a plan of faults.

use super::{FaultPlan, What, plan::Facts};
use crate::{Emulator, Takes};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// What becomes of a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The answer of the service, or of what stands in its way.
    pub response: Response<Bytes>,
    /// How long it takes.
    pub delay: Duration,
    /// How it comes to the client.
    pub way: Way,
}

/// How an answer comes to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As it is.
    Whole,
    /// Not at all: the connection closes.
    Dropped,
    /// The connection closes after so many bytes of the body.
    Truncated(usize),
}

/// A request whose effect is still to come.
struct Late {
    due: Timestamp,
    request: http::Request<Bytes>,
}

/// An emulator whose answers fail as a plan says.
pub struct Faulty<E> {
    emulator: E,
    plan: FaultPlan,
    seen: u64,
    late: Vec<Late>,
}

impl<E: Emulator> Faulty<E> {
    /// Puts an emulator behind a plan. The empty plan lets everything pass.
    pub fn new(emulator: E, plan: FaultPlan) -> Self {
        Self { emulator, plan, seen: 0, late: Vec::new() }
    }

    /// The emulator itself.
    pub fn inner(&self) -> &E {
        &self.emulator
    }

    /// The emulator itself, without faults.
    pub fn inner_mut(&mut self) -> &mut E {
        &mut self.emulator
    }

    /// Puts another plan in place of the one there is. The numbers of requests go on.
    pub fn set_plan(&mut self, plan: FaultPlan) {
        self.plan = plan;
    }

    /// The service's own time when the real one is `now`.
    #[must_use]
    pub fn clock(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(SignedDuration::from_secs(self.plan.clock_shift_seconds)).unwrap_or(now)
    }

    /// Lets the effects happen that are due by `now`.
    pub fn settle(&mut self, now: Timestamp) {
        let (mut due, rest): (Vec<_>, _) = self.late.drain(..).partition(|late| late.due <= now);
        self.late = rest;
        due.sort_by_key(|late| late.due);
        for late in due {
            let moment = self.clock(late.due);
            drop(self.emulator.handle(&late.request, moment));
        }
    }

    /// Answers a request that arrives at `now`, by the real clock.
    pub fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> Answer {
        self.settle(now);
        self.seen += 1;
        let facts = Facts { number: self.seen, method: request.method(), uri: request.uri(), now };
        let what = self.plan.decide(&facts).cloned();
        let moment = self.clock(now);
        let Some(what) = what else { return whole(self.emulator.handle(request, moment)) };
        let mut effect = || self.emulator.handle(request, moment);
        match what {
            What::DropBeforeEffect => dropped(),
            What::DropAfterEffect => {
                effect();
                dropped()
            }
            What::LateEffect { after_milliseconds } => {
                let after = SignedDuration::from_millis(after_milliseconds.into());
                let due = now.saturating_add(after).unwrap_or(now);
                self.late.push(Late { due, request: request.clone() });
                dropped()
            }
            What::RateLimited { retry_after_seconds } => whole(rate_limited(retry_after_seconds)),
            What::ServerError { status, after_effect } => {
                if after_effect {
                    effect();
                }
                whole(page(status, "text/plain; charset=UTF-8", "The service failed."))
            }
            What::Slow { milliseconds } => {
                let answer = whole(effect());
                Answer { delay: answer.delay + Duration::from_millis(milliseconds.into()), ..answer }
            }
            What::Truncated { bytes } => Answer { way: Way::Truncated(bytes), ..whole(effect()) },
            What::Html { status } => whole(page(status, "text/html; charset=UTF-8", MAINTENANCE)),
        }
    }
}

/// What hosts show while they are worked on.
const MAINTENANCE: &str = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Briefly \
                           unavailable for scheduled maintenance.</h1></body></html>\n";

fn whole(response: Response<Bytes>) -> Answer {
    let delay = response.extensions().get::<Takes>().map_or(Duration::ZERO, |takes| takes.0);
    Answer { response, delay, way: Way::Whole }
}

fn dropped() -> Answer {
    Answer { way: Way::Dropped, ..whole(Response::new(Bytes::new())) }
}

fn page(status: u16, content_type: &'static str, body: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn rate_limited(retry_after_seconds: Option<u32>) -> Response<Bytes> {
    let mut response = page(429, "text/plain; charset=UTF-8", "Too many requests.");
    if let Some(seconds) = retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
