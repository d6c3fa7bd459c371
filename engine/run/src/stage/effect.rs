//! The effect protocol: drives writes to a known outcome, or leaves them as open intents.
//!
//! It alone sends and retries writes. A write whose answer is missing is resolved by the target's class:
//! the same request key again, the same guarded row again, or, once nothing can be under way any more, the same
//! row without a guard, or a search for the marker. What cannot be resolved now stays an intent for the next run.

use super::{adopt, extract::pause, intent::request_key, rename};
use crate::{
    error::RunError,
    failpoint::failpoint,
    fence::FencedTransport,
    lease::{Guard, later},
    options::Mechanism,
    plan::promise,
    state::Intent,
    work::Work,
};
use engine_contract::{
    Applied, Change, ConnectorError, Context, Current, EffectClass, ErrorKind, Lookup, Op, Outcome, Write,
};
use engine_plan::{Entity, NameTaken};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum End {
    Applied(Applied),
    /// An object that was there before has the name, and is taken over as it is.
    Adopted(Current),
    /// Nothing happened, and nothing will.
    Refused(ConnectorError),
    /// Nobody knows yet: the intent stays. With what was heard last.
    Open(Option<ConnectorError>),
    /// It was never sent.
    Unsent,
}

/// What this run has done about an intent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tried {
    /// Nothing yet.
    Not,
    /// It was sent.
    Sent,
    /// An earlier one was sent and refused for good, and this is another: there is nothing to wait for.
    Anew,
}

/// An intent on its way to the target.
pub(crate) struct Attempt {
    pub(crate) intent: Intent,
    /// An earlier send may have taken effect, or may still.
    pub(crate) unknown: bool,
    tried: Tried,
    /// An earlier send of this change may have taken effect, though it is sent again: until that has an end, nobody
    /// knows what the target holds.
    in_doubt: bool,
    /// The store holds a moment after which all is quiet, which the next send makes untrue.
    noted_quiet: bool,
    last: Option<ConnectorError>,
}

impl Attempt {
    /// A fresh intent, never sent.
    pub(crate) fn fresh(intent: Intent) -> Self {
        Self { intent, unknown: false, tried: Tried::Not, in_doubt: false, noted_quiet: false, last: None }
    }

    /// An intent that an earlier run left open.
    pub(crate) fn recovered(intent: Intent) -> Self {
        let noted_quiet = intent.quiet_after.is_some();
        Self { intent, unknown: true, tried: Tried::Not, in_doubt: false, noted_quiet, last: None }
    }

    /// What was sent before has not taken effect and will not: it is sent again, and then nothing is quiet.
    fn is_to_be_sent(&mut self) {
        self.unknown = false;
        self.intent.quiet_after = None;
    }
}

/// Sends the attempts of one entity.
pub(crate) struct Sender<'a> {
    work: &'a Work,
    guard: &'a Guard,
    entity: &'a Entity,
    /// The run's context, with a transport that sends only as long as the lease is ours.
    context: Context,
    /// Something stopped the run: nothing more is sent.
    halted: AtomicBool,
}

/// Attempts with their ends, and why no more were made.
pub(crate) type Driven = (Vec<(Intent, End)>, Option<RunError>);

impl<'a> Sender<'a> {
    pub(crate) fn new(work: &'a Work, guard: &'a Guard, entity: &'a Entity) -> Self {
        let http = Arc::new(FencedTransport::new(guard, &work.context));
        let context = Context { http, ..work.context.clone() };
        Self { work, guard, entity, context, halted: AtomicBool::new(false) }
    }

