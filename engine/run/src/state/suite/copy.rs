use super::{
    Home,
    sample::{
        ACCOUNT, Hands, at, failed, group, intent, lease, link, master, rng, rows, run, scope, settlement,
        tokens, wait,
    },
};
use crate::state::{
    Acquired, RunFilter, RunStatus, Settlement, StateDatabase, StateError,
    copy::{Content, Lock, LockedCopy, Reader, Wrap, Writer},
    table::TABLES,
};
use std::{path::PathBuf, sync::Arc};

/// Something in every table.
fn fill(store: &dyn StateDatabase) {
    wait(store.begin_run(&run("r1", "p", 1), &[])).unwrap();
    let held = lease(store, "p", "orders");
    let batch = Settlement {
        links: vec![link("orders", "a\0b")],
        open: vec![intent("orders", "2", 2)],
        failed: vec![failed("orders", "3")],
        missing: vec!["4".into()],
        cursor: Some(crate::state::CursorRow { read_hash: "h".into(), ..Default::default() }),
        counts: crate::state::Counts { read: 1, ..Default::default() },
        ..settlement("orders")
    };
    wait(store.settle(&held, batch)).unwrap();
    wait(store.note_dispatch(&held, "orders", vec![link("orders", "5")])).unwrap();
    let vault = store.vault(Arc::new(Hands::default()));
    drop(wait(vault.store(ACCOUNT, 0, &tokens("token-canary"))).unwrap());
    wait(vault.put_secret("name", "secret-canary", &[])).unwrap();
}

fn file(home: &Home) -> PathBuf {
    home.folder.path().join("state.backup")
}

fn back_up(store: &dyn StateDatabase, home: &Home, lock: &Lock<'_>) -> Content {
    wait(store.copy(Writer::create(&file(home), at(50), lock, &rng()).unwrap())).unwrap()
}

fn reader(home: &Home, lock: &Lock<'_>) -> Reader {
    LockedCopy::open(&file(home)).unwrap().unlock(lock, &rng()).unwrap().unwrap()
}

fn content(store: &dyn StateDatabase) -> Content {
    wait(store.copy(Writer::counting(at(50)))).unwrap()
}

/// What is sealed can be opened.
fn check_sealed(store: &dyn StateDatabase) {
    let vault = store.vault(Arc::new(Hands::default()));
    assert_eq!(wait(vault.load(ACCOUNT)).unwrap().unwrap().tokens, tokens("token-canary"));
    assert_eq!(wait(vault.secret("name")).unwrap().unwrap().value.as_str(), "secret-canary");
    assert_eq!(wait(store.open_intents(&scope("p"), "orders")).unwrap(), [intent("orders", "2", 2)]);
}

pub(super) fn a_copy_brings_everything_back(home: &Home) {
    let store = home.open();
    fill(&*store);
    let lock = Lock::Passphrase("correct horse");
    let copied = back_up(&*store, home, &lock);
    assert_eq!(copied, content(&*store));
    assert_eq!(copied.rows.len(), TABLES.len() + 1);
    let bytes = std::fs::read(file(home)).unwrap();
    for canary in ["canary", "a\0b", "orders", "payload"] {
        let found = bytes.windows(canary.len()).any(|bytes| bytes == canary.as_bytes());
        assert!(!found, "`{canary}` is not to be read in a copy");
    }
    let wrong = LockedCopy::open(&file(home)).unwrap().unlock(&Lock::Passphrase("battery"), &rng()).unwrap();
    assert!(wrong.is_none());
    // Later changes are taken back, and the key of now is the one that is needed.
    let held = wait(store.acquire(&group("p", "lines"), "me", at(0), at(30), None)).unwrap();
    assert!(matches!(held, Acquired::Yes(_)));
    wait(store.rotate(master(2), Box::new(|| Ok(())))).unwrap();
    drop(store);
    let store = home.location.open(master(2)).unwrap();
    assert_eq!(wait(store.fill(reader(home, &lock))).unwrap(), copied);
    drop(store);
    let store = home.location.open(master(2)).unwrap();
    assert_eq!(content(&*store), copied);
    check_sealed(&*store);
}

