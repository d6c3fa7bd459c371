//! Both sides of one record, beside each other in the target's terms.

use super::{
    pair::newest,
    three_way::{Merged, Rules, merge},
};
use crate::{
    stage::intent::{self, Effect},
    state::{Base, KeptConflict},
    work::Work,
};
use engine_contract::{Cursor, Map, Value};
use engine_plan::{Back, Entity};

/// What both ways know of a record before they merge it.
pub(super) struct Both<'a> {
    /// The way forward.
    pub(super) front: &'a Work,
    pub(super) of: &'a Entity,
    pub(super) back: &'a Back,
    pub(super) base: &'a Base,
    pub(super) kept: Option<&'a KeptConflict>,
}

impl Both<'_> {
    /// Merges what a record maps to with what its object holds, and gives it with the former as the target's connector
    /// compares it; nothing when the target cannot take what the record maps to. `changed` is when the object was.
    pub(super) fn merge(
        &self,
        effect: &Effect,
        held: Value,
        changed: Option<Cursor>,
    ) -> Option<(Map, Merged)> {
        let encoded = intent::encode(self.front, self.of, effect).ok()?;
        let object = &effect.link.target_object;
        let (wanted, there) = self.front.target.compared(object, &effect.fields, &encoded.payload, held);
        let rules = Rules {
            policy: &self.of.sync,
            is_carried: &|path| self.back.carries(path),
            is_personal: &|path| self.of.routes.first().is_none_or(|route| route.is_personal(path)),
            newest: newest(effect.item.as_ref().and_then(|item| item.source.modified), changed),
            kept: self.kept.map(|kept| (kept.conflict.fields.as_slice(), &kept.choice)),
        };
        let merged = merge(self.base, &wanted, &there, &rules);
        Some((wanted, merged))
    }
}
