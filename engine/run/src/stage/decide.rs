//! Decides what to do with a record: a pure function from facts.

use crate::state::Link;
use engine_contract::{ContentHash, Op};
use engine_plan::WritePolicy;

/// Everything that a decision rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// What the store remembers; a link without target id was deleted.
    pub(crate) link: Option<&'a Link>,
    /// Whether an effect for this record may still be under way.
    pub(crate) has_intent: bool,
    /// The connection that the pipeline writes to.
    pub(crate) connection: &'a str,
    /// What the target should hold.
    pub(crate) wish: Wish<'a>,
    /// The entity's policy.
    pub(crate) policy: &'a WritePolicy,
}

/// What the target should hold for a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish<'a> {
    /// This content in this target object.
    Content { object: &'a str, hash: ContentHash },
    /// What it holds: a newer source record decided that.
    Same,
    /// Nothing: the pipeline does not admit the record.
    Unadmitted,
    /// Nothing: the record is gone from its parent.
    Gone,
    /// Nothing: the source does not have the record any more.
    Vanished,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Create,
    Update,
    /// The target object is deleted, voided or made inactive.
    Remove(Op),
    Unchanged,
    Filtered,
    /// Wait for the open effect; look again later.
    Wait,
    /// Several objects may be its own, and a person is to choose.
    Unclear,
    /// The link leads to another connection or target object than the pipeline now names.
    Elsewhere,
}

