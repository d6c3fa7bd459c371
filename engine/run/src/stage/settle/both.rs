//! What becomes of records that flow both ways.

use super::Draft;
use crate::{
    key::RecordKey,
    merge::{self, Pair},
    stage::intent::Effect,
    state::{Conflict, ConflictField, DirtyReason, Link, Status},
};
use engine_contract::{ContentHash, Op};

impl Draft<'_> {
    /// What is kept beside a link once its effect is applied.
    pub(crate) fn pair(&mut self, key: &str, pair: Pair) {
        self.pairs.insert(key.to_owned(), pair);
    }

    /// An effect that is not to be sent after all.
    pub(crate) fn ended_effect(&mut self, effect: &Effect, status: Status) {
        self.expected.remove(&effect.link.record.key);
        self.counts.add(status);
        self.settlement.well.push(effect.link.record.key.clone());
    }

    /// An effect that waits for the next run.
    pub(crate) fn leave(&mut self, effect: &Effect) {
        self.expected.remove(&effect.link.record.key);
        self.counts.add(Status::Held);
        self.dirty(&effect.link.record.key, &effect.link.source_key, DirtyReason::Skipped);
        self.still_sought(&effect.link, &effect.known);
    }

    /// The target has what the source says, or what it has counts: the link forward is brought up to date.
    pub(crate) fn merged(&mut self, effect: Effect, pair: Pair) {
        self.ended_effect(&effect, Status::Unchanged);
        self.settlement.links.push(effect.link);
        self.keep(pair);
    }

    /// Nothing is to be carried back.
    pub(crate) fn merged_back(&mut self, effect: &Effect, pair: Pair) {
        self.ended_effect(effect, Status::Unchanged);
        self.keep(pair);
    }

    /// Both sides changed a field, and a person is to decide: neither is written.
    pub(crate) fn conflicting(&mut self, effect: &Effect, record: RecordKey, fields: Vec<ConflictField>) {
        self.ended_effect(effect, Status::Conflict);
        if effect.is_adopted {
            // They are one, whoever is right.
            self.settlement.links.push(Link { sent_hash: ContentHash::UNKNOWN, ..effect.link.clone() });
        }
        // The source's key of a record that flows both ways is its key.
        let source_key = record.key.clone();
        self.settlement.conflicts.push(Conflict { record, source_key, fields });
    }

    /// An effect is applied: what both sides hold now is kept with its link.
    pub(super) fn keep_pair(&mut self, link: &Link, op: Op) {
        let pair = self.pairs.remove(&link.record.key);
        // Also without what the run knew that sent it: the pair must not be made a second time.
        if let (Op::Create, Some(back)) = (op, &self.entity.back) {
            self.settlement.links.extend(merge::born((self.work, self.entity), back, link));
        }
        if let Some(pair) = pair {
            self.keep(pair);
        } else if self.work.way_back(self.entity).is_some() && op == Op::Update {
            // Sent by a run that is gone: what both sides agree on is found out anew.
            self.settlement.links.push(Link { sent_hash: ContentHash::UNKNOWN, ..link.clone() });
        }
    }

    fn keep(&mut self, Pair { base, link, agreed, dirty }: Pair) {
        self.settlement.bases.extend(base);
        self.settlement.links.extend(link);
        self.settlement.agreed.extend(agreed);
        self.settlement.dirty.extend(dirty);
    }
}
