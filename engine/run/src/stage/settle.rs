//! Gathers what became of a batch's records into one transaction.
//!
//! Every record ends in exactly one of the nine statuses: [`Draft::commit`] refuses a batch whose statuses
//! do not sum up to its records.

use super::{Fault, deliver, effect::End, link::Resolution};
use crate::{
    error::RunError,
    event::Event,
    failpoint::failpoint,
    invariants,
    key::RecordKey,
    lease::Guard,
    report::Tally,
    state::{
        Action, AuditEntry, Counts, CursorRow, Dirty, DirtyReason, FailedRecord, Intent, Known, Link,
        Settlement, Status,
    },
    work::Work,
};
use engine_contract::{Change, ConnectorError, Op};
use engine_plan::{Entity, Item};
use std::collections::BTreeMap;

/// A settlement in the making.
pub(crate) struct Draft<'a> {
    work: &'a Work,
    entity: &'a Entity,
    settlement: Settlement,
    counts: Counts,
    /// Items whose effects are on their way.
    expected: BTreeMap<String, (Option<Item>, Known)>,
    events: Vec<Event>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(work: &'a Work, entity: &'a Entity) -> Self {
        let settlement =
            Settlement { run: work.run_id.clone(), entity: entity.name.clone(), ..Settlement::default() };
        Self {
            work,
            entity,
            settlement,
            counts: Counts::default(),
            expected: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn entity(&self) -> &'a Entity {
        self.entity
    }

    /// These source records were looked at: what an earlier run noted about them is void.
    pub(crate) fn saw(&mut self, source_keys: impl Iterator<Item = String>) {
        self.settlement.seen.extend(source_keys);
    }

    pub(crate) fn read(&mut self, records: usize) {
        self.counts.read += records as u64;
    }

    /// The whole source was read: broken places that were not met again are mended.
    pub(crate) fn clear_broken(&mut self) {
        self.settlement.clear_broken = true;
    }

    /// A record ended without an effect.
    pub(crate) fn ended(&mut self, item: &Item, status: Status) {
        self.count(status);
        self.settlement.well.push(item.key.clone());
    }

    /// A record waits: for its parent.
    pub(crate) fn held(&mut self, resolution: Resolution) {
        if let Resolution::Held(hold) = resolution {
            self.count(Status::Held);
            self.settlement.holds.push(hold);
        }
    }

    /// A record waits: its last effect is still open, and a newer version was skipped.
    pub(crate) fn wait(&mut self, key: &str, source_key: &str) {
        self.count(Status::Held);
        self.dirty(key, source_key, DirtyReason::Skipped);
    }

    /// A rule forbids the write.
    pub(crate) fn blocked(&mut self, item: &Item, known: &Known, fault: Fault) {
        self.count(Status::Blocked);
        self.fail(&Subject::from(item), known, fault, 0);
    }

    /// A record could not be mapped, linked or encoded.
    pub(crate) fn refused(&mut self, item: &Item, known: &Known, fault: Fault) {
        self.count(Status::Failed);
        self.fail(&Subject::from(item), known, fault, 0);
    }

    /// An effect was decided, and may not be sent.
    pub(crate) fn not_sent(&mut self, effect: &deliver::Effect, fault: Fault, status: Status) {
        self.count(status);
        let subject = effect.item.as_ref().map_or_else(|| Subject::from(&effect.link), Subject::from);
        self.fail(&subject, &effect.known, fault, 0);
    }

    /// A place of the source could not be read as a record.
    pub(crate) fn broken(&mut self, key: String, error: &ConnectorError) {
        self.count(Status::Failed);
        let fault = Fault { retry: false, ..Fault::from(error) };
        let mut failed = self.failed_record(&key, &key, fault, &Known::default());
        failed.broken = true;
        failed.origin = key;
        self.push_failed(failed);
    }

    /// An effect is on its way for this record.
    pub(crate) fn expect(&mut self, key: String, item: Option<Item>, known: Known) {
        self.expected.insert(key, (item, known));
    }

    /// An effect came to its end.
    pub(crate) fn end(&mut self, intent: Intent, end: End) {
        let (item, known) = self.expected.remove(&intent.link.record.key).unwrap_or_default();
        let key = intent.link.record.clone();
        if !deliver::stays_open(&end) {
            self.settlement.closed.push(key.clone());
        }
        match end {
            End::Applied(applied) if applied.change == Change::Superseded => {
                self.count(Status::Failed);
                self.audit(&intent, Action::Refused(intent.op), intent.link.target_id.clone());
                self.fail(&subject(item.as_ref(), &intent), &known, superseded(), 0);
            }
            End::Applied(applied) => {
                let status = match intent.op {
                    Op::Create => Status::Created,
                    Op::Update => Status::Updated,
                    Op::Delete => Status::Deleted,
                };
                self.count(status);
                self.settlement.well.push(key.key);
                self.audit(&intent, Action::Applied(intent.op), Some(applied.target_id.clone()));
                let mut link = intent.link;
                link.target_id = (intent.op != Op::Delete).then_some(applied.target_id);
                link.target_token = applied.token;
                self.settlement.links.push(link);
            }
            End::Refused(error) => {
                self.count(Status::Failed);
                self.audit(&intent, Action::Refused(intent.op), intent.link.target_id.clone());
                // A refusal that may pass was no answer to the content: the same key is good again.
                let generation = if error.is_transient() { 0 } else { intent.link.generation };
                self.fail(&subject(item.as_ref(), &intent), &known, Fault::from(&error), generation);
            }
            End::Open => self.unknown(intent, item.as_ref(), &known),
            End::Unsent => {
                self.count(Status::Held);
                self.dirty(&intent.link.record.key, &intent.link.source_key, DirtyReason::Unsent);
            }
        }
    }

    /// Nobody can say yet what became of an effect.
    fn unknown(&mut self, intent: Intent, item: Option<&Item>, known: &Known) {
        self.count(Status::Failed);
        let fault = Fault {
            code: "effect/unknown-outcome".to_owned(),
            message: "the target did not answer; the next run finds out what became of it".to_owned(),
            place: None,
            retry: true,
        };
        self.fail(&subject(item, &intent), known, fault, 0);
        if deliver::keeps_intents(self.work) {
            self.settlement.open.push(intent);
        }
    }

    fn count(&mut self, status: Status) {
        self.counts.mapped += 1;
        self.counts.add(status);
    }

    fn dirty(&mut self, key: &str, source_key: &str, reason: DirtyReason) {
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

    fn fail(&mut self, subject: &Subject, known: &Known, fault: Fault, generation: i64) {
        let mut failed = self.failed_record(&subject.key, &subject.source_key, fault, known);
        failed.origin.clone_from(&subject.origin);
        failed.payload = subject.payload.clone();
        failed.generation = failed.generation.max(generation);
        self.push_failed(failed);
    }

    fn failed_record(&self, key: &str, source_key: &str, fault: Fault, known: &Known) -> FailedRecord {
        let prior = known.failure.as_ref();
        FailedRecord {
            record: RecordKey { entity: self.entity.name.clone(), key: key.to_owned() },
            source_key: source_key.to_owned(),
            origin: String::new(),
            code: fault.code,
            message: fault.message,
            place: fault.place,
            retry: fault.retry,
            broken: false,
            first_at: prior.map_or_else(|| self.work.context.clock.now(), |failure| failure.first_at),
            attempts: prior.map_or(1, |failure| failure.attempts + 1),
            generation: prior.map_or(0, |failure| failure.generation),
            mapping_hash: self.entity.mapping_hash.clone(),
            payload: bytes::Bytes::new(),
        }
    }

    fn push_failed(&mut self, failed: FailedRecord) {
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
        invariants::run_equation(&self.entity.name, &self.counts)?;
        self.settlement.at = self.work.context.clock.now();
        self.settlement.cursor = cursor;
        self.settlement.counts = self.counts.clone();
        failpoint!("settle.commit");
        self.work.store.settle(&guard.lease(), self.settlement).await?;
        failpoint!("settle.committed");
        let counts = tally.add(&self.entity.name, &self.counts, &self.events);
        for event in self.events {
            self.work.observer.notice(event);
        }
        self.work.observer.notice(Event::EntityProgress { entity: self.entity.name.clone(), counts });
        Ok(())
    }
}

/// What a failed record is about.
struct Subject {
    key: String,
    source_key: String,
    origin: String,
    payload: bytes::Bytes,
}

impl From<&Item> for Subject {
    fn from(item: &Item) -> Self {
        Self {
            key: item.key.clone(),
            source_key: item.source.key.clone(),
            origin: item.source.origin.clone(),
            payload: item.source.record.as_bytes().clone(),
        }
    }
}

impl From<&Link> for Subject {
    /// What is known when the record itself is not at hand.
    fn from(link: &Link) -> Self {
        Self {
            key: link.record.key.clone(),
            source_key: link.source_key.clone(),
            origin: String::new(),
            payload: bytes::Bytes::new(),
        }
    }
}

/// The item, or what the intent knows of it.
fn subject(item: Option<&Item>, intent: &Intent) -> Subject {
    item.map_or_else(|| Subject::from(&intent.link), Subject::from)
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