    /// Drives attempts, at most one call's worth, until each has an end.
    pub(crate) async fn drive(&self, mut open: Vec<Attempt>) -> Driven {
        let mut ended = Vec::with_capacity(open.len());
        let mut halt = None;
        for round in 1..=self.work.options.tries {
            let mut waiting = open.iter().filter(|attempt| attempt.tried != Tried::Anew);
            if let Some(error) = waiting.find_map(|attempt| attempt.last.as_ref()) {
                pause(self.work, &self.work.blueprint.target.connection, error, round).await;
            }
            if let Err(error) = self.round(&mut open, &mut ended).await {
                self.halted.store(true, Ordering::Relaxed);
                halt = Some(error);
                break;
            }
            if open.is_empty() || self.halted.load(Ordering::Relaxed) {
                break;
            }
        }
        if halt.is_none() && ended.is_empty() && self.work.is_guarded() {
            // One call is one transaction here: when none of it is known to have happened, nothing else will.
            halt = self.whole_call_failed(&open);
        }
        let unreachable = halt.is_none()
            && open.iter().any(|attempt| attempt.tried == Tried::Not && attempt.last.is_some());
        for attempt in open {
            if unreachable && halt.is_none() && attempt.tried == Tried::Not {
                halt = attempt.last.map(|error| self.target_error(error));
                self.halted.store(true, Ordering::Relaxed);
                let is_open = attempt.unknown || attempt.in_doubt;
                ended.push((attempt.intent, if is_open { End::Open(None) } else { End::Unsent }));
                continue;
            }
            ended.push(Self::give_up(attempt, halt.is_some()));
        }
        (ended, halt)
    }

    /// The error of a call that came to nothing for every write in it.
    fn whole_call_failed(&self, open: &[Attempt]) -> Option<RunError> {
        let first = open.first().filter(|_| open.iter().all(|attempt| attempt.unknown))?.last.as_ref()?;
        self.halted.store(true, Ordering::Relaxed);
        let error = ConnectorError::new(first.kind(), first.to_string()).with_retry(first.retry());
        Some(self.target_error(error))
    }

    /// The end of an attempt for which there is no further try. When the run stops, what was refused for the
    /// moment counts as never sent.
    fn give_up(attempt: Attempt, halted: bool) -> (Intent, End) {
        let is_open = attempt.unknown || attempt.in_doubt;
        let end = match (is_open, attempt.tried != Tried::Not && !halted, attempt.last) {
            (true, _, last) => End::Open(last),
            (false, true, Some(error)) => End::Refused(error),
            (false, ..) => End::Unsent,
        };
        (attempt.intent, end)
    }

