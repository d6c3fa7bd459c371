use super::{
    Home,
    sample::{at, failed, intent, lease, link, record, scope, settlement, wait},
};
use crate::state::{
    Action, AuditEntry, Dirty, DirtyReason, FailedRecord, FailedRow, FailedState, Hold, Link, MadeObject,
    NoteKind, RunFilter, Settlement, StateDatabase,
};
use engine_contract::{ContentHash, Op};
use engine_plan::Reference;

fn listed(store: &dyn StateDatabase) -> Vec<FailedRow> {
    let mut rows = wait(store.failures(&RunFilter { limit: 10, ..RunFilter::default() }, None)).unwrap();
    rows.sort_by(|a, b| a.key.record.cmp(&b.key.record));
    rows
}

fn deed(key: &str, action: Action, id: Option<&str>) -> AuditEntry {
    AuditEntry {
        record: record("orders", key),
        action,
        target_object: "Invoice".into(),
        target_id: id.map(str::to_owned),
        content: ContentHash([1; 32]),
    }
}

pub(super) fn failed_records_have_an_id_and_what_was_said_of_them(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let personal = FailedRecord { source_key: "7".into(), ..failed("orders", "shopper@example.com") };
    let both = vec![failed("orders", "1"), personal];
    wait(store.settle(&held, Settlement { failed: both, ..settlement("orders") })).unwrap();
    let rows = listed(&*store);
    assert_ne!(rows[0].id, rows[1].id);
    assert!(rows.iter().all(|row| row.id.len() == 10 && row.state.is_none()), "{rows:?}");
    assert!(!serde_json::to_string(&rows).unwrap().contains("shopper"), "its own key may be personal");
    let mark = |row: &FailedRow, state, note: Option<&str>| {
        wait(store.mark_failed(&row.key, state, note.map(str::to_owned))).unwrap()
    };
    assert!(mark(&rows[1], Some(FailedState::Ignored), Some("a test order")));
    let said = listed(&*store);
    assert_eq!(said[0], rows[0]);
    assert_eq!((said[1].state, said[1].note.as_deref()), (Some(FailedState::Ignored), Some("a test order")));
    assert_eq!((&said[1].id, said[1].attempts), (&rows[1].id, rows[1].attempts));
    let waiting: Vec<_> = wait(store.waiting()).unwrap().into_values().collect();
    assert_eq!(waiting, [(1, 0, 0)], "what is ignored waits for nobody");
    assert!(mark(&rows[1], None, None));
    assert_eq!(listed(&*store), rows);
    wait(store.settle(&held, Settlement { well: vec!["1".into()], ..settlement("orders") })).unwrap();
    assert!(!mark(&rows[0], Some(FailedState::Ignored), None), "it is well");
}

pub(super) fn a_failed_record_is_kept_as_it_was(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let whole = FailedRecord { payload: "{\"id\":1}".into(), ..failed("orders", "1") };
    let empty = FailedRecord { payload: bytes::Bytes::new(), ..failed("orders", "2") };
    wait(store.settle(&held, Settlement { failed: vec![whole, empty], ..settlement("orders") })).unwrap();
    let rows = listed(&*store);
    let source = |row: &FailedRow| wait(store.kept(&row.key)).unwrap().unwrap().source();
    let first = source(&rows[0]).unwrap();
    assert_eq!((first.key.as_str(), first.origin.as_str()), ("1", "orders.ndjson:17"));
    assert_eq!(first.record.as_bytes(), "{\"id\":1}");
    assert!(source(&rows[1]).is_none(), "nothing was kept");
    wait(store.settle(&held, Settlement { well: vec!["1".into()], ..settlement("orders") })).unwrap();
    assert!(wait(store.kept(&rows[0].key)).unwrap().is_none());
}

pub(super) fn a_run_tells_what_it_made_and_what_was_written_again(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let create = Action::Applied(Op::Create);
    let made = vec![
        deed("1", create, Some("11")),
        deed("2", create, Some("12")),
        deed("2", Action::Applied(Op::Update), Some("12")),
        deed("3", Action::Adopted, Some("13")),
        deed("4", Action::Refused(Op::Create), None),
        deed("5", create, Some("15")),
    ];
    wait(store.settle(&held, Settlement { audit: made, ..settlement("orders") })).unwrap();
    let later = vec![
        deed("1", Action::Refused(Op::Update), Some("11")),
        deed("5", Action::Applied(Op::Update), Some("15")),
        deed("6", create, Some("16")),
    ];
    wait(store.settle(&held, Settlement { run: "r2".into(), audit: later, ..settlement("orders") })).unwrap();
    let object = |key: &str, id: &str, is_rewritten| MadeObject {
        record: record("orders", key),
        target_object: "Invoice".into(),
        target_id: id.into(),
        is_rewritten,
    };
    let all = [object("1", "11", false), object("2", "12", false), object("5", "15", true)];
    assert_eq!(wait(store.made_in("r1")).unwrap(), all);
    assert!(wait(store.made_in("r9")).unwrap().is_empty());
}

pub(super) fn a_record_is_found_by_any_of_its_names_and_its_life_told(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let own = Link { source_key: "s1".into(), target_id: Some("T1".into()), ..link("orders", "k1") };
    let child = Link { source_key: "s1".into(), target_id: Some("T2".into()), ..link("orders", "k2") };
    let parent = Reference { entity: "customer".into(), route: None, key: "c".into() };
    let waits =
        Hold { record: record("orders", "k1"), source_key: "s1".into(), parent, since: at(7), until: at(9) };
    let dirty = Dirty { record: record("orders", "k1"), source_key: "s1".into(), reason: DirtyReason::Doubt };
    let batch = Settlement {
        links: vec![own, child],
        audit: vec![
            deed("k1", Action::Applied(Op::Create), Some("T1")),
            deed("k3", Action::Adopted, Some("T3")),
        ],
        holds: vec![waits],
        dirty: vec![dirty],
        open: vec![intent("orders", "k1", 1)],
        failed: vec![failed("orders", "k4")],
        ..settlement("orders")
    };
    wait(store.settle(&held, batch)).unwrap();
    let named = |name: &str| {
        let records = wait(store.named(&scope("p"), "orders", name)).unwrap();
        records.into_iter().map(|record| record.key).collect::<Vec<_>>()
    };
    assert_eq!(named("k1"), ["k1"]);
    assert_eq!(named("s1"), ["k1", "k2"]);
    assert_eq!(
        (named("T2"), named("T3"), named("k4")),
        (vec!["k2".into()], vec!["k3".into()], vec!["k4".into()])
    );
    assert!(named("nobody").is_empty());
    let first = wait(store.named(&scope("p"), "orders", "T1")).unwrap().remove(0);
    assert_eq!((first.key.as_str(), first.source_key.as_deref()), ("k1", Some("s1")));
    assert!(wait(store.named(&scope("q"), "orders", "k1")).unwrap().is_empty(), "of another pipeline");
    let notes = wait(store.notes(&scope("p"), &record("orders", "k1"))).unwrap();
    let told: Vec<_> = notes.iter().map(|note| (note.at, note.kind, note.what.as_str())).collect();
    assert_eq!(
        told,
        [
            (at(1), NoteKind::Intent, "create"),
            (at(5), NoteKind::Dirty, "doubt"),
            (at(5), NoteKind::Deed, "create"),
            (at(7), NoteKind::Hold, "customer"),
        ]
    );
    assert_eq!(notes[2].about.as_deref(), Some("Invoice T1"));
    assert_eq!(notes[2].run.as_deref(), Some("r1"));
}
