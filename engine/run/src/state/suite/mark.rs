use super::{
    Home,
    sample::{at, failed, lease, link, record, rows, scope, settlement, wait},
};
use crate::state::{
    Dirty, DirtyReason, FailedRecord, FailedState, Hold, Lease, Link, RevisitQuery, Settlement,
    StateDatabase, StateStore,
};
use engine_plan::Reference;
use std::{sync::Arc, time::Duration};

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
        wait: Duration::from_secs(60),
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

pub(super) fn what_fails_again_and_again_is_looked_at_less_and_less(home: &Home) {
    let tried = |attempts: u32| FailedRecord { attempts, ..failed("orders", &attempts.to_string()) };
    let all = [1, 3, 4, 5, 9, 40].map(tried);
    let (store, _) = fill(home, Settlement { failed: all.into(), ..settlement("orders") });
    // All failed at second 5.
    let due_at = |seconds: i64| due(&*store, &RevisitQuery { now: at(seconds), ..query() });
    assert_eq!(due_at(5), ["1", "3"], "the next run tries again");
    assert_eq!(due_at(5 + 59), ["1", "3"]);
    assert_eq!(due_at(5 + 60), ["1", "3", "4"]);
    assert_eq!(due_at(5 + 240), ["1", "3", "4", "5"]);
    assert_eq!(due_at(5 + 6 * 3600 - 1), ["1", "3", "4", "5"]);
    assert_eq!(due_at(5 + 6 * 3600).len(), 6, "none waits longer than six hours");
    let at_once = RevisitQuery { now: at(5), wait: Duration::ZERO, ..query() };
    assert_eq!(due(&*store, &at_once).len(), 6);
}

pub(super) fn dead_and_ignored_records_wait_for_a_change_or_for_nothing(home: &Home) {
    let with = |state, hash: &str| FailedRecord {
        state: Some(state),
        mapping_hash: hash.into(),
        ..failed("orders", &format!("{state:?} {hash}"))
    };
    let all =
        [FailedState::Dead, FailedState::Ignored].map(|state| ["h", "old"].map(|hash| with(state, hash)));
    let (store, _) = fill(home, Settlement { failed: all.concat(), ..settlement("orders") });
    assert_eq!(due(&*store, &query()), ["Dead old"], "a changed mapping may mend what is dead");
    let known =
        wait(store.recall(&scope("p"), "orders", &["Dead h".into()])).unwrap().remove("Dead h").unwrap();
    let failure = known.failure.unwrap();
    assert_eq!((failure.state, failure.code.as_str()), (Some(FailedState::Dead), "mapping/required"));
}

pub(super) fn a_hold_whose_time_is_up_is_a_failure_from_then_on(home: &Home) {
    let expired = FailedRecord { attempts: 9, ..failed("orders", "over") };
    let (store, held) = fill(
        home,
        Settlement { holds: vec![hold("over", 1)], failed: vec![expired], ..settlement("orders") },
    );
    assert!(due(&*store, &query()).is_empty(), "its failure says when");
    let parent = Link { route: Some("paid".into()), ..link("customer", "c") };
    wait(store.settle(&held, Settlement { links: vec![parent], ..settlement("customer") })).unwrap();
    assert_eq!(due(&*store, &query()), ["over"], "its parent is there");
}
