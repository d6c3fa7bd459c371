use super::{
    Home,
    sample::{at, failed, lease, link, record, rows, scope, settlement, wait},
};
use crate::state::{
    Dirty, DirtyReason, FailedRecord, Hold, Lease, Link, RevisitQuery, Settlement, StateDatabase, StateStore,
};
use engine_plan::Reference;
use std::sync::Arc;

fn dirty(key: &str, reason: DirtyReason) -> Dirty {
    Dirty { record: record("orders", key), source_key: key.into(), reason }
}

fn hold(key: &str, until: i64) -> Hold {
    let parent = Reference { entity: "customer".into(), route: Some("paid".into()), key: "c".into() };
    Hold { record: record("orders", key), source_key: key.into(), parent, since: at(1), until: at(until) }
}

fn fill(home: &Home, batch: Settlement) -> (Arc<dyn StateDatabase>, Lease) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    wait(store.settle(&held, Settlement { run: "r1".into(), ..batch })).unwrap();
    (store, held)
}

fn query() -> RevisitQuery {
    RevisitQuery {
        entities: vec![("orders".into(), "h".into())],
        now: at(10),
        run: "r2".into(),
        after: None,
        limit: 10,
    }
}

fn due(store: &dyn StateStore, query: &RevisitQuery) -> Vec<String> {
    wait(store.revisits(&scope("p"), query)).unwrap().into_iter().map(|due| due.source_key).collect()
}

pub(super) fn what_waits_is_revisited_in_the_order_of_source_keys(home: &Home) {
    let keys = ["b", "Z", "ä", "a", "10", "9"];
    let failures = [
        FailedRecord { retry: false, ..failed("orders", "same mapping") },
        FailedRecord { retry: false, mapping_hash: "old".into(), ..failed("orders", "other mapping") },
        FailedRecord { broken: true, ..failed("orders", "broken") },
        failed("orders", "a"),
    ];
    let (store, _) = fill(
        home,
        Settlement {
            dirty: keys.map(|key| dirty(key, DirtyReason::Skipped)).into(),
            failed: failures.into(),
            ..settlement("orders")
        },
    );
    let all = ["10", "9", "Z", "a", "b", "other mapping", "ä"];
    assert_eq!(due(&*store, &query()), all, "each once, byte by byte");
    assert_eq!(due(&*store, &RevisitQuery { limit: 2, ..query() }), all[..2]);
    assert_eq!(due(&*store, &RevisitQuery { after: Some("Z".into()), limit: 2, ..query() }), all[3..5]);
    assert!(
        due(&*store, &RevisitQuery { entities: vec![("lines".into(), "h".into())], ..query() }).is_empty()
    );
}

pub(super) fn marks_of_this_run_are_not_due_again(home: &Home) {
    let (store, _) = fill(
        home,
        Settlement {
            dirty: vec![dirty("unsent", DirtyReason::Unsent), dirty("doubt", DirtyReason::Doubt)],
            failed: vec![failed("orders", "failed")],
            holds: vec![hold("held", 1)],
            ..settlement("orders")
        },
    );
    let own = RevisitQuery { run: "r1".into(), ..query() };
    assert_eq!(due(&*store, &own), ["doubt"], "but for what it learned of earlier runs");
}

pub(super) fn holds_end_when_the_parent_lands_or_time_is_up(home: &Home) {
    let (store, held) =
        fill(home, Settlement { holds: vec![hold("over", 10), hold("waits", 11)], ..settlement("orders") });
    assert_eq!(due(&*store, &query()), ["over"]);
    let parent = |route: &str, id: Option<&str>| Link {
        route: Some(route.into()),
        target_id: id.map(str::to_owned),
        ..link("customer", "c")
    };
    for (link, landed) in [
        (parent("unpaid", Some("A")), false),
        (parent("paid", None), false),
        (parent("paid", Some("A")), true),
    ] {
        wait(store.settle(&held, Settlement { links: vec![link], ..settlement("customer") })).unwrap();
        assert_eq!(due(&*store, &query()).len(), 1 + usize::from(landed));
    }
}

pub(super) fn what_was_looked_at_loses_its_marks(home: &Home) {
    let marks = || Settlement {
        dirty: ["1", "2"].map(|key| dirty(key, DirtyReason::Skipped)).into(),
        failed: vec![failed("orders", "1"), failed("orders", "2")],
        holds: vec![hold("1", 90), hold("2", 90)],
        ..settlement("orders")
    };
    let (store, held) = fill(home, marks());
    let count = |table| rows(&*store, table).len();
    wait(store.settle(&held, Settlement { seen: vec!["1".into()], ..settlement("orders") })).unwrap();
    assert_eq!((count("dirty"), count("failed"), count("hold")), (1, 1, 1));
    wait(store.settle(&held, Settlement { well: vec!["2".into()], ..settlement("orders") })).unwrap();
    let told = "an effect that came to its end says nothing about the newer version that waits for it";
    assert_eq!((count("dirty"), count("failed"), count("hold")), (1, 0, 0), "{told}");
    let again = Settlement { seen: vec!["1".into(), "2".into()], ..marks() };
    wait(store.settle(&held, again)).unwrap();
    assert_eq!((count("dirty"), count("failed"), count("hold")), (2, 2, 2), "what is still not done stays");
}

pub(super) fn a_whole_read_clears_what_it_did_not_meet(home: &Home) {
    let (store, held) = fill(
        home,
        Settlement {
            dirty: vec![dirty("old", DirtyReason::Skipped)],
            failed: vec![failed("orders", "old")],
            ..settlement("orders")
        },
    );
    let met = Settlement { run: "r2".into(), failed: vec![failed("orders", "met")], ..settlement("orders") };
    wait(store.settle(&held, met)).unwrap();
    let end = Settlement { run: "r2".into(), whole: true, ..settlement("orders") };
    wait(store.settle(&held, end)).unwrap();
    assert_eq!((rows(&*store, "dirty").len(), rows(&*store, "failed").len()), (0, 1));
}
