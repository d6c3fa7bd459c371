use super::{
    Home,
    sample::{lease, link, master, record, rows, scope, settlement, tokens, wait},
};
use crate::state::{
    Action, AuditEntry, Link, Settlement, StateDatabase, StateError, audit::Head, copy::Cell,
};
use engine_contract::{ContentHash, Op};
use std::sync::Arc;

pub(super) fn stores_that_settle_at_once_keep_the_audit_whole(home: &Home) {
    let stores = [home.open(), home.open()];
    let entry = |number: usize| AuditEntry {
        record: record("orders", &number.to_string()),
        action: Action::Applied(Op::Create),
        target_object: "Item".into(),
        target_id: None,
        content: ContentHash([3; 32]),
    };
    let work = |store: &Arc<dyn StateDatabase>, pipeline: &str| {
        let held = lease(&**store, pipeline, "orders");
        for number in 0..20 {
            // Both want the same target objects, in another order each.
            let number = if pipeline == "p" { number } else { 19 - number };
            let key = number.to_string();
            let links = vec![Link { target_id: Some(key.clone()), ..link("orders", &key) }];
            let audit = vec![entry(number), entry(number)];
            wait(store.settle(&held, Settlement { links, audit, ..settlement("orders") })).unwrap();
        }
    };
    std::thread::scope(|threads| {
        threads.spawn(|| work(&stores[0], "p"));
        threads.spawn(|| work(&stores[1], "q"));
    });
    let mut audit = rows(&*stores[0], "audit");
    audit.sort();
    assert_eq!(audit.len(), 80);
    let mut head = Head::default();
    for row in audit {
        let (Cell::Text(pipeline), Cell::Text(key)) = (&row[5], &row[7]) else { panic!("{row:?}") };
        let entry = entry(key.parse().unwrap());
        head = head.next(&scope(pipeline), &entry, &settlement("orders")).0;
        assert_eq!((&row[0], &row[12]), (&Cell::from(head.seq), &Cell::from(head.hash.as_slice())));
    }
    let linked = rows(&*stores[1], "link").iter().filter(|row| row[9] != Cell::Null).count();
    assert_eq!((linked, rows(&*stores[1], "failed").len()), (20, 20), "each target object has one record");
}

pub(super) fn a_store_that_is_only_read_cannot_be_changed(home: &Home) {
    let missing = home.location.open_read_only(master(1)).unwrap();
    assert!(wait(missing.waiting()).unwrap().is_empty());
    assert_eq!(home.location.version(), Ok(0), "looking makes nothing");
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    wait(store.settle(&held, Settlement { links: vec![link("orders", "1")], ..settlement("orders") }))
        .unwrap();
    let read = home.location.open_read_only(master(1)).unwrap();
    let known = wait(read.recall(&scope("p"), "orders", &["1".into()])).unwrap();
    assert_eq!(known["1"].link, Some(link("orders", "1")));
    let settled = wait(read.settle(&held, settlement("orders")));
    assert!(matches!(settled, Err(StateError::Unavailable(_))), "{settled:?}");
    let vault = read.vault(Arc::new(super::sample::Hands::default()));
    assert!(wait(vault.store("a/b", 0, &tokens("a"))).is_err());
}

pub(super) fn another_store_sees_what_was_committed(home: &Home) {
    let (one, other) = (home.open(), home.open());
    let held = lease(&*one, "p", "orders");
    for number in 0..5 {
        let links = vec![link("orders", &number.to_string())];
        wait(one.settle(&held, Settlement { links, ..settlement("orders") })).unwrap();
        let known = wait(other.recall(&scope("p"), "orders", &[number.to_string()])).unwrap();
        assert_eq!(known.len(), 1);
    }
}
