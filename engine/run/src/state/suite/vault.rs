use super::{
    Home,
    sample::{ACCOUNT, Hands, master, tokens, wait},
};
use crate::state::{NeededKey, StateDatabase, StateError, StateVault};
use engine_contract::ErrorKind;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

fn open(home: &Home, key: u8) -> (Arc<dyn StateDatabase>, Arc<dyn StateVault>) {
    let store = home.location.open(master(key)).unwrap();
    let vault = store.vault(Arc::new(Hands::default()));
    (store, vault)
}

/// What the current tokens of the account are, as a text.
fn access(vault: &dyn StateVault) -> Option<(String, u64)> {
    wait(vault.load(ACCOUNT)).unwrap().map(|held| (held.tokens.access, held.version))
}

/// Two versions of tokens and a secret.
fn fill(home: &Home) {
    let (_store, vault) = open(home, 1);
    drop(wait(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap());
    drop(wait(vault.store(ACCOUNT, 1, &tokens("b"))).unwrap());
    wait(vault.put_secret("name", "c", &["api.example.com".to_owned()])).unwrap();
}

pub(super) fn of_two_that_store_on_the_same_version_one_is_told_to_load(home: &Home) {
    let (_store, vault) = open(home, 1);
    assert_eq!(wait(vault.load(ACCOUNT)).unwrap(), None);
    assert_eq!(wait(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap().version, 1);
    let late = wait(vault.store(ACCOUNT, 0, &tokens("b"))).unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Stale);
    assert!(!late.to_string().contains("refresh"), "{late}");
    assert_eq!(access(&*vault), Some(("a".to_owned(), 1)));
    assert_eq!(wait(vault.store(ACCOUNT, 1, &tokens("c"))).unwrap().version, 2);
    assert_eq!(access(&*vault), Some(("c".to_owned(), 2)));
}

pub(super) fn replaced_tokens_are_kept_for_a_day(home: &Home) {
    let (store, clock) = (home.open(), Arc::<Hands>::default());
    let vault = store.vault(Arc::<Hands>::clone(&clock));
    drop(wait(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap());
    assert_eq!(wait(vault.previous(ACCOUNT)).unwrap(), None);
    drop(wait(vault.store(ACCOUNT, 1, &tokens("b"))).unwrap());
    clock.turn(23);
    let previous = wait(vault.previous(ACCOUNT)).unwrap().unwrap();
    assert_eq!((previous.tokens, previous.version), (tokens("a"), 1));
    clock.turn(1);
    assert_eq!(wait(vault.previous(ACCOUNT)).unwrap(), None);
}

pub(super) fn a_version_from_before_a_logout_is_never_good_again(home: &Home) {
    let (_store, vault) = open(home, 1);
    drop(wait(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap());
    drop(wait(vault.store(ACCOUNT, 1, &tokens("b"))).unwrap());
    assert!(wait(vault.forget(ACCOUNT)).unwrap());
    assert!(!wait(vault.forget(ACCOUNT)).unwrap());
    assert_eq!(wait(vault.load(ACCOUNT)).unwrap(), None);
    assert_eq!(wait(vault.previous(ACCOUNT)).unwrap(), None);
    assert_eq!(wait(vault.store(ACCOUNT, 2, &tokens("late"))).unwrap_err().kind(), ErrorKind::Stale);
    assert_eq!(wait(vault.store(ACCOUNT, 0, &tokens("new"))).unwrap().version, 3);
}

pub(super) fn secrets_are_listed_with_their_hosts_and_without_their_values(home: &Home) {
    let (_store, vault) = open(home, 1);
    let hosts = vec!["api.example.com".to_owned()];
    wait(vault.put_secret("shop_key", "first", &[])).unwrap();
    wait(vault.put_secret("shop_key", "ck_canary", &hosts)).unwrap();
    wait(vault.put_secret("a_key", "ck_canary", &[])).unwrap();
    let secret = wait(vault.secret("shop_key")).unwrap().unwrap();
    assert_eq!((secret.value.as_str(), &secret.hosts), ("ck_canary", &hosts));
    let listed = wait(vault.secrets()).unwrap();
    let names: Vec<_> = listed.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!((names.as_slice(), &listed[1].hosts), (["a_key", "shop_key"].as_slice(), &hosts));
    assert!(!format!("{listed:?} {secret:?}").contains("canary"));
    assert!(wait(vault.remove_secret("shop_key")).unwrap());
    assert!(!wait(vault.remove_secret("shop_key")).unwrap());
    assert_eq!(wait(vault.secret("shop_key")).unwrap(), None);
}

pub(super) fn two_stores_take_turns(home: &Home) {
    let (_first, one) = open(home, 1);
    let (_second, other) = open(home, 1);
    let stores = |vault: &dyn StateVault, name: &str| {
        let mut stored = 0;
        while stored < 25 {
            let version = wait(vault.load(ACCOUNT)).unwrap().map_or(0, |held| held.version);
            match wait(vault.store(ACCOUNT, version, &tokens(name))) {
                Ok(_) => stored += 1,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Stale, "{error}"),
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| stores(&*one, "one"));
        scope.spawn(|| stores(&*other, "other"));
    });
    assert_eq!(access(&*one).unwrap().1, 50);
}

pub(super) fn a_new_master_key_opens_everything_and_the_old_one_nothing(home: &Home) {
    fill(home);
    let (store, vault) = open(home, 1);
    wait(store.rotate(master(2), Box::new(|| Ok(())))).unwrap();
    assert_eq!(access(&*vault), Some(("b".to_owned(), 2)), "who has the store open goes on");
    let wanted = master(2).id().to_owned();
    assert_eq!(home.location.needed_key(), Ok(NeededKey::Named(wanted.clone())));
    let given = master(1).id().to_owned();
    let other = StateError::OtherKey { wanted, given };
    assert_eq!(home.location.open(master(1)).err(), Some(other.clone()));
    let third = wait(store.rotate(master(3), Box::new(|| Ok(()))));
    assert_eq!(third, Err(other.clone()), "of two rotations one is first");
    let (_store, vault) = open(home, 2);
    assert_eq!(access(&*vault), Some(("b".to_owned(), 2)));
    assert_eq!(wait(vault.secret("name")).unwrap().unwrap().value.as_str(), "c");
    let read = home.location.open_read_only(master(1)).unwrap();
    assert_eq!(read.is_unlocked(), Err(other));
    let locked = read.vault(Arc::new(Hands::default()));
    assert!(wait(locked.load(ACCOUNT)).is_err() && wait(locked.secret("name")).is_err());
    assert_eq!(wait(locked.secrets()).unwrap().len(), 1, "names are no secrets");
}

pub(super) fn a_rotation_that_cannot_publish_its_key_changes_nothing(home: &Home) {
    fill(home);
    let (store, _vault) = open(home, 1);
    let full = || StateError::Unavailable("the disk is full".to_owned());
    assert_eq!(wait(store.rotate(master(2), Box::new(move || Err(full())))), Err(full()));
    let (_store, vault) = open(home, 1);
    assert_eq!(access(&*vault), Some(("b".to_owned(), 2)));
}

pub(super) fn keys_are_rotated_while_others_write(home: &Home) {
    let (_store, vault) = open(home, 1);
    let (is_over, stored) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let version = stored.load(Ordering::Acquire);
                drop(wait(vault.store(ACCOUNT, version, &tokens("x"))).unwrap());
                stored.store(version + 1, Ordering::Release);
            }
        });
        for key in 1..10 {
            let (store, _) = open(home, key);
            wait(store.rotate(master(key + 1), Box::new(|| Ok(())))).unwrap();
        }
        is_over.store(true, Ordering::Release);
    });
    let (_store, vault) = open(home, 10);
    let written = stored.load(Ordering::Acquire);
    assert_eq!(access(&*vault).map(|(_, version)| version).unwrap_or_default(), written);
}
