//! A login that waits for its answer. An answer counts when it carries the state that this login sent out, once, and
//! within ten minutes: whatever else arrives was begun by somebody else, and is refused.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How long an answer is waited for.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Why an answer does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It has no state, or one that no login here has sent out.
    #[error("the answer belongs to no login that waits here")]
    NotOurs,
    /// Its state was used before.
    #[error("the answer was used already")]
    Used,
    /// It came too late, or not at all.
    #[error("the login took longer than ten minutes")]
    Late,
    /// The person or the service said no.
    #[error("the service refused: {0}")]
    Denied(String),
    /// The person chose another account than the connection's.
    #[error("another account was chosen: `{0}` is not that of the connection")]
    OtherAccount(String),
    /// It does not carry what the service promises.
    #[error("the answer has no `{0}`")]
    Missing(String),
}

/// A login that waits.
pub(crate) struct Pending {
    state: String,
    expects: Option<(String, String)>,
    until: Timestamp,
    is_used: bool,
}

impl Pending {
    /// Waits, from `now` on, for the answer to `state`; with a parameter that must have a value, where there is one.
    pub(crate) fn new(state: &str, expects: Option<(String, String)>, now: Timestamp) -> Self {
        let until = now.checked_add(PATIENCE).unwrap_or(Timestamp::MAX);
        Self { state: state.to_owned(), expects, until, is_used: false }
    }

    /// Until when an answer counts.
    pub(crate) fn until(&self) -> Timestamp {
        self.until
    }

    /// The code in an answer, by the query of the address to which the service sent the browser.
    pub(crate) fn accept(&mut self, query: &str, now: Timestamp) -> Result<String, Refusal> {
        let answer: BTreeMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let state = answer.get("state").map(String::as_str).unwrap_or_default();
        // Hashes are compared in constant time: how near a guess came does not show.
        if blake3::hash(state.as_bytes()) != blake3::hash(self.state.as_bytes()) {
            return Err(Refusal::NotOurs);
        }
        if self.is_used {
            return Err(Refusal::Used);
        }
        self.is_used = true;
        if now >= self.until {
            return Err(Refusal::Late);
        }
        if let Some(error) = answer.get("error") {
            return Err(Refusal::Denied(word(error)));
        }
        if let Some((name, value)) = &self.expects {
            match answer.get(name) {
                Some(given) if given == value => {}
                Some(_) => return Err(Refusal::OtherAccount(name.clone())),
                None => return Err(Refusal::Missing(name.clone())),
            }
        }
        answer
            .get("code")
            .filter(|code| !code.is_empty())
            .cloned()
            .ok_or_else(|| Refusal::Missing("code".to_owned()))
    }
}

/// An error code as RFC 6749 has them, `access_denied`; nothing else of an answer is repeated.
fn word(error: &str) -> String {
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    if error.len() <= 40 && error.chars().all(is_word) {
        error.to_owned()
    } else {
        "no reason given".to_owned()
    }
}
