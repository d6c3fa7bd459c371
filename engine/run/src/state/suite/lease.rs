use super::{
    Home,
    sample::{at, group, intent, lease, link, rows, scope, settlement, wait},
};
use crate::state::{Acquired, Counts, CursorRow, Settlement, StateError, Status};

fn epoch(acquired: Acquired) -> i64 {
    match acquired {
        Acquired::Yes(lease) => lease.epoch,
        Acquired::Busy { owner, .. } => panic!("{owner} holds it"),
    }
}

pub(super) fn a_lease_has_one_holder_until_it_ends(home: &Home) {
    let store = home.open();
    let key = group("p", "orders");
    let held = lease(&*store, "p", "orders");
    assert_eq!((held.until, held.since, held.owner.as_str()), (at(30), at(0), "me"));
    let busy = Acquired::Busy { owner: "me".into(), until: at(30) };
    assert_eq!(wait(store.acquire(&key, "you", at(29), at(60), None)).unwrap(), busy);
    assert!(wait(store.renew(&held, at(50))).unwrap());
    assert!(
        wait(store.renew(&held, at(45))).unwrap(),
        "an earlier request that comes later shortens nothing"
    );
    let busy = Acquired::Busy { owner: "me".into(), until: at(50) };
    assert_eq!(wait(store.acquire(&key, "you", at(40), at(60), None)).unwrap(), busy);
    let other = wait(store.acquire(&group("p", "lines"), "you", at(40), at(60), None)).unwrap();
    assert!(matches!(other, Acquired::Yes(_)), "groups are leased apart");
    assert!(matches!(wait(store.acquire(&key, "you", at(50), at(80), None)).unwrap(), Acquired::Yes(_)));
}

pub(super) fn each_taking_has_a_higher_epoch(home: &Home) {
    let store = home.open();
    let key = group("p", "orders");
    let first = epoch(wait(store.acquire(&key, "a", at(100), at(130), None)).unwrap());
    assert_eq!(first, 100_000, "an epoch is also a moment");
    let second = epoch(wait(store.acquire(&key, "b", at(200), at(230), None)).unwrap());
    assert_eq!(second, 200_000);
    // A clock that went back does not make epochs go back.
    let third = epoch(wait(store.acquire(&key, "c", at(50), at(80), Some("b"))).unwrap());
    assert_eq!(third, 200_001);
    let held = lease_of(wait(store.acquire(&key, "d", at(90), at(99), None)).unwrap());
    wait(store.release(&held)).unwrap();
    let last = epoch(wait(store.acquire(&key, "e", at(91), at(99), None)).unwrap());
    assert_eq!(last, 200_003);
}

fn lease_of(acquired: Acquired) -> crate::state::Lease {
    match acquired {
        Acquired::Yes(lease) => lease,
        Acquired::Busy { owner, .. } => panic!("{owner} holds it"),
    }
}

pub(super) fn a_lease_of_a_dead_owner_is_taken_at_once(home: &Home) {
    let store = home.open();
    let key = group("p", "orders");
    drop(lease(&*store, "p", "orders"));
    let other = wait(store.acquire(&key, "you", at(1), at(31), Some("somebody"))).unwrap();
    assert!(matches!(other, Acquired::Busy { .. }), "only the dead owner's own lease is free");
    let taken = wait(store.acquire(&key, "you", at(1), at(31), Some("me"))).unwrap();
    assert!(matches!(taken, Acquired::Yes(_)));
}

pub(super) fn a_lost_lease_is_neither_renewed_nor_released(home: &Home) {
    let store = home.open();
    let key = group("p", "orders");
    let lost = lease(&*store, "p", "orders");
    let held = lease_of(wait(store.acquire(&key, "you", at(31), at(61), None)).unwrap());
    assert!(!wait(store.renew(&lost, at(90))).unwrap());
    wait(store.release(&lost)).unwrap();
    let busy = Acquired::Busy { owner: "you".into(), until: at(61) };
    assert_eq!(wait(store.acquire(&key, "third", at(32), at(62), None)).unwrap(), busy);
    wait(store.release(&held)).unwrap();
    assert!(!wait(store.renew(&held, at(90))).unwrap(), "what was given back is not prolonged");
}

pub(super) fn nothing_is_committed_under_a_lost_lease(home: &Home) {
    let store = home.open();
    let lost = lease(&*store, "p", "orders");
    let taken = wait(store.acquire(&lost.key, "you", at(31), at(61), None)).unwrap();
    let late = Settlement {
        links: vec![link("orders", "1")],
        open: vec![intent("orders", "2", 2)],
        cursor: Some(CursorRow { read_hash: "r".into(), ..CursorRow::default() }),
        counts: {
            let mut counts = Counts { read: 1, mapped: 1, ..Counts::default() };
            counts.add(Status::Created);
            counts
        },
        ..settlement("orders")
    };
    assert_eq!(wait(store.settle(&lost, late.clone())), Err(StateError::Fenced));
    assert_eq!(wait(store.commit_intents(&lost, late.open.clone())), Err(StateError::Fenced));
    assert_eq!(wait(store.note_dispatch(&lost, "orders", late.links.clone())), Err(StateError::Fenced));
    for table in ["link", "intent", "dispatch", "cursor", "run_count"] {
        assert_eq!(rows(&*store, table), Vec::<Vec<_>>::new(), "{table}");
    }
    let held = lease_of(taken);
    wait(store.settle(&held, late)).unwrap();
    assert_eq!(wait(store.open_intents(&scope("p"), "orders")).unwrap().len(), 1);
    wait(store.release(&held)).unwrap();
    assert_eq!(wait(store.settle(&held, settlement("orders"))), Err(StateError::Fenced));
}

pub(super) fn of_many_that_ask_at_once_one_gets_the_lease(home: &Home) {
    let stores = [home.open(), home.open(), home.open()];
    for round in 0..20 {
        let key = group("p", &format!("group {round}"));
        let taken: usize = std::thread::scope(|threads| {
            let ask = |(number, store)| {
                let (key, owner) = (key.clone(), format!("owner {number}"));
                threads.spawn(move || {
                    let store: &std::sync::Arc<dyn crate::state::StateDatabase> = store;
                    let asked = wait(store.acquire(&key, &owner, at(0), at(30), None)).unwrap();
                    usize::from(matches!(asked, Acquired::Yes(_)))
                })
            };
            let threads: Vec<_> = stores.iter().enumerate().map(ask).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 1);
    }
}
