//! Gathers what became of a batch's records into one transaction.
//!
//! Every record ends in exactly one of the nine statuses: [`Draft::commit`] refuses a batch whose statuses
//! do not sum up to the records that came in. A record whose effect was decided and came to no end is marked,
//! so that a run that stops anywhere forgets nothing.

mod both;
mod sought;

use super::{Fault, effect::End, failing::Judge, intent::Effect};
pub(crate) use sought::blank;

use crate::{
    error::RunError,
    event::Event,
    failpoint::failpoint,
    invariants,
    key::RecordKey,
    lease::{Guard, later},
    merge::Pair,
    options::Mechanism,
    report::Tally,
    state::{
        Action, AuditEntry, Counts, CursorRow, Dirty, DirtyReason, FailedRecord, FailedState, Hold, Intent,
        Known, Link, Settlement, Status,
    },
    window,
    work::Work,
};
use engine_contract::{Applied, Change, ConnectorError, ContentHash, ErrorKind, Op};
use engine_plan::{Entity, HOLD_FOR, Item, WhenClosed};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A settlement in the making.
pub(crate) struct Draft<'a> {
    work: &'a Work,
    entity: &'a Entity,
    settlement: Settlement,
    counts: Counts,
    /// Records whose effects are on their way, by key.
    expected: BTreeMap<String, Expected>,
    /// What is kept beside the links of records that flow both ways, by key.
    pairs: BTreeMap<String, Pair>,
    events: Vec<Event>,
}

/// A record whose effect was decided.
struct Expected {
    link: Link,
    item: Option<Item>,
    known: Known,
}

/// What a failed record is about.
struct Subject {
    key: String,
    source_key: String,
    origin: String,
    payload: bytes::Bytes,
    mapping_hash: String,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(work: &'a Work, entity: &'a Entity) -> Self {
        let settlement = Settlement {
            run: work.run_id.clone(),
            entity: entity.name.clone(),
            actor: work.actor.clone(),
            fingerprint: Some(work.blueprint.fingerprint.clone()),
            confirmation: work.confirmation.clone(),
            ..Settlement::default()
        };
        let (counts, expected, events) = (Counts::default(), BTreeMap::new(), Vec::new());
        Self { work, entity, settlement, counts, expected, pairs: BTreeMap::new(), events }
    }

