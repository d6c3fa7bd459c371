//! What stays of what was decided about a failed record when it fails again.
//!
//! A record that a person ignores stays ignored as long as it fails for the same reason. One that might heal is dead once
//! it has been tried so often in vain: it is not tried again by itself any more, but for a change of the record or of the
//! mapping. A person brings it back, and it may be tried as often again.

use super::Fault;
use crate::state::{FailedState, PriorFailure};

/// The engine finds out by itself what became of an effect: that is never given up.
const NEVER_DEAD: &str = "effect/unknown-outcome";

/// How a failure is judged.
pub(crate) struct Judge {
    /// After how many tries a record that might heal is dead.
    pub(crate) dead_after: u32,
    /// A person asked for this try.
    pub(crate) is_asked: bool,
}

impl Judge {
    /// The state of a record that fails, for the `attempts`th time, and the note that stays with it.
    pub(crate) fn judge(
        &self,
        fault: &Fault,
        attempts: u32,
        prior: Option<&PriorFailure>,
    ) -> (Option<FailedState>, Option<String>) {
        let same = prior.filter(|prior| prior.code == fault.code);
        if let Some(ignored) = same.filter(|prior| prior.state == Some(FailedState::Ignored)) {
            return (ignored.state, ignored.note.clone());
        }
        if !fault.retry || fault.code == NEVER_DEAD {
            return (None, None);
        }
        let was_dead = same.is_some_and(|prior| prior.state == Some(FailedState::Dead));
        let is_dead = (was_dead && !self.is_asked) || attempts.is_multiple_of(self.dead_after.max(1));
        (is_dead.then_some(FailedState::Dead), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn fault(code: &str, retry: bool) -> Fault {
        Fault { code: code.to_owned(), message: String::new(), place: None, retry }
    }

    fn prior(code: &str, state: Option<FailedState>) -> PriorFailure {
        let note = state.map(|state| format!("said {}", state.as_str()));
        let (first_at, attempts, code) = (Timestamp::UNIX_EPOCH, 1, code.to_owned());
        PriorFailure { first_at, attempts, retry: true, code, state, note }
    }

    fn judged(fault: &Fault, attempts: u32, prior: &PriorFailure, is_asked: bool) -> Option<FailedState> {
        Judge { dead_after: 10, is_asked }.judge(fault, attempts, Some(prior)).0
    }

    #[test]
    fn an_ignored_record_stays_ignored_for_the_same_reason_only() {
        let ignored = prior("a/b", Some(FailedState::Ignored));
        let judge = Judge { dead_after: 10, is_asked: false };
        let (state, note) = judge.judge(&fault("a/b", true), 10, Some(&ignored));
        assert_eq!((state, note.as_deref()), (Some(FailedState::Ignored), Some("said ignored")));
        assert_eq!(judge.judge(&fault("a/c", false), 2, Some(&ignored)), (None, None));
    }

    #[test]
    fn what_might_heal_is_dead_after_so_many_tries_and_stays_so_until_a_person_asks() {
        let (open, dead) = (prior("a/b", None), prior("a/b", Some(FailedState::Dead)));
        let heals = fault("a/b", true);
        assert_eq!(judged(&heals, 9, &open, false), None);
        assert_eq!(judged(&heals, 10, &open, false), Some(FailedState::Dead));
        assert_eq!(judged(&heals, 11, &dead, false), Some(FailedState::Dead));
        assert_eq!(judged(&heals, 11, &dead, true), None, "it may be tried as often again");
        assert_eq!(judged(&heals, 20, &open, false), Some(FailedState::Dead));
        assert_eq!(judged(&fault("a/c", true), 11, &dead, false), None, "another reason");
        assert_eq!(judged(&fault("a/b", false), 10, &open, false), None, "it waits for a change anyway");
        let unknown = prior(NEVER_DEAD, None);
        assert_eq!(judged(&fault(NEVER_DEAD, true), 10, &unknown, false), None);
    }
}