pub(super) fn what_is_under_way_comes_to_rest_in_a_copy(home: &Home) {
    let store = home.open();
    fill(&*store);
    let key = master(1);
    drop(back_up(&*store, home, &Lock::Master(key.clone())));
    drop(wait(store.fill(reader(home, &Lock::Master(key)))).unwrap());
    let store = home.open();
    let runs = wait(store.runs(&RunFilter { limit: 9, ..RunFilter::default() })).unwrap();
    assert_eq!((runs[0].status, runs[0].finished_at), (RunStatus::Interrupted, Some(at(50))));
    let taken = wait(store.acquire(&group("p", "orders"), "you", at(0), at(30), None)).unwrap();
    let Acquired::Yes(taken) = taken else { panic!("the lease is free") };
    assert!(taken.epoch > 0, "epochs go on growing");
    assert_eq!(rows(&*store, "intent").len(), 1, "what may be under way is found out later");
}

pub(super) fn a_copy_is_of_one_moment(home: &Home) {
    let store = home.open();
    let held = lease(&*store, "p", "orders");
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut number = 0;
            while !is_over.load(std::sync::atomic::Ordering::Acquire) {
                let key = number.to_string();
                let batch = Settlement {
                    links: vec![link("orders", &key)],
                    failed: vec![failed("orders", &key)],
                    ..settlement("orders")
                };
                wait(store.settle(&held, batch)).unwrap();
                number += 1;
            }
        });
        let reads = home.open();
        for _ in 0..10 {
            let content = content(&*reads);
            assert_eq!(
                content.rows["link"], content.rows["failed"],
                "what is settled together is copied together"
            );
        }
        is_over.store(true, std::sync::atomic::Ordering::Release);
    });
}

pub(super) fn a_damaged_copy_changes_nothing(home: &Home) {
    let store = home.open();
    fill(&*store);
    let key = master(1);
    let lock = Lock::Master(key);
    let before = back_up(&*store, home, &lock);
    let whole = std::fs::read(file(home)).unwrap();
    let start = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let flipped = |index: usize| {
        let mut bytes = whole.clone();
        bytes[index] ^= 1;
        bytes
    };
    let damaged = [
        flipped(start + 100),
        flipped(whole.len() - 1),
        whole[..whole.len() - 1].to_vec(),
        whole[..start].to_vec(),
        [whole.clone(), b"more".to_vec()].concat(),
    ];
    for bytes in damaged {
        std::fs::write(file(home), bytes).unwrap();
        let filled = wait(store.fill(reader(home, &lock)));
        assert!(matches!(filled, Err(StateError::Backup(_))), "{filled:?}");
        assert_eq!(content(&*store), before);
    }
    std::fs::write(file(home), "{\"kind\":\"something else\"}\n").unwrap();
    assert!(matches!(LockedCopy::open(&file(home)), Err(StateError::Backup(_))));
    let newer = String::from_utf8_lossy(&whole[..start]).replace("\"schema\":3", "\"schema\":99");
    std::fs::write(file(home), newer).unwrap();
    assert!(matches!(LockedCopy::open(&file(home)), Err(StateError::Newer { found: 99, .. })));
}

pub(super) fn state_moves_between_databases(home: &Home) {
    let (from, other) = (home.open(), home.other());
    fill(&*from);
    let key = master(1);
    let lock = Lock::Master(key.clone());
    let moved = back_up(&*from, home, &lock);
    let header = LockedCopy::open(&file(home)).unwrap().header().clone();
    assert_eq!(header.wrap, Wrap::Master { name: key.id().to_owned() });
    let to = other.location.open(master(7)).unwrap();
    assert!(content(&*to).is_empty() && !moved.is_empty());
    drop(wait(to.fill(reader(home, &lock))).unwrap());
    drop(to);
    let to = other.location.open(master(7)).unwrap();
    assert_eq!(content(&*to), moved);
    check_sealed(&*to);
}
