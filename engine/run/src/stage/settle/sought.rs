//! Records whose objects a restored state may not know, or not as they are.

use super::Draft;
use crate::{
    key::RecordKey,
    stage::{Fault, intent::Effect},
    state::{DirtyReason, Intent, Known, Link, Status},
    work::Work,
};
use engine_contract::{ContentHash, EffectClass, Op};
use engine_plan::{Entity, Item, OnMappingChange};

impl Draft<'_> {
    /// A record that was met and not put beside its object: that is done when it can be. What upserts on a natural key needs
    /// no mark before it has an object.
    pub(crate) fn seek(&mut self, item: &Item, known: &Known) {
        let settled =
            [ContentHash::SOFT_DELETED, ContentHash::TAKEN_BACK, ContentHash::UNCLEAR, ContentHash::SOUGHT];
        let is_settled = |link: &Link| settled.contains(&link.sent_hash);
        if known.has_intent || known.link.as_ref().is_some_and(is_settled) || !self.may_forget(known) {
            return;
        }
        let is_live = known.link.as_ref().is_some_and(|link| link.target_id.is_some());
        let class = self.work.capabilities.effect_class;
        if !is_live && !matches!(class, EffectClass::IdempotencyKey | EffectClass::Marker) {
            return;
        }
        let (source_key, parent_key) = (item.source.key.clone(), item.parent_key.clone());
        let fresh = || Link { source_key, parent_key, ..blank(self.work, self.entity, &item.key) };
        let link = known.link.clone().unwrap_or_else(fresh);
        self.settlement.links.push(Link { sent_hash: ContentHash::SOUGHT, ..link });
    }

    /// Whether the link may forget what was sent last. What an older mapping wrote tells by that alone that only the mapping
    /// has changed, and stays as it is where the policy says so.
    fn may_forget(&self, known: &Known) -> bool {
        let is_of_today = |link: &Link| link.mapping_hash == self.entity.mapping_hash;
        let live = known.link.as_ref().filter(|link| link.target_id.is_some());
        self.entity.write.on_mapping_change == OnMappingChange::Replan || live.is_none_or(is_of_today)
    }

    /// Whether the answer to a create may be the one that the service gave before the restore, to the same key: then its
    /// object holds what the record said at that time, or is gone. Such a key is kept all the same, because where an
    /// object can be neither searched nor recognised nothing else keeps it from being made a second time.
    pub(super) fn may_be_of_before(&self, intent: &Intent, known: &Known) -> bool {
        intent.op == Op::Create
            && self.work.capabilities.effect_class == EffectClass::IdempotencyKey
            && self.work.is_sought(self.entity, known)
    }

    /// The object that was answered for a record is not there: the record is made under another key.
    pub(crate) fn unmade(&mut self, effect: &Effect) {
        self.expected.remove(&effect.link.record.key);
        self.wait(&effect.link.record.key, &effect.link.source_key);
        self.sought(effect.link.clone(), None);
    }

    /// The key under which an effect was refused is used up.
    pub(super) fn spend(&mut self, intent: &Intent, item: Option<&Item>, known: &Known) {
        // The refusal may be one of before the restore, and the next key one of an object that is there. Of an effect that
        // an earlier run left open it is not known here whether its record is linked; a create's is not.
        let tells = item.is_some() || intent.op == Op::Create;
        if tells && self.work.is_behind(self.entity) && self.may_forget(known) {
            let target_id = known.link.as_ref().and_then(|link| link.target_id.clone());
            self.sought(intent.link.clone(), target_id);
            return;
        }
        let target_id = intent.link.target_id.clone().filter(|_| intent.op != Op::Create);
        let link = Link { target_id, sent_hash: ContentHash::UNKNOWN, ..intent.link.clone() };
        self.settlement.refused.push(link);
    }

    /// A record that was not written, and whose object was not believed, is looked for once more. Nothing was sent for it, so
    /// that its next key is the one of now.
    pub(super) fn still_sought(&mut self, link: &Link, known: &Known) {
        if self.work.is_behind(self.entity) && self.may_forget(known) {
            let generation = known.link.as_ref().map_or(0, |link| link.generation);
            let target_id = known.link.as_ref().and_then(|link| link.target_id.clone());
            self.sought(Link { generation, ..link.clone() }, target_id);
        }
    }

    fn sought(&mut self, link: Link, target_id: Option<String>) {
        let (sent_hash, target_token) = (ContentHash::SOUGHT, None);
        self.settlement.links.push(Link { target_id, sent_hash, target_token, ..link });
    }

    /// Several objects may be a record's own: until a person chooses, no run makes another.
    pub(crate) fn unclear(&mut self, effect: Effect) {
        self.not_sent(&effect, Fault::unclear(), Status::Blocked);
        self.unclear_link(effect.link);
    }

    /// The same of a create that was left open.
    pub(crate) fn unclear_intent(&mut self, intent: Intent) {
        self.expected.remove(&intent.link.record.key);
        self.settlement.closed.push(intent.link.record.clone());
        let subject = self.subject_of(None, &intent.link);
        self.fail(&subject, &Known::default(), Fault::unclear(), Status::Blocked);
        self.unclear_link(intent.link);
    }

    fn unclear_link(&mut self, link: Link) {
        let (target_id, sent_hash, target_token) = (None, ContentHash::UNCLEAR, None);
        self.settlement.links.push(Link { target_id, sent_hash, target_token, ..link });
    }

    /// What was left open is not sent again: what it would do is found out anew, from the record and the object of now.
    pub(crate) fn let_go(&mut self, intent: &Intent) {
        let record = &intent.link.record;
        self.expected.remove(&record.key);
        self.settlement.closed.push(record.clone());
        self.counts.add(Status::Held);
        self.dirty(&record.key, &intent.link.source_key, DirtyReason::Doubt);
    }
}

/// What is known of a record of which nothing was made.
pub(crate) fn blank(work: &Work, entity: &Entity, key: &str) -> Link {
    Link {
        record: RecordKey { entity: entity.name.clone(), key: key.to_owned() },
        source_key: key.to_owned(),
        target_connection: work.blueprint.target.connection.clone(),
        target_object: String::new(),
        target_id: None,
        route: None,
        parent_key: None,
        source_revision: None,
        sent_hash: ContentHash::UNKNOWN,
        generation: 0,
        target_token: None,
        mapping_hash: entity.mapping_hash.clone(),
        shared: entity.write.shared,
    }
}
