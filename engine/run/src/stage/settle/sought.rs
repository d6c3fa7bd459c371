//! Records whose objects a restored state may not know.

use super::Draft;
use crate::{
    key::RecordKey,
    stage::{Fault, intent::Effect},
    state::{Intent, Known, Link, Status},
    work::Work,
};
use engine_contract::{ContentHash, EffectClass, Op};
use engine_plan::{Entity, Item};

impl Draft<'_> {
    /// A record without a link that is not made now: when it is, its object is looked for first.
    pub(crate) fn seek(&mut self, item: &Item, known: &Known) {
        let settled = [ContentHash::TAKEN_BACK, ContentHash::UNCLEAR, ContentHash::SOUGHT];
        let is_settled = |link: &Link| link.target_id.is_some() || settled.contains(&link.sent_hash);
        if known.has_intent || known.link.as_ref().is_some_and(is_settled) {
            return;
        }
        let (source_key, parent_key) = (item.source.key.clone(), item.parent_key.clone());
        let fresh = || Link { source_key, parent_key, ..unmade(self.work, self.entity, &item.key) };
        let link = known.link.clone().unwrap_or_else(fresh);
        self.settlement.links.push(Link { sent_hash: ContentHash::SOUGHT, ..link });
    }

    /// Whether the answer to a create may be the one that the service gave before the restore, to the same key: then its
    /// object holds what the record said at that time, or is gone. Such a key is kept all the same, because where an
    /// object can be neither searched nor recognised nothing else keeps it from being made a second time.
    pub(super) fn may_be_of_before(&self, intent: &Intent, known: &Known) -> bool {
        intent.op == Op::Create
            && self.work.capabilities.effect_class == EffectClass::IdempotencyKey
            && self.work.is_sought(known)
    }

    /// The object that was answered for a record is not there: the record is made under another key.
    pub(crate) fn unmade(&mut self, effect: &Effect) {
        self.expected.remove(&effect.link.record.key);
        self.wait(&effect.link.record.key, &effect.link.source_key);
        let (target_id, sent_hash, target_token) = (None, ContentHash::UNKNOWN, None);
        self.settlement.links.push(Link { target_id, sent_hash, target_token, ..effect.link.clone() });
    }

    /// The key under which an effect was refused is used up.
    pub(super) fn spend(&mut self, intent: &Intent, item: Option<&Item>, known: &Known) {
        // The refusal may be one of before the restore, and the next key one of an object that is there. Of an effect that
        // an earlier run left open it is not known here whether its record is linked; a create's is not.
        let tells = item.is_some() || intent.op == Op::Create;
        if tells && self.seek_again(intent.link.clone(), known) {
            return;
        }
        let target_id = intent.link.target_id.clone().filter(|_| intent.op != Op::Create);
        let link = Link { target_id, sent_hash: ContentHash::UNKNOWN, ..intent.link.clone() };
        self.settlement.refused.push(link);
    }

    /// A record without a link that was not made, or whose object was found and not linked, is looked for once more. Nothing
    /// was sent for it, so that its next key is the one of now.
    pub(super) fn still_sought(&mut self, link: &Link, known: &Known) {
        let generation = known.link.as_ref().map_or(0, |link| link.generation);
        self.seek_again(Link { generation, ..link.clone() }, known);
    }

    fn seek_again(&mut self, link: Link, known: &Known) -> bool {
        let is_unlinked = known.link.as_ref().is_none_or(|link| link.target_id.is_none());
        let is_sought = self.work.is_behind() && is_unlinked;
        if is_sought {
            let (target_id, sent_hash, target_token) = (None, ContentHash::SOUGHT, None);
            self.settlement.links.push(Link { target_id, sent_hash, target_token, ..link });
        }
        is_sought
    }

    /// Several objects may be a record's own: until a person chooses, no run makes another.
    pub(crate) fn unclear(&mut self, effect: Effect) {
        self.not_sent(&effect, Fault::unclear(), Status::Blocked);
        let (target_id, sent_hash, target_token) = (None, ContentHash::UNCLEAR, None);
        self.settlement.links.push(Link { target_id, sent_hash, target_token, ..effect.link });
    }
}

/// What is known of a record of which nothing was made.
pub(crate) fn unmade(work: &Work, entity: &Entity, key: &str) -> Link {
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