    pub(crate) fn entity(&self) -> &'a Entity {
        self.entity
    }

    /// So many source records were read.
    pub(crate) fn read(&mut self, records: usize) {
        self.counts.read += records as u64;
    }

    /// So many records came in, each of which must end in one status.
    pub(crate) fn take_in(&mut self, records: usize) {
        self.counts.mapped += records as u64;
    }

    /// These source records were looked at: what an earlier run noted about them is void.
    pub(crate) fn saw(&mut self, source_keys: impl Iterator<Item = String>) {
        self.settlement.seen.extend(source_keys);
    }

    /// The whole source was read: what was marked before and not met again is mended or gone.
    pub(crate) fn read_whole(&mut self) {
        self.settlement.whole = true;
    }

    /// A read of everything did not meet the records of these links, and the source does not have them.
    pub(crate) fn missing(&mut self, links: Vec<Link>) {
        self.settlement.missing.extend(links.into_iter().map(|link| link.record.key));
    }

    /// Records that were missing once are there again, or nothing is left to be missed.
    pub(crate) fn found(&mut self, keys: Vec<String>) {
        self.settlement.found.extend(keys);
    }

    /// A record ended without an effect.
    pub(crate) fn ended(&mut self, item: &Item, status: Status) {
        self.counts.add(status);
        self.settlement.well.push(item.key.clone());
    }

    /// A record waits for its parent.
    pub(crate) fn held(&mut self, hold: Hold) {
        self.counts.add(Status::Held);
        self.settlement.holds.push(hold);
    }

    /// A record has waited too long for its parent, and goes on waiting as a failed record.
    pub(crate) fn expired(&mut self, item: &Item, known: &Known, hold: Hold, fault: Fault) {
        self.settlement.holds.push(hold);
        self.failed(item, known, fault, Status::Failed);
    }

    /// A record waits: its last effect is still open, and a newer version was skipped; or its parent is on its way.
    pub(crate) fn wait(&mut self, key: &str, source_key: &str) {
        self.counts.add(Status::Held);
        self.dirty(key, source_key, DirtyReason::Skipped);
    }

    /// A record cannot go on.
    pub(crate) fn failed(&mut self, item: &Item, known: &Known, fault: Fault, status: Status) {
        let subject = self.subject(item);
        self.fail(&subject, known, fault, status);
    }

    /// A place of the source could not be read as a record.
    pub(crate) fn broken(&mut self, place: &str, error: &ConnectorError, known: Option<&Known>) {
        self.counts.mapped += 1;
        let subject = Subject {
            key: place.to_owned(),
            source_key: place.to_owned(),
            origin: place.to_owned(),
            payload: bytes::Bytes::new(),
            mapping_hash: self.entity.mapping_hash.clone(),
        };
        let fault = Fault { retry: false, ..Fault::from(error) };
        let unknown = Known::default();
        let mut failed = self.failed_record(&subject, fault, known.unwrap_or(&unknown));
        failed.broken = true;
        self.push_failed(failed, Status::Failed);
    }

    /// An effect was decided for a record.
    pub(crate) fn expect(&mut self, link: Link, item: Option<Item>, known: Known) {
        self.expected.insert(link.record.key.clone(), Expected { link, item, known });
    }

    /// An effect was decided, and may not be sent.
    pub(crate) fn not_sent(&mut self, effect: &Effect, fault: Fault, status: Status) {
        self.expected.remove(&effect.link.record.key);
        let subject = self.subject_of(effect.item.as_ref(), &effect.link);
        self.fail(&subject, &effect.known, fault, status);
        self.still_sought(&effect.link, &effect.known);
    }

    /// An object that was there before is linked as it is.
    pub(crate) fn adopted(&mut self, effect: Effect) {
        self.expected.remove(&effect.link.record.key);
        self.counts.add(Status::Unchanged);
        self.settlement.well.push(effect.link.record.key.clone());
        self.settlement.audit.push(AuditEntry {
            record: effect.link.record.clone(),
            action: Action::Adopted,
            target_object: effect.link.target_object.clone(),
            target_id: effect.link.target_id.clone(),
            content: effect.link.sent_hash,
        });
        self.settlement.links.push(effect.link);
    }

    /// An object holds already what it would get: its link is brought up to date, and nothing is sent.
    pub(crate) fn end_unchanged(&mut self, intent: Intent, there: Applied) {
        self.expected.remove(&intent.link.record.key);
        self.counts.add(Status::Unchanged);
        self.settlement.well.push(intent.link.record.key.clone());
        let (target_id, target_token) = (Some(there.target_id), there.token);
        self.settlement.links.push(Link { target_id, target_token, ..intent.link });
    }

    /// An effect came to its end.
    pub(crate) fn end(&mut self, intent: Intent, end: End) {
        let expected = self.expected.remove(&intent.link.record.key);
        let (item, known) =
            expected.map_or((None, Known::default()), |expected| (expected.item, expected.known));
        if !matches!(end, End::Open(_)) {
            self.settlement.closed.push(intent.link.record.clone());
        }
        match end {
            End::Applied(applied) if applied.change == Change::Superseded => {
                self.audit(&intent, Action::Refused(intent.op), intent.link.target_id.clone());
                let subject = self.subject_of(item.as_ref(), &intent.link);
                self.fail(&subject, &known, superseded(), Status::Failed);
            }
            End::Applied(applied) => {
                self.counts.add(match intent.op {
                    Op::Create => Status::Created,
                    Op::Update => Status::Updated,
                    Op::Delete | Op::Void | Op::Deactivate | Op::SoftDelete => Status::Deleted,
                });
                self.settlement.well.push(intent.link.record.key.clone());
                if intent.op.retires() {
                    self.settlement.found.push(intent.link.record.key.clone());
                }
                self.audit(&intent, Action::Applied(intent.op), Some(applied.target_id.clone()));
                let is_doubtful = self.may_be_of_before(&intent, &known);
                if item.is_none() && !intent.op.retires() || is_doubtful {
                    // An earlier run sent it. The record, or its parent, may have gone on without it since.
                    self.dirty(&intent.link.record.key, &intent.link.source_key, DirtyReason::Doubt);
                }
                let mut link = intent.link;
                link.target_id = (!intent.op.removes()).then_some(applied.target_id);
                link.target_token = applied.token;
                link.sent_hash = if is_doubtful { ContentHash::SOUGHT } else { link.sent_hash };
                self.settlement.links.push(link.clone());
                self.keep_pair(&link, intent.op);
            }
            End::Adopted(found) => {
                self.counts.add(Status::Unchanged);
                self.audit(&intent, Action::Adopted, Some(found.target_id.clone()));
                // What it holds is not what was mapped: the next run brings it up to date.
                self.dirty(&intent.link.record.key, &intent.link.source_key, DirtyReason::Doubt);
                let (target_id, target_token) = (Some(found.target_id), found.token);
                let sent_hash = ContentHash::UNKNOWN;
                self.settlement.links.push(Link { target_id, sent_hash, target_token, ..intent.link });
            }
            End::Refused(error) if error.kind() == ErrorKind::Closed => {
                self.closed(intent, &error, item.as_ref(), &known);
            }
            End::Refused(error) if error.kind() == ErrorKind::MissingParent => {
                self.without_parent(&intent, &error, item.as_ref(), &known);
            }
            End::Refused(error) => self.refused(&intent, &error, item.as_ref(), &known),
            End::Open(last) => self.open(intent, last.as_ref(), item.as_ref(), &known),
            End::Unsent => {
                self.counts.add(Status::Held);
                self.dirty(&intent.link.record.key, &intent.link.source_key, DirtyReason::Unsent);
                if item.is_some() {
                    self.still_sought(&intent.link, &known);
                }
            }
        }
    }

    /// The target refused an effect.
    fn refused(&mut self, intent: &Intent, error: &ConnectorError, item: Option<&Item>, known: &Known) {
        self.audit(intent, Action::Refused(intent.op), intent.link.target_id.clone());
        let subject = self.subject_of(item, &intent.link);
        self.fail(&subject, known, Fault::from(error), Status::Failed);
        // A refusal that may pass was no answer to the content: the same key is good again.
        if !error.is_transient() {
            self.spend(intent, item, known);
        }
    }

    /// What the record refers to is not in the target: the next run tries again. Once it has waited as long as a record
    /// waits for a parent of the pipeline's own, it counts as failed.
    fn without_parent(
        &mut self,
        intent: &Intent,
        error: &ConnectorError,
        item: Option<&Item>,
        known: &Known,
    ) {
        let since = known.failure.as_ref().map_or(Timestamp::MAX, |failure| failure.first_at);
        let waits = later(since, HOLD_FOR) > self.work.context.clock.now();
        self.audit(intent, Action::Refused(intent.op), intent.link.target_id.clone());
        let subject = self.subject_of(item, &intent.link);
        let status = if waits { Status::Held } else { Status::Failed };
        self.fail(&subject, known, Fault { retry: true, ..Fault::from(error) }, status);
        self.spend(intent, item, known);
    }

    /// The target takes no more changes of this object, because its period is closed: the record waits for a
    /// person, who opens the books or decides otherwise, or the change is left out.
    fn closed(&mut self, intent: Intent, error: &ConnectorError, item: Option<&Item>, known: &Known) {
        self.audit(&intent, Action::Refused(intent.op), intent.link.target_id.clone());
        match self.entity.write.when_closed {
            WhenClosed::Block => {
                let subject = self.subject_of(item, &intent.link);
                // Books are opened without a change of the record: it is tried again.
                self.fail(&subject, known, Fault { retry: true, ..Fault::from(error) }, Status::Blocked);
                self.spend(&intent, item, known);
            }
            WhenClosed::Skip => {
                self.counts.add(Status::Filtered);
                self.settlement.well.push(intent.link.record.key.clone());
                if item.is_none() && !intent.op.retires() {
                    self.dirty(&intent.link.record.key, &intent.link.source_key, DirtyReason::Doubt);
                }
                if intent.op == Op::Update {
                    // Left out for good: the same content is no change any more.
                    self.settlement.links.push(intent.link);
                } else {
                    self.spend(&intent, item, known);
                }
            }
        }
    }

    /// Nobody can say yet what became of an effect.
    fn open(&mut self, intent: Intent, last: Option<&ConnectorError>, item: Option<&Item>, known: &Known) {
        let fault = Fault {
            code: "effect/unknown-outcome".to_owned(),
            message: match last {
                Some(error) => format!("what became of it is not known yet: {error}"),
                None => "what became of it is not known yet".to_owned(),
            },
            place: None,
            retry: true,
        };
        let subject = self.subject_of(item, &intent.link);
        self.fail(&subject, known, fault, Status::Failed);
        if self.work.keeps_intents() {
            self.settlement.open.push(intent);
        } else if intent.link.target_id.is_some() {
            self.settlement.links.push(Link { sent_hash: ContentHash::UNKNOWN, ..intent.link });
        }
    }

    /// Records that an earlier run was sending when it ended: what the target holds of them is not known.
    pub(crate) fn doubt(&mut self, links: Vec<Link>) {
        for link in links {
            self.dirty(&link.record.key, &link.source_key, DirtyReason::Doubt);
            if link.target_id.is_some() {
                self.settlement.links.push(Link { sent_hash: ContentHash::UNKNOWN, ..link });
            }
        }
    }

    /// Links that lead nowhere any more. They come before those of the records that claim their objects.
    pub(crate) fn released(&mut self, links: Vec<Link>) {
        self.settlement.links.extend(links);
    }

    fn dirty(&mut self, key: &str, source_key: &str, reason: DirtyReason) {
        if reason != DirtyReason::Unsent && !self.work.options.keeps(Mechanism::DirtyMarks) {
            return;
        }
        let record = RecordKey { entity: self.entity.name.clone(), key: key.to_owned() };
        self.settlement.dirty.push(Dirty { record, source_key: source_key.to_owned(), reason });
    }

    fn audit(&mut self, intent: &Intent, action: Action, target_id: Option<String>) {
        self.settlement.audit.push(AuditEntry {
            record: intent.link.record.clone(),
            action,
            target_object: intent.link.target_object.clone(),
            target_id,
            content: intent.link.sent_hash,
        });
    }

    fn subject(&self, item: &Item) -> Subject {
        Subject {
            key: item.key.clone(),
            source_key: item.source.key.clone(),
            origin: item.source.origin.clone(),
            payload: item.source.record.as_bytes(),
            mapping_hash: self.entity.mapping_hash.clone(),
        }
    }

    /// The item, or what the link knows when the record itself is not at hand.
    fn subject_of(&self, item: Option<&Item>, link: &Link) -> Subject {
        let of_link = || Subject {
            key: link.record.key.clone(),
            source_key: link.source_key.clone(),
            origin: String::new(),
            payload: bytes::Bytes::new(),
            mapping_hash: link.mapping_hash.clone(),
        };
        item.map_or_else(of_link, |item| self.subject(item))
    }

    fn fail(&mut self, subject: &Subject, known: &Known, fault: Fault, status: Status) {
        let failed = self.failed_record(subject, fault, known);
        self.push_failed(failed, status);
    }

    fn failed_record(&self, subject: &Subject, fault: Fault, known: &Known) -> FailedRecord {
        let prior = known.failure.as_ref();
        let attempts = prior.map_or(1, |failure| failure.attempts.saturating_add(1));
        let (dead_after, is_asked) = (self.work.options.dead_after, self.work.is_asked());
        let (state, note) = Judge { dead_after, is_asked }.judge(&fault, attempts, prior);
        FailedRecord {
            record: RecordKey { entity: self.entity.name.clone(), key: subject.key.clone() },
            source_key: subject.source_key.clone(),
            origin: subject.origin.clone(),
            code: fault.code,
            message: fault.message,
            place: fault.place,
            retry: fault.retry,
            broken: false,
            first_at: prior.map_or_else(|| self.work.context.clock.now(), |failure| failure.first_at),
            attempts,
            mapping_hash: subject.mapping_hash.clone(),
            payload: subject.payload.clone(),
            state,
            note,
        }
    }

    /// A record that a person ignores is passed over as one that the pipeline does not want.
    fn push_failed(&mut self, failed: FailedRecord, status: Status) {
        if failed.state == Some(FailedState::Ignored) {
            self.counts.add(Status::Filtered);
            self.settlement.failed.push(failed);
            return;
        }
        self.counts.add(status);
        self.events.push(Event::RecordFailed {
            entity: failed.record.entity.clone(),
            origin: failed.origin.clone(),
            code: failed.code.clone(),
            message: failed.message.clone(),
            place: failed.place.clone(),
        });
        self.settlement.failed.push(failed);
    }

    /// Commits. The cursor moves only with a whole batch: pass none when the run stops.
    pub(crate) async fn commit(
        mut self,
        guard: &Guard,
        cursor: Option<CursorRow>,
        tally: &Tally,
    ) -> Result<(), RunError> {
        for Expected { link, .. } in std::mem::take(&mut self.expected).into_values() {
            self.counts.add(Status::Held);
            self.dirty(&link.record.key, &link.source_key, DirtyReason::Unsent);
        }
        invariants::run_equation(&self.entity.name, &self.counts)?;
        self.settlement.at = self.work.context.clock.now();
        self.settlement.cursor = cursor;
        self.settlement.cursor_shard = window::shard(self.work, self.entity);
        self.settlement.counts = self.counts.clone();
        failpoint!("settle.commit");
        if !self.work.options.keeps(Mechanism::OneCommit) {
            let closed = first_half(&mut self.settlement);
            self.work.store.settle(&guard.lease(), closed).await?;
        }
        self.work.store.settle(&guard.lease(), self.settlement).await?;
        failpoint!("settle.committed");
        let counts = tally.add(&self.entity.name, &self.counts, &self.events);
        for event in self.events {
            self.work.observer.notice(event);
        }
        self.work.observer.notice(Event::EntityProgress { entity: self.entity.name.clone(), counts });
        self.work.budget.check_failures(tally)
    }
}

/// What a settlement in two transactions would commit first. Only tests ask for it, to see that one is needed.
fn first_half(whole: &mut Settlement) -> Settlement {
    Settlement {
        run: whole.run.clone(),
        at: whole.at,
        entity: whole.entity.clone(),
        seen: std::mem::take(&mut whole.seen),
        closed: std::mem::take(&mut whole.closed),
        cursor: whole.cursor.take(),
        ..Settlement::default()
    }
}

/// The target holds something that was written under a later lease than ours.
fn superseded() -> Fault {
    Fault {
        code: "effect/superseded".to_owned(),
        message:
            "the target holds a newer revision than this engine can write: another state store writes there, \
                  or the clock went back"
                .to_owned(),
        place: None,
        retry: true,
    }
}
