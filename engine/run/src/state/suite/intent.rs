use super::{
    Home,
    sample::{intent, lease, link, record, rows, scope, settlement, wait},
};
use crate::state::{Intent, Settlement, copy::Cell};
use bytes::Bytes;

pub(super) fn intents_come_back_in_the_order_of_their_revisions(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let (first, second) = (intent("orders", "b", 1), intent("orders", "a", 2));
    let third = Intent { quiet_after: None, match_on: Vec::new(), ..intent("orders", "0", 2) };
    wait(store.commit_intents(&held, vec![second.clone(), first.clone(), third.clone()])).unwrap();
    assert_eq!(wait(store.open_intents(&scope("p"), "orders")).unwrap(), [first.clone(), third, second]);
    assert!(wait(store.open_intents(&scope("p"), "lines")).unwrap().is_empty());
    let again = Intent { attempts: 4, revision: 9, payload: Bytes::from_static(b"other"), ..first };
    wait(store.commit_intents(&held, vec![again.clone()])).unwrap();
    let open = wait(store.open_intents(&scope("p"), "orders")).unwrap();
    assert_eq!((open.len(), open.last()), (3, Some(&again)), "a record has one open intent");
    let shown = format!("{:?}", rows(&*store, "intent"));
    assert!(!shown.contains("112, 97, 121, 108, 111, 97, 100"), "payloads are sealed: {shown}");
    assert!(rows(&*store, "intent").iter().flatten().all(|cell| *cell != Cell::from("payload")));
}

pub(super) fn closed_intents_are_gone_and_open_ones_stay(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let intents = ["1", "2", "3"].map(|key| intent("orders", key, 1));
    wait(store.commit_intents(&held, intents.to_vec())).unwrap();
    let learned = Intent { attempts: 2, ..intents[1].clone() };
    let batch = Settlement {
        closed: vec![record("orders", "1"), record("lines", "3")],
        open: vec![learned.clone()],
        ..settlement("orders")
    };
    wait(store.settle(&held, batch)).unwrap();
    let open = wait(store.open_intents(&scope("p"), "orders")).unwrap();
    assert_eq!(open, [learned, intents[2].clone()]);
    let unfinished = wait(store.unfinished(&scope("p"))).unwrap();
    assert_eq!(unfinished, [("orders".to_owned(), "books".to_owned())]);
}

pub(super) fn a_note_of_what_is_sent_lasts_until_the_settlement(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    assert!(wait(store.dispatched(&scope("p"), "orders")).unwrap().is_empty());
    for keys in [["1", "2"], ["2", "3"]] {
        let links = keys.map(|key| link("orders", key));
        wait(store.note_dispatch(&held, "orders", links.to_vec())).unwrap();
        let noted = wait(store.dispatched(&scope("p"), "orders")).unwrap();
        assert_eq!(noted.iter().map(|link| link.record.key.as_str()).collect::<Vec<_>>(), keys);
    }
    wait(store.settle(&held, settlement("lines"))).unwrap();
    assert_eq!(
        wait(store.dispatched(&scope("p"), "orders")).unwrap().len(),
        2,
        "only that of its own entity"
    );
    let batch = Settlement { closed: vec![record("orders", "1")], ..settlement("orders") };
    wait(store.settle(&held, batch)).unwrap();
    assert!(wait(store.dispatched(&scope("p"), "orders")).unwrap().is_empty());
}
