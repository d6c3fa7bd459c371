use super::{
    Home,
    sample::{at, lease, scope, settlement, wait},
};
use crate::state::{Missing, OverlayStore, Settlement, StateStore};
use std::{collections::BTreeMap, sync::Arc};

fn missing(store: &dyn StateStore, entity: &str) -> BTreeMap<String, Missing> {
    wait(store.missing(&scope("p"), entity)).unwrap()
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

pub(super) fn what_is_missing_is_noted_once_until_it_is_found(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let first = Settlement { missing: keys(&["1", "2", "a\0b"]), ..settlement("orders") };
    wait(store.settle(&held, first)).unwrap();
    let later = Settlement {
        run: "r2".into(),
        at: at(9),
        missing: keys(&["2", "3", "3"]),
        found: keys(&["1", "9"]),
        ..settlement("orders")
    };
    wait(store.settle(&held, later)).unwrap();
    let of = |since: i64, run: &str| Missing { since: at(since), run: run.into() };
    let wanted = [("2", of(5, "r1")), ("3", of(9, "r2")), ("a\0b", of(5, "r1"))];
    assert_eq!(missing(&*store, "orders"), wanted.map(|(key, missing)| (key.to_owned(), missing)).into());
    assert!(missing(&*store, "lines").is_empty());
    assert!(wait(store.missing(&scope("other"), "orders")).unwrap().is_empty());
}

pub(super) fn a_dry_run_sees_what_is_missing_and_notes_nothing(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let noted = Settlement { missing: keys(&["1"]), ..settlement("orders") };
    wait(store.settle(&held, noted)).unwrap();
    let overlay = OverlayStore::new(Arc::<dyn crate::state::StateDatabase>::clone(&store));
    let before = missing(&overlay, "orders");
    assert_eq!(before.len(), 1);
    let dry = Settlement { missing: keys(&["2"]), found: keys(&["1"]), ..settlement("orders") };
    wait(overlay.settle(&held, dry)).unwrap();
    assert_eq!(missing(&*store, "orders"), before);
}