    /// One try for every attempt that is still open.
    async fn round(&self, open: &mut Vec<Attempt>, ended: &mut Vec<(Intent, End)>) -> Result<(), RunError> {
        if self.halted.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.work.context.cancel.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        self.search(open, ended).await?;
        let (ready, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(open).into_iter().partition(|a| self.may_repeat(a));
        *open = waiting;
        let mut by_object: BTreeMap<String, Vec<Attempt>> = BTreeMap::new();
        for attempt in ready {
            by_object.entry(attempt.intent.link.target_object.clone()).or_default().push(attempt);
        }
        let mut failure = None;
        for attempts in by_object.into_values() {
            if failure.is_some() {
                open.extend(attempts);
                continue;
            }
            failure = self.send(attempts, open, ended).await.err();
        }
        failure.map_or(Ok(()), Err)
    }

    /// Whether sending again is safe for what is not known of this attempt.
    fn may_repeat(&self, attempt: &Attempt) -> bool {
        !attempt.unknown || !self.needs_quiet(attempt)
    }

    /// Whether what is not known of an attempt is settled only when nothing sent for it can take effect any more: a
    /// search before that is not final, and a row without a guard could still be overwritten by an older one.
    fn needs_quiet(&self, attempt: &Attempt) -> bool {
        match self.work.capabilities.effect_class {
            EffectClass::None => false,
            EffectClass::NaturalKey => !self.work.is_guarded(),
            EffectClass::Marker => true,
            EffectClass::IdempotencyKey => self.work.capabilities.key_horizon.is_some_and(|horizon| {
                self.work.context.clock.now() > later(attempt.intent.created_at, horizon)
            }),
        }
    }

    /// The moment after which nothing sent for this intent can take effect.
    fn quiet_after(&self, attempt: &Attempt) -> Timestamp {
        let settled = || self.guard.quiet_after(self.work.capabilities.settle);
        attempt.intent.quiet_after.unwrap_or_else(settled)
    }

    /// Waits until what is not known of attempts can be settled for good, as long as the run has patience; gives
    /// the moment that it waited for. What takes longer is left to a later run.
    async fn wait_for_quiet(&self, open: &mut [Attempt]) -> Result<Timestamp, RunError> {
        let now = self.work.context.clock.now();
        let mut until = now;
        for attempt in open.iter_mut().filter(|attempt| attempt.unknown && self.needs_quiet(attempt)) {
            // Kept with the intent: a run that does not wait so long must not make the next one begin anew.
            let quiet = self.quiet_after(attempt);
            attempt.intent.quiet_after = Some(quiet);
            if quiet <= later(now, self.work.options.patience) {
                until = until.max(quiet);
            }
        }
        if !self.work.options.keeps(Mechanism::Settle) {
            return Ok(Timestamp::MAX);
        }
        if until > now {
            let wait = std::time::Duration::try_from(until.duration_since(now)).unwrap_or_default();
            self.work.context.clock.sleep(wait).await;
            if self.work.context.clock.now() < until {
                // The wait was cut short: nothing is final yet.
                return Err(RunError::Cancelled);
            }
        }
        Ok(until)
    }

    /// Settles what is not known of attempts, once that is final: looks for the objects of creates that only a search
    /// can find, and lets the others be sent again.
    async fn search(&self, open: &mut Vec<Attempt>, ended: &mut Vec<(Intent, End)>) -> Result<(), RunError> {
        let quiet = self.wait_for_quiet(open).await?;
        // An upsert finds its object by itself.
        let is_upsert = self.work.capabilities.effect_class == EffectClass::NaturalKey;
        let mut lookups = Vec::new();
        for attempt in open.iter_mut().filter(|attempt| attempt.unknown && self.needs_quiet(attempt)) {
            if self.quiet_after(attempt) > quiet {
                continue;
            }
            if attempt.intent.op == Op::Create && !is_upsert {
                lookups.push(Lookup {
                    id: attempt.intent.link.record.key.clone(),
                    object: attempt.intent.link.target_object.clone(),
                    marker: attempt.intent.marker.clone(),
                    sent_after: Some(attempt.intent.created_at),
                    payload: attempt.intent.payload.clone(),
                });
            } else {
                // A change, a delete or an upsert may be repeated once nothing older can arrive after it.
                attempt.is_to_be_sent();
                attempt.in_doubt = true;
            }
        }
        if lookups.is_empty() {
            return Ok(());
        }
        let found = match self.work.target.lookup(&self.work.context, &lookups).await {
            Ok(found) => found,
            Err(error) if error.is_transient() => return Ok(()),
            Err(error) => return Err(self.target_error(error)),
        };
        let mut found: BTreeMap<String, _> = found.into_iter().collect();
        for mut attempt in std::mem::take(open) {
            let hits = if attempt.unknown { found.remove(&attempt.intent.link.record.key) } else { None };
            match hits.map(|hits| hits.into_iter().min_by(|a, b| a.target_id.cmp(&b.target_id))) {
                Some(Some(hit)) => {
                    let applied =
                        Applied { target_id: hit.target_id, token: hit.token, change: Change::Created };
                    ended.push((attempt.intent, End::Applied(applied)));
                }
                Some(None) => {
                    attempt.is_to_be_sent();
                    open.push(attempt);
                }
                None => open.push(attempt),
            }
        }
        Ok(())
    }

    /// Sends the attempts of one target object in one call.
    async fn send(
        &self,
        mut attempts: Vec<Attempt>,
        open: &mut Vec<Attempt>,
        ended: &mut Vec<(Intent, End)>,
    ) -> Result<(), RunError> {
        let stop = match self.prepare(&mut attempts).await {
            Ok(true) => None,
            Ok(false) => Some(self.lease_lost()),
            Err(error) => Some(error),
        };
        if let Some(error) = stop {
            open.extend(attempts);
            return Err(error);
        }
        let writes: Vec<Write> = attempts.iter().map(|attempt| self.write(&attempt.intent)).collect();
        failpoint!("deliver.send");
        let answers = match self.work.target.write(&self.context, &writes).await {
            Ok(answers) => answers,
            Err(error) => {
                let transient = error.is_transient();
                let message = error.to_string();
                let (kind, retry) = (error.kind(), error.retry());
                for mut attempt in attempts {
                    attempt.last = Some(ConnectorError::new(kind, message.clone()).with_retry(retry));
                    open.push(attempt);
                }
                return if transient { Ok(()) } else { Err(self.target_error(error)) };
            }
        };
        failpoint!("deliver.answered");
        let mut answers: BTreeMap<String, Outcome> = answers.into_iter().collect();
        for mut attempt in attempts {
            attempt.tried = Tried::Sent;
            let missing =
                || Outcome::Unknown(ConnectorError::new(ErrorKind::Protocol, "the answer leaves it out"));
            let answer = answers.remove(&attempt.intent.link.record.key).unwrap_or_else(missing);
            match self.judge(attempt, answer).await? {
                Ok(end) => ended.push(end),
                Err(again) => open.push(again),
            }
        }
        Ok(())
    }

    /// Readies the store and the lease for a send: `false` when the lease is lost.
    async fn prepare(&self, attempts: &mut [Attempt]) -> Result<bool, RunError> {
        let mut loud = Vec::new();
        for attempt in attempts.iter_mut().filter(|attempt| attempt.noted_quiet) {
            attempt.noted_quiet = false;
            attempt.intent.quiet_after = None;
            loud.push(attempt.intent.clone());
        }
        if !loud.is_empty() {
            self.work.store.commit_intents(&self.guard.lease(), loud).await?;
        }
        Ok(self.guard.may_send().await?)
    }

    /// What an answer means: an end, or another try.
    async fn judge(
        &self,
        mut attempt: Attempt,
        answer: Outcome,
    ) -> Result<Result<(Intent, End), Attempt>, RunError> {
        match answer {
            Outcome::Applied(applied) => Ok(Ok((attempt.intent, End::Applied(applied)))),
            Outcome::NotApplied(error)
                if error.kind() == ErrorKind::Stale && attempt.intent.op != Op::Create =>
            {
                if self.work.way_back(self.entity).is_some() {
                    // Somebody changed the object since both were put together: the next run does that anew.
                    return Ok(Ok((attempt.intent, End::Unsent)));
                }
                if let Some(stale) = promise::refused(self.work) {
                    return Ok(Ok((attempt.intent, End::Refused(stale))));
                }
                self.rebase(attempt, error).await
            }
            Outcome::NotApplied(error) if error.kind() == ErrorKind::Duplicate => {
                self.name_is_taken(attempt, error).await
            }
            Outcome::NotApplied(error) if error.is_transient() => {
                // It speaks of this send only: what an earlier one did stays unknown.
                attempt.last = Some(error);
                Ok(Err(attempt))
            }
            Outcome::NotApplied(error) => Ok(Ok((attempt.intent, End::Refused(error)))),
            Outcome::Unknown(error) => {
                attempt.unknown = true;
                attempt.intent.attempts = attempt.intent.attempts.saturating_add(1);
                let quiet = later(self.work.context.clock.now(), self.work.capabilities.settle);
                attempt.intent.quiet_after = Some(quiet);
                attempt.last = Some(error);
                Ok(Err(attempt))
            }
        }
    }

    /// The object changed since its token was read: takes the present token and tries again, under a key of
    /// its own, because the service may remember its refusal.
    async fn rebase(
        &self,
        mut attempt: Attempt,
        stale: ConnectorError,
    ) -> Result<Result<(Intent, End), Attempt>, RunError> {
        let link = &attempt.intent.link;
        let Some(id) = link.target_id.clone() else { return Ok(Ok((attempt.intent, End::Refused(stale)))) };
        let (ids, match_on) = ([id], &attempt.intent.match_on);
        match self.work.target.read_back(&self.work.context, &link.target_object, match_on, &ids).await {
            Ok(current) => {
                let Some(current) = current.into_iter().next() else {
                    if attempt.intent.op.retires() {
                        let target_id = attempt.intent.link.target_id.clone().unwrap_or_default();
                        let applied = Applied { target_id, token: None, change: Change::Deleted };
                        return Ok(Ok((attempt.intent, End::Applied(applied))));
                    }
                    let gone = ConnectorError::new(ErrorKind::NotFound, "the target object is gone");
                    return Ok(Ok((attempt.intent, End::Refused(gone))));
                };
                let mut intent = attempt.intent.clone();
                intent.link.target_token = current.token;
                intent.request_key = request_key(self.work, &intent);
                self.again(attempt, intent, stale).await
            }
            Err(error) => {
                attempt.unknown = true;
                attempt.last = Some(error);
                Ok(Err(attempt))
            }
        }
    }

    /// Another object has the name: takes another one, or takes the other object, as the policy says.
    async fn name_is_taken(
        &self,
        attempt: Attempt,
        refusal: ConnectorError,
    ) -> Result<Result<(Intent, End), Attempt>, RunError> {
        let intent = &attempt.intent;
        if let Some(renamed) = rename::renamed(self.work, self.entity, intent) {
            return self.again(attempt, renamed, refusal).await;
        }
        let adopts = self.entity.write.name_taken == NameTaken::Adopt && intent.op == Op::Create;
        let found = if adopts {
            adopt::namesake(self.work, &intent.link.target_object, &intent.payload).await?
        } else {
            None
        };
        let end = found.map_or(End::Refused(refusal), End::Adopted);
        Ok(Ok((attempt.intent, end)))
    }

    /// Another try with an intent of its own, because the service has refused the last for good: it is
    /// committed before it is sent.
    async fn again(
        &self,
        mut attempt: Attempt,
        intent: Intent,
        refusal: ConnectorError,
    ) -> Result<Result<(Intent, End), Attempt>, RunError> {
        attempt.intent = intent;
        (attempt.unknown, attempt.tried) = (false, Tried::Anew);
        attempt.last = Some(refusal.with_retry(engine_contract::Retry::Soon));
        self.work.store.commit_intents(&self.guard.lease(), vec![attempt.intent.clone()]).await?;
        Ok(Err(attempt))
    }

    fn write(&self, intent: &Intent) -> Write {
        let (mut request_key, mut marker) = (intent.request_key.clone(), intent.marker.clone());
        if !self.work.options.keeps(Mechanism::StableKeys) {
            request_key = self.work.context.random_id();
            marker = self.work.context.random_id();
        }
        let is_guarded = self.work.options.keeps(Mechanism::VersionGuard);
        Write {
            id: intent.link.record.key.clone(),
            op: intent.op,
            object: intent.link.target_object.clone(),
            payload: intent.payload.clone(),
            match_on: intent.match_on.clone(),
            target_id: intent.link.target_id.clone().filter(|_| intent.op != Op::Create),
            token: intent.link.target_token.clone().filter(|_| is_guarded),
            request_key,
            marker,
            revision: if is_guarded { intent.revision } else { 0 },
        }
    }

    fn target_error(&self, error: ConnectorError) -> RunError {
        RunError::target(&self.work.blueprint, error)
    }

    fn lease_lost(&self) -> RunError {
        let key = self.guard.lease().key;
        RunError::LeaseLost { pipeline: key.scope.pipeline, group: key.group }
    }
}
