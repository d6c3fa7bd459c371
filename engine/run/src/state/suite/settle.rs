use super::{
    Home,
    sample::{at, failed, intent, lease, link, record, rows, scope, settlement, wait},
};
use crate::state::{
    Action, AuditEntry, Counts, CursorRow, Dirty, DirtyReason, Hold, Settlement, Status, audit::Head,
    copy::Cell,
};
use engine_contract::{ContentHash, Cursor, Op};
use engine_plan::Reference;

fn cursor(number: i64, hash: &str) -> CursorRow {
    let value = Some(Cursor::Number(number));
    CursorRow { value, read_hash: hash.into(), ..CursorRow::default() }
}

pub(super) fn cursors_never_move_back(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    assert_eq!(wait(store.cursor(&held.key)).unwrap(), CursorRow::default());
    for (settled, stands) in [(7, 7), (3, 7), (8, 8), (8, 8)] {
        wait(store.settle(&held, Settlement { cursor: Some(cursor(settled, "h")), ..settlement("orders") }))
            .unwrap();
        assert_eq!(wait(store.cursor(&held.key)).unwrap().value, Some(Cursor::Number(stands)));
    }
    let place = CursorRow {
        resume: Some("page 2".into()),
        resume_since: Some(Cursor::Number(1)),
        resume_cap: Some(Cursor::Number(9)),
        read_hash: "h".into(),
        value: None,
    };
    wait(store.settle(&held, Settlement { cursor: Some(place.clone()), ..settlement("orders") })).unwrap();
    let kept = CursorRow { value: Some(Cursor::Number(8)), ..place };
    assert_eq!(wait(store.cursor(&held.key)).unwrap(), kept, "and a place in an unfinished read is kept");
}

pub(super) fn a_cursor_of_something_else_starts_anew(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    for (settled, hash) in [(7, "one filter"), (3, "another")] {
        wait(store.settle(&held, Settlement { cursor: Some(cursor(settled, hash)), ..settlement("orders") }))
            .unwrap();
    }
    assert_eq!(wait(store.cursor(&held.key)).unwrap().value, Some(Cursor::Number(3)));
}

/// Everything that a settlement can carry.
fn full() -> Settlement {
    let parent = Reference { entity: "customer".into(), route: None, key: "c".into() };
    let hold =
        Hold { record: record("orders", "5"), source_key: "5".into(), parent, since: at(3), until: at(90) };
    let dirty = Dirty { record: record("orders", "6"), source_key: "6".into(), reason: DirtyReason::Skipped };
    let mut counts = Counts { read: 6, mapped: 6, ..Counts::default() };
    counts.add(Status::Created);
    Settlement {
        links: vec![link("orders", "1")],
        refused: vec![link("orders", "2")],
        open: vec![intent("orders", "3", 1)],
        failed: vec![failed("orders", "4")],
        holds: vec![hold],
        dirty: vec![dirty],
        audit: vec![entry("1")],
        counts,
        cursor: Some(cursor(9, "h")),
        ..settlement("orders")
    }
}

fn entry(key: &str) -> AuditEntry {
    AuditEntry {
        record: record("orders", key),
        action: Action::Applied(Op::Create),
        target_object: "Item".into(),
        target_id: Some(format!("id {key}")),
        content: ContentHash([2; 32]),
    }
}

pub(super) fn a_settlement_is_one_change(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    wait(store.settle(&held, full())).unwrap();
    for table in ["intent", "failed", "hold", "dirty", "cursor", "audit"] {
        assert_eq!(rows(&*store, table).len(), 1, "{table}");
    }
    assert_eq!(rows(&*store, "link").len(), 2);
    let keys = ["1", "2", "3", "4", "5", "6"].map(str::to_owned);
    let known = wait(store.recall(&scope("p"), "orders", &keys)).unwrap();
    assert_eq!(known["1"].link, Some(link("orders", "1")));
    assert_eq!(known["2"].link.as_ref().unwrap().target_id, None);
    assert!(known["3"].has_intent && known["3"].link.is_none());
    assert_eq!(
        known["4"].failure.as_ref().map(|failure| (failure.first_at, failure.attempts)),
        Some((at(2), 2))
    );
    assert_eq!(known["5"].held_since, Some(at(3)));
    assert!(!known.contains_key("6"), "a dirty mark says nothing about the record");
    // A later settlement of the same things changes them in their places.
    wait(store.settle(&held, full())).unwrap();
    assert_eq!((rows(&*store, "link").len(), rows(&*store, "audit").len()), (2, 2));
}

pub(super) fn audit_rows_are_a_chain(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let batches = [vec![entry("1"), entry("2")], Vec::new(), vec![entry("3")]];
    let mut last = Head::default();
    let mut expected = Vec::new();
    for audit in batches {
        let batch = Settlement { audit, ..settlement("orders") };
        for entry in &batch.audit {
            last = last.next(&scope("p"), entry, &batch).0;
            expected.push((Cell::from(last.seq), Cell::from(last.hash.as_slice())));
        }
        wait(store.settle(&held, batch)).unwrap();
    }
    let mut written: Vec<_> =
        rows(&*store, "audit").iter().map(|row| (row[0].clone(), row[12].clone())).collect();
    written.sort();
    assert_eq!(written, expected);
}

pub(super) fn a_batch_of_five_hundred_comes_back_whole(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let keys: Vec<String> = (0..500).map(|number| format!("key {number:03}")).collect();
    let links: Vec<_> = keys.iter().map(|key| link("orders", key)).collect();
    let intents = keys.iter().zip(1..).map(|(key, number)| intent("orders", key, number));
    wait(store.commit_intents(&held, intents.collect())).unwrap();
    assert_eq!(wait(store.open_intents(&scope("p"), "orders")).unwrap().len(), 500);
    let batch = Settlement {
        closed: keys.iter().map(|key| record("orders", key)).collect(),
        audit: keys.iter().map(|key| entry(key)).collect(),
        seen: keys.clone(),
        well: keys.clone(),
        links: links.clone(),
        ..settlement("orders")
    };
    wait(store.settle(&held, batch)).unwrap();
    assert!(wait(store.open_intents(&scope("p"), "orders")).unwrap().is_empty());
    let known = wait(store.recall(&scope("p"), "orders", &keys)).unwrap();
    let known: Vec<_> = known.into_values().map(|known| known.link.unwrap()).collect();
    assert_eq!(known, links);
}

pub(super) fn of_two_rows_with_one_key_the_last_stays(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let later = crate::state::Link { generation: 2, ..link("orders", "1") };
    let (mut again, mut intent_again) = (failed("orders", "4"), intent("orders", "3", 1));
    again.attempts = 3;
    intent_again.revision = 2;
    let batch = Settlement {
        links: vec![link("orders", "1"), later.clone()],
        failed: vec![failed("orders", "4"), again],
        open: vec![intent("orders", "3", 1), intent_again],
        ..settlement("orders")
    };
    wait(store.settle(&held, batch)).unwrap();
    let known = wait(store.recall(&scope("p"), "orders", &["1".into(), "4".into()])).unwrap();
    assert_eq!(known["1"].link, Some(later));
    assert_eq!(known["4"].failure.as_ref().unwrap().attempts, 3);
    assert_eq!(wait(store.open_intents(&scope("p"), "orders")).unwrap()[0].revision, 2);
}
