//! Which requests fail, and how.

use http::{Method, Uri};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The faults of a service, readable from TOML and JSON.
///
/// ```toml
/// seed = 7
/// clock_shift_seconds = -40
///
/// [[fault]]
/// what = { rate_limited = { retry_after_seconds = 2 } }
/// on = { probability = 0.05, path = "/orders" }
///
/// [[fault]]
/// what = { server_error = { status = 503 } }
/// on = { during = [{ from = "2026-11-23T02:00:00Z", until = "2026-11-23T02:30:00Z" }] }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Which requests the probabilities hit: another seed hits others.
    #[serde(default)]
    pub seed: u64,
    /// How far the service's clock is ahead of the real one, in seconds; negative when it is behind.
    #[serde(default)]
    pub clock_shift_seconds: i64,
    /// The faults. The first one that matches a request happens, and no other.
    #[serde(default)]
    pub fault: Vec<Fault>,
}

/// One fault and the requests that it happens to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub what: What,
    /// To which requests; by default to all.
    #[serde(default)]
    pub on: Trigger,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// The connection closes; the service has seen nothing.
    DropBeforeEffect,
    /// The service does what was asked; the connection closes without an answer.
    DropAfterEffect,
    /// The connection closes at once, and the service does what was asked some time later.
    LateEffect {
        /// After how many milliseconds.
        after_milliseconds: u32,
    },
    /// 429 without an effect.
    RateLimited {
        /// The header Retry-After, in seconds; none when absent.
        #[serde(default)]
        retry_after_seconds: Option<u32>,
    },
    /// An error of the service.
    ServerError {
        /// 500 or 503, for example.
        #[serde(default = "internal")]
        status: u16,
        /// Whether the service had done what was asked.
        #[serde(default)]
        after_effect: bool,
    },
    /// The answer takes its time.
    Slow {
        /// How many milliseconds.
        milliseconds: u32,
    },
    /// The service does what was asked; the connection closes within the body.
    Truncated {
        /// After how many bytes.
        bytes: usize,
    },
    /// A page for people in place of JSON, without an effect.
    Html {
        /// The status of the page: hosts show 200, 403 and 503.
        #[serde(default = "unavailable")]
        status: u16,
    },
}

fn internal() -> u16 {
    500
}

fn unavailable() -> u16 {
    503
}

/// To which requests a fault happens: to those that everything given here is true of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The share of the requests, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The numbers of the requests, the first one being 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<u64>,
    /// A part of the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The methods, in capitals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// The times, by the real clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub during: Vec<Window>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

/// What a plan decides by.
pub(super) struct Facts<'a> {
    pub(super) number: u64,
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) now: Timestamp,
}

impl FaultPlan {
    /// What happens to a request: the same for the same number, whatever came before.
    pub(super) fn decide(&self, facts: &Facts<'_>) -> Option<&What> {
        let hit = |(index, fault): &(u64, &Fault)| fault.on.matches(facts, self.seed, *index);
        (0..).zip(&self.fault).find(hit).map(|(_, fault)| &fault.what)
    }
}

impl Trigger {
    fn matches(&self, facts: &Facts<'_>, seed: u64, index: u64) -> bool {
        let Self { probability, requests, path, methods, during } = self;
        (requests.is_empty() || requests.contains(&facts.number))
            && path.as_ref().is_none_or(|part| facts.uri.path().contains(part))
            && (methods.is_empty() || methods.iter().any(|method| method == facts.method.as_str()))
            && (during.is_empty()
                || during.iter().any(|time| time.from <= facts.now && facts.now < time.until))
            && probability.is_none_or(|probability| draw(seed, index, facts.number) < probability)
    }
}

/// A number from 0 up to 1 that only looks random.
fn draw(seed: u64, index: u64, number: u64) -> f64 {
    let mut hash = Sha256::new();
    for part in [seed, index, number] {
        hash.update(part.to_be_bytes());
    }
    let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}