/// Decides. Nothing is sent for a record whose last effect is still open.
pub(crate) fn decide(facts: &Facts<'_>) -> Decision {
    if facts.has_intent {
        return Decision::Wait;
    }
    let live = facts.link.filter(|link| link.target_id.is_some());
    let is_marked = live.is_some_and(|link| link.sent_hash == ContentHash::SOFT_DELETED);
    let is_unclear = facts.link.is_some_and(|link| link.sent_hash == ContentHash::UNCLEAR);
    match (live, facts.wish) {
        (None, Wish::Content { .. }) if is_unclear => Decision::Unclear,
        (None, Wish::Content { .. }) => Decision::Create,
        (Some(link), _) if link.target_connection != facts.connection => Decision::Elsewhere,
        (Some(link), Wish::Content { object, .. }) if link.target_object != object => Decision::Elsewhere,
        (Some(link), Wish::Content { hash, .. }) if link.sent_hash == hash => Decision::Unchanged,
        // A record that comes back takes its mark away.
        (Some(_), Wish::Content { .. }) if facts.policy.update || is_marked => Decision::Update,
        (Some(_), Wish::Unadmitted) if is_marked => Decision::Filtered,
        (Some(_), Wish::Gone) if !is_marked => Decision::Remove(facts.policy.removal_of_gone()),
        (Some(_), Wish::Vanished) if !is_marked => {
            facts.policy.removal_of_vanished().map_or(Decision::Unchanged, Decision::Remove)
        }
        (Some(_), Wish::Unadmitted) => facts.policy.removal().map_or(Decision::Filtered, Decision::Remove),
        (None, Wish::Unadmitted) => Decision::Filtered,
        (_, Wish::Content { .. } | Wish::Same | Wish::Gone | Wish::Vanished) => Decision::Unchanged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RecordKey;
    use engine_plan::{Delete, NameTaken, OnCancel, OnMappingChange, WhenClosed};

    fn link(target_id: Option<&str>) -> Link {
        Link {
            record: RecordKey { entity: "order".into(), key: "1".into() },
            source_key: "1".into(),
            target_connection: "books".into(),
            target_object: "orders".into(),
            target_id: target_id.map(str::to_owned),
            route: None,
            parent_key: None,
            source_revision: None,
            sent_hash: ContentHash([1; 32]),
            generation: 1,
            target_token: None,
            mapping_hash: String::new(),
            shared: false,
        }
    }

    /// Every combination of the facts that matter, as one table to be read.
    #[test]
    fn the_whole_table() {
        let policy = |update, delete| WritePolicy {
            match_on: Vec::new(),
            replace_within: false,
            delete: if delete { Delete::Delete } else { Delete::Keep },
            deleted_field: None,
            on_cancel: OnCancel::Keep,
            when_closed: WhenClosed::Block,
            name_taken: NameTaken::Fail,
            on_mapping_change: OnMappingChange::NewOnly,
            max_deletes: None,
            update,
            shared: false,
            at_least_once: false,
        };
        let (old, new) = (ContentHash([1; 32]), ContentHash([2; 32]));
        let content = |hash| Wish::Content { object: "orders", hash };
        let (live, dead) = (link(Some("9")), link(None));
        let decided = |link, wish, policy: &WritePolicy| {
            decide(&Facts { link, has_intent: false, connection: "books", wish, policy })
        };
        let (change, keep) = (policy(true, true), policy(false, false));
        for none in [None, Some(&dead)] {
            assert_eq!(decided(none, content(old), &change), Decision::Create);
            assert_eq!(decided(none, Wish::Unadmitted, &change), Decision::Filtered);
            assert_eq!(decided(none, Wish::Gone, &change), Decision::Unchanged);
        }
        let unclear = Link { sent_hash: ContentHash::UNCLEAR, ..link(None) };
        assert_eq!(decided(Some(&unclear), content(new), &change), Decision::Unclear);
        assert_eq!(decided(Some(&unclear), Wish::Unadmitted, &change), Decision::Filtered);
        assert_eq!(decided(Some(&live), content(old), &change), Decision::Unchanged);
        assert_eq!(decided(Some(&live), content(new), &change), Decision::Update);
        assert_eq!(decided(Some(&live), content(new), &keep), Decision::Unchanged);
        assert_eq!(decided(Some(&live), Wish::Same, &change), Decision::Unchanged);
        assert_eq!(decided(Some(&live), Wish::Gone, &keep), Decision::Remove(Op::Delete));
        assert_eq!(decided(Some(&live), Wish::Unadmitted, &change), Decision::Remove(Op::Delete));
        assert_eq!(decided(Some(&live), Wish::Vanished, &keep), Decision::Unchanged);
        let ops = [
            (Delete::Delete, Op::Delete),
            (Delete::Void, Op::Void),
            (Delete::Deactivate, Op::Deactivate),
            (Delete::Soft, Op::SoftDelete),
        ];
        for (delete, op) in ops {
            let takes = WritePolicy { delete, ..keep.clone() };
            assert_eq!(decided(Some(&live), Wish::Vanished, &takes), Decision::Remove(op));
            assert_eq!(decided(Some(&dead), Wish::Vanished, &takes), Decision::Unchanged);
        }
        let void = WritePolicy { on_cancel: OnCancel::Void, ..change.clone() };
        assert_eq!(decided(Some(&live), Wish::Unadmitted, &void), Decision::Remove(Op::Void));
        let retire = WritePolicy { delete: Delete::Deactivate, ..change.clone() };
        assert_eq!(decided(Some(&live), Wish::Unadmitted, &retire), Decision::Remove(Op::Deactivate));
        let soft = WritePolicy { delete: Delete::Soft, ..keep.clone() };
        let marked = Link { sent_hash: ContentHash::SOFT_DELETED, ..live.clone() };
        for wish in [Wish::Unadmitted, Wish::Gone, Wish::Vanished] {
            assert_eq!(decided(Some(&live), wish, &soft), Decision::Remove(Op::SoftDelete));
        }
        assert_eq!(decided(Some(&marked), Wish::Unadmitted, &soft), Decision::Filtered);
        assert_eq!(decided(Some(&marked), Wish::Gone, &soft), Decision::Unchanged);
        assert_eq!(decided(Some(&marked), Wish::Vanished, &soft), Decision::Unchanged);
        assert_eq!(decided(Some(&marked), content(old), &soft), Decision::Update);
        assert_eq!(decided(Some(&live), Wish::Unadmitted, &keep), Decision::Filtered);
        let other = Wish::Content { object: "invoices", hash: new };
        assert_eq!(decided(Some(&live), other, &change), Decision::Elsewhere);
        let facts = Facts {
            link: Some(&live),
            has_intent: true,
            connection: "books",
            wish: content(new),
            policy: &change,
        };
        assert_eq!(decide(&facts), Decision::Wait);
        assert_eq!(decide(&Facts { has_intent: false, connection: "else", ..facts }), Decision::Elsewhere);
    }
}
