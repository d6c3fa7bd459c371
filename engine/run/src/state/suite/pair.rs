use super::{
    Home,
    sample::{at, lease, link, record, rows, scope, settlement, wait},
};
use crate::key::Side;
use crate::state::{
    Base, Conflict, ConflictField, KeptConflict, OverlayStore, Rename, Renamed, RevisitQuery, RunFilter,
    Settlement, StateDatabase, StateStore, copy::Cell,
};
use engine_contract::Value;
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

fn base(name: &str) -> Base {
    let source = BTreeMap::from([
        ("Name".to_owned(), Value::from(name)),
        ("Price".to_owned(), Value::Decimal(Decimal::new(1050, 2))),
        ("Gone".to_owned(), Value::Null),
    ]);
    Base { target: source.clone(), source }
}

fn conflict(entity: &str, key: &str, said: &str) -> Conflict {
    let field = ConflictField {
        path: "Name".into(),
        base: Value::Null,
        source: Value::from(said),
        target: Value::from("Augusta"),
        is_personal: true,
    };
    Conflict { record: record(entity, key), source_key: key.into(), fields: vec![field] }
}

fn all(store: &dyn StateStore) -> Vec<KeptConflict> {
    wait(store.conflicts(&RunFilter { limit: 9, ..RunFilter::default() })).unwrap()
}

fn bases(store: &dyn StateStore, entity: &str) -> BTreeMap<String, Base> {
    wait(store.bases(&scope("p"), entity, &["1".into(), "2".into(), "a\0b".into()])).unwrap()
}

pub(super) fn what_both_sides_agree_on_is_kept_with_the_link(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "customer");
    let first = Settlement {
        links: vec![link("customer", "1"), link("customer", "2"), link("customer", "a\0b")],
        bases: vec![(record("customer", "1"), base("Ada")), (record("customer", "a\0b"), base("茶\0"))],
        ..settlement("customer")
    };
    wait(store.settle(&held, first)).unwrap();
    let kept = [("1", base("Ada")), ("a\0b", base("茶\0"))];
    assert_eq!(bases(&*store, "customer"), kept.map(|(key, base)| (key.to_owned(), base)).into());
    // A settlement that says nothing of it leaves it; one without a link keeps nothing.
    let again = Settlement {
        links: vec![link("customer", "1")],
        bases: vec![(record("customer", "7"), base("Nobody"))],
        ..settlement("customer")
    };
    wait(store.settle(&held, again)).unwrap();
    assert_eq!(bases(&*store, "customer").len(), 2);
    let bytes = |row: Vec<Cell>| format!("{row:?}");
    assert!(rows(&*store, "link").into_iter().all(|row| !bytes(row).contains("Ada")), "sealed");
    // A dry run leaves both sides as they are, and what they agree on too.
    let overlay = OverlayStore::new(Arc::<dyn StateDatabase>::clone(&store));
    let dry = Settlement { bases: vec![(record("customer", "1"), base("Byron"))], ..settlement("customer") };
    wait(overlay.settle(&held, dry)).unwrap();
    assert_eq!(bases(&overlay, "customer")["1"], base("Ada"));
}

pub(super) fn a_conflict_is_one_until_both_sides_agree(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "customer");
    let found = |said: &str, seconds: i64| Settlement {
        at: at(seconds),
        conflicts: vec![conflict("customer", "1", said)],
        ..settlement("customer")
    };
    wait(store.settle(&held, found("Byron", 5))).unwrap();
    let first = all(&*store);
    assert_eq!((first.len(), first[0].since, first[0].choice.len()), (1, at(5), 0));
    let other = RunFilter { pipeline: Some("q".into()), limit: 9, ..RunFilter::default() };
    assert!(wait(store.conflicts(&other)).unwrap().is_empty());
    let choice = BTreeMap::from([("Name".to_owned(), Side::Target)]);
    let back = record("customer.back", "58");
    assert!(wait(store.choose(&first[0], choice.clone(), Some(back), at(6))).unwrap());
    assert_eq!(all(&*store)[0].choice, choice);
    for (entity, key) in [("customer", "1"), ("customer.back", "58")] {
        let query = RevisitQuery {
            entities: vec![(entity.into(), "h".into())],
            now: at(7),
            run: "r2".into(),
            wait: Duration::ZERO,
            after: None,
            limit: 9,
        };
        let due = wait(store.revisits(&scope("p"), &query)).unwrap();
        assert_eq!(due.into_iter().map(|revisit| revisit.source_key).collect::<Vec<_>>(), [key]);
    }
    // Found again it is the same, and asks anew.
    wait(store.settle(&held, found("Annabella", 8))).unwrap();
    let again = all(&*store);
    assert_eq!((again.len(), again[0].since, again[0].choice.len()), (1, at(5), 0));
    assert_eq!(
        (again[0].id(), again[0].conflict.fields[0].source.clone()),
        (first[0].id(), "Annabella".into())
    );
    assert!(!format!("{:?}", rows(&*store, "conflict")).contains("Annabella"), "sealed");
    let over = Settlement { agreed: vec![record("customer", "1")], ..settlement("customer") };
    wait(store.settle(&held, over)).unwrap();
    assert_eq!(all(&*store), []);
    assert!(!wait(store.choose(&first[0], choice, None, at(9))).unwrap(), "it is over");
}

pub(super) fn both_sides_of_a_record_go_on_under_new_names(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "customer");
    let filled = Settlement {
        links: vec![link("customer", "1")],
        bases: vec![(record("customer", "1"), base("Ada"))],
        conflicts: vec![conflict("customer", "1", "Byron")],
        ..settlement("customer")
    };
    wait(store.settle(&held, filled)).unwrap();
    wait(store.release(&held)).unwrap();
    let renames = [Rename::parse("entity.customer", "entity.buyer").unwrap()];
    assert_eq!(wait(store.rename(&scope("p"), &renames, at(9), &[])), Ok(Renamed::Done));
    assert_eq!(bases(&*store, "buyer")["1"], base("Ada"));
    let kept = all(&*store);
    assert_eq!(kept[0].conflict, conflict("buyer", "1", "Byron"));
    let renames = [Rename::parse("pipeline.p", "pipeline.q").unwrap()];
    assert_eq!(wait(store.rename(&scope("q"), &renames, at(9), &[])), Ok(Renamed::Done));
    assert_eq!(wait(store.bases(&scope("q"), "buyer", &["1".into()])).unwrap()["1"], base("Ada"));
    assert_eq!(all(&*store)[0].scope, scope("q"));
}
