use crate::state::{
    Sealer, StateError,
    sqlite::{NeededKey, SqliteStore, SqliteVault, needed_key, row, schema},
};
use engine_contract::{Clock, ErrorKind, Rng, Tokens, Vault, async_trait};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
    time::Duration,
};

const ACCOUNT: &str = "quickbooks/9130350000000000";

/// Counts up, so that no two keys and nonces are equal.
struct Counter(AtomicU64);

impl Rng for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let digest = blake3::hash(&self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            chunk.copy_from_slice(&digest.as_bytes()[..chunk.len()]);
        }
    }
}

/// A clock that is set.
#[derive(Default)]
struct Hands(Mutex<SignedDuration>);

impl Hands {
    fn turn(&self, hours: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_hours(hours);
    }
}

#[async_trait]
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + *self.0.lock().unwrap()
    }

    async fn sleep(&self, _duration: Duration) {}
}

/// A folder that vanishes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vault-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn state(&self) -> PathBuf {
        self.0.join("state.db")
    }

    /// All bytes in the folder.
    fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.0).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn master(byte: u8) -> Sealer {
    Sealer::new(&[byte; 32], Arc::new(Counter(AtomicU64::new(u64::from(byte) << 32))))
}

fn tokens(access: &str) -> Tokens {
    Tokens {
        access: access.to_owned(),
        access_until: Timestamp::UNIX_EPOCH,
        refresh: format!("{access} refresh"),
        refresh_until: None,
    }
}

/// A store in memory answers inline.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("an answer at once")
}

/// A store with a writer thread answers when it has committed.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn in_memory(clock: &Arc<Hands>) -> (SqliteStore, SqliteVault) {
    let store = SqliteStore::in_memory(master(1)).unwrap();
    let vault = store.vault(Arc::<Hands>::clone(clock));
    (store, vault)
}

fn open(path: &Path, key: u8) -> (SqliteStore, SqliteVault) {
    let store = SqliteStore::open(path, master(key)).unwrap();
    let vault = store.vault(Arc::new(Hands::default()));
    (store, vault)
}

/// What the current tokens of the account are, as a text.
fn access(vault: &SqliteVault) -> Option<(String, u64)> {
    wait(vault.load(ACCOUNT)).unwrap().map(|held| (held.tokens.access, held.version))
}

#[test]
fn of_two_that_store_on_the_same_version_one_is_told_to_load() {
    let (_store, vault) = in_memory(&Arc::default());
    assert_eq!(now(vault.load(ACCOUNT)).unwrap(), None);
    assert_eq!(now(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap().version, 1);
    let late = now(vault.store(ACCOUNT, 0, &tokens("b"))).unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Stale);
    assert!(!late.to_string().contains("refresh"), "{late}");
    assert_eq!(access(&vault), Some(("a".to_owned(), 1)));
    assert_eq!(now(vault.store(ACCOUNT, 1, &tokens("c"))).unwrap().version, 2);
    assert_eq!(access(&vault), Some(("c".to_owned(), 2)));
}

#[test]
fn replaced_tokens_are_kept_for_a_day() {
    let clock = Arc::<Hands>::default();
    let (_store, vault) = in_memory(&clock);
    drop(now(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap());
    assert_eq!(now(vault.previous(ACCOUNT)).unwrap(), None);
    drop(now(vault.store(ACCOUNT, 1, &tokens("b"))).unwrap());
    clock.turn(23);
    let previous = now(vault.previous(ACCOUNT)).unwrap().unwrap();
    assert_eq!((previous.tokens, previous.version), (tokens("a"), 1));
    clock.turn(1);
    assert_eq!(now(vault.previous(ACCOUNT)).unwrap(), None);
}

#[test]
fn a_version_from_before_a_logout_is_never_good_again() {
    let (_store, vault) = in_memory(&Arc::default());
    drop(now(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap());
    drop(now(vault.store(ACCOUNT, 1, &tokens("b"))).unwrap());
    assert!(now(vault.forget(ACCOUNT)).unwrap());
    assert!(!now(vault.forget(ACCOUNT)).unwrap());
    assert_eq!(now(vault.load(ACCOUNT)).unwrap(), None);
    assert_eq!(now(vault.previous(ACCOUNT)).unwrap(), None);
    assert_eq!(now(vault.store(ACCOUNT, 2, &tokens("late"))).unwrap_err().kind(), ErrorKind::Stale);
    assert_eq!(now(vault.store(ACCOUNT, 0, &tokens("new"))).unwrap().version, 3);
}

#[test]
fn secrets_are_listed_with_their_hosts_and_without_their_values() {
    let (_store, vault) = in_memory(&Arc::default());
    let hosts = vec!["api.example.com".to_owned()];
    now(vault.put_secret("shop_key", "first", &[])).unwrap();
    now(vault.put_secret("shop_key", "ck_canary", &hosts)).unwrap();
    let secret = now(vault.secret("shop_key")).unwrap().unwrap();
    assert_eq!((secret.value.as_str(), &secret.hosts), ("ck_canary", &hosts));
    let listed = now(vault.secrets()).unwrap();
    assert_eq!((listed.len(), &listed[0].hosts), (1, &hosts));
    assert!(!format!("{listed:?} {secret:?}").contains("canary"));
    assert!(now(vault.remove_secret("shop_key")).unwrap());
    assert!(!now(vault.remove_secret("shop_key")).unwrap());
    assert_eq!(now(vault.secret("shop_key")).unwrap(), None);
}

#[test]
fn the_file_shows_no_token_and_no_secret() {
    let folder = Folder::new("bytes");
    let (store, vault) = open(&folder.state(), 1);
    drop(wait(vault.store(ACCOUNT, 0, &tokens("canary-access"))).unwrap());
    drop(wait(vault.store(ACCOUNT, 1, &tokens("canary-other"))).unwrap());
    wait(vault.put_secret("name", "canary-secret", &[])).unwrap();
    let while_open = folder.bytes();
    drop((vault, store));
    for bytes in [while_open, folder.bytes()] {
        assert!(!bytes.windows(6).any(|bytes| bytes == b"canary"));
        assert!(!bytes.windows(32).any(|bytes| bytes == [1; 32]), "the master key is not in the file");
    }
}

/// Every sealed column of the vault, with the row that it is in.
const SEALED: [(&str, &str, &str); 5] = [
    ("token", "sealed", "kind = 'current'"),
    ("token", "sealed", "kind = 'previous'"),
    ("secret", "sealed", "name = 'name'"),
    ("data_key", "wrapped", "purpose = 'vault'"),
    ("data_key", "wrapped", "purpose = 'payload'"),
];

/// What a vault gives out, or that it does not.
fn all(path: &Path) -> Result<Vec<String>, String> {
    let store = SqliteStore::open(path, master(1)).map_err(|error| error.to_string())?;
    let vault = store.vault(Arc::new(Hands::default()));
    let current = wait(vault.load(ACCOUNT)).map_err(|error| error.to_string())?;
    let previous = wait(vault.previous(ACCOUNT)).map_err(|error| error.to_string())?;
    let secret = wait(vault.secret("name")).map_err(|error| error.to_string())?;
    let tokens = [current, previous].into_iter().flatten().map(|held| held.tokens.access);
    Ok(tokens.chain(secret.map(|secret| secret.value.to_string())).collect())
}

fn filled(folder: &Folder) -> Connection {
    let (store, vault) = open(&folder.state(), 1);
    drop(wait(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap());
    drop(wait(vault.store(ACCOUNT, 1, &tokens("b"))).unwrap());
    wait(vault.put_secret("name", "c", &["api.example.com".to_owned()])).unwrap();
    drop((vault, store));
    assert_eq!(all(&folder.state()).unwrap(), ["b", "a", "c"]);
    Connection::open(folder.state()).unwrap()
}

#[test]
fn a_changed_bit_of_anything_sealed_is_an_error() {
    let folder = Folder::new("bits");
    let db = filled(&folder);
    for (table, column, row) in SEALED {
        let select = format!("SELECT {column} FROM {table} WHERE {row}");
        let update = format!("UPDATE {table} SET {column} = ?1 WHERE {row}");
        let sealed: Vec<u8> = db.query_row(&select, [], |row| row.get(0)).unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1 << (index % 8);
            db.execute(&update, [&changed]).unwrap();
            let said = all(&folder.state()).unwrap_err();
            assert!(!said.contains("refresh"), "{said}");
        }
        db.execute(&update, [&sealed]).unwrap();
    }
    assert_eq!(all(&folder.state()).unwrap(), ["b", "a", "c"]);
}

#[test]
fn a_row_that_was_moved_or_altered_does_not_decrypt() {
    let alterations = [
        "UPDATE token SET account = 'quickbooks/9' WHERE account <> 'quickbooks/9'",
        "UPDATE token SET version = 7 WHERE kind = 'current'",
        "UPDATE token SET kind = CASE kind WHEN 'current' THEN 'previous' ELSE 'current' END",
        "UPDATE secret SET hosts = '[]'",
        "UPDATE secret SET hosts = '[\"evil.example.com\"]'",
        "UPDATE secret SET version = 9",
        "UPDATE secret SET sealed = x''",
        "UPDATE secret SET sealed = (SELECT sealed FROM token WHERE kind = 'current')",
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key AS other WHERE other.purpose = 'payload')
         WHERE purpose = 'vault'",
        "UPDATE data_key SET master = 'ffffffffffffffff'",
    ];
    for (index, alteration) in alterations.iter().enumerate() {
        let folder = Folder::new(&format!("moved-{index}"));
        let db = filled(&folder);
        // The keys of the table are altered one row at a time.
        db.execute_batch("PRAGMA ignore_check_constraints = 1").unwrap();
        if alteration.contains("CASE kind") {
            db.execute_batch("UPDATE token SET kind = 'other' WHERE kind = 'previous'").unwrap();
            db.execute_batch("UPDATE token SET kind = 'previous' WHERE kind = 'current'").unwrap();
            db.execute_batch("UPDATE token SET kind = 'current' WHERE kind = 'other'").unwrap();
        } else {
            db.execute_batch(alteration).unwrap();
        }
        if alteration.contains("quickbooks/9'") {
            let store = SqliteStore::open(&folder.state(), master(1)).unwrap();
            let vault = store.vault(Arc::new(Hands::default()));
            assert!(wait(vault.load("quickbooks/9")).is_err(), "{alteration}");
        } else {
            assert!(all(&folder.state()).is_err(), "{alteration}");
        }
    }
}

#[test]
fn two_stores_on_one_file_take_turns() {
    let folder = Folder::new("turns");
    let (_first, one) = open(&folder.state(), 1);
    let (_second, other) = open(&folder.state(), 1);
    let stores = |vault: &SqliteVault, name: &str| {
        let mut stored = 0;
        while stored < 40 {
            let version = wait(vault.load(ACCOUNT)).unwrap().map_or(0, |held| held.version);
            match wait(vault.store(ACCOUNT, version, &tokens(name))) {
                Ok(_) => stored += 1,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Stale, "{error}"),
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| stores(&one, "one"));
        scope.spawn(|| stores(&other, "other"));
    });
    assert_eq!(access(&one).unwrap().1, 80);
}

#[test]
fn a_new_master_key_opens_everything_and_the_old_one_nothing() {
    let folder = Folder::new("rotate");
    let db = filled(&folder);
    let sealed = |table: &str| -> Vec<Vec<u8>> {
        let mut statement = db.prepare(&format!("SELECT sealed FROM {table}")).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let before = (sealed("token"), sealed("secret"));
    let (store, vault) = open(&folder.state(), 1);
    wait(store.rotate(master(2), || Ok(()))).unwrap();
    assert_eq!(before, (sealed("token"), sealed("secret")), "only data keys are wrapped anew");
    assert_eq!(access(&vault), Some(("b".to_owned(), 2)), "who has the store open goes on");
    let wanted = master(2).id().to_owned();
    assert_eq!(needed_key(&folder.state()), Ok(NeededKey::Named(wanted.clone())));
    let given = master(1).id().to_owned();
    let other = StateError::OtherKey { wanted, given };
    assert_eq!(SqliteStore::open(&folder.state(), master(1)).err(), Some(other.clone()));
    assert_eq!(wait(store.rotate(master(3), || Ok(()))), Err(other.clone()), "of two rotations one is first");
    let (_store, vault) = open(&folder.state(), 2);
    assert_eq!(access(&vault), Some(("b".to_owned(), 2)));
    let read = SqliteStore::open_read_only(&folder.state(), master(1)).unwrap();
    assert_eq!(read.is_unlocked(), Err(other));
    let locked = read.vault(Arc::new(Hands::default()));
    assert!(wait(locked.load(ACCOUNT)).is_err() && wait(locked.secret("name")).is_err());
    assert_eq!(wait(locked.secrets()).unwrap().len(), 1, "names are no secrets");
}

#[test]
fn a_rotation_that_cannot_publish_its_key_changes_nothing() {
    let folder = Folder::new("unpublished");
    drop(filled(&folder));
    let (store, _vault) = open(&folder.state(), 1);
    let full = || StateError::Unavailable("the disk is full".to_owned());
    assert_eq!(wait(store.rotate(master(2), move || Err(full()))), Err(full()));
    drop(store);
    assert_eq!(all(&folder.state()).unwrap(), ["b", "a", "c"]);
}

#[test]
fn keys_are_rotated_while_others_write() {
    let folder = Folder::new("load");
    let (_store, vault) = open(&folder.state(), 1);
    let (is_over, stored) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let version = stored.load(Ordering::Acquire);
                drop(wait(vault.store(ACCOUNT, version, &tokens("x"))).unwrap());
                stored.store(version + 1, Ordering::Release);
            }
        });
        for key in 1..20 {
            let (store, _) = open(&folder.state(), key);
            wait(store.rotate(master(key + 1), || Ok(()))).unwrap();
        }
        is_over.store(true, Ordering::Release);
    });
    let (_store, vault) = open(&folder.state(), 20);
    assert_eq!(access(&vault), Some(("x".to_owned(), stored.load(Ordering::Acquire))));
}

/// A state file as engines before data keys made it, with one failed record.
fn first_version(path: &Path) -> (crate::key::Scope, crate::key::RecordKey) {
    let db = Connection::open(path).unwrap();
    super::super::open::step(&db, 0, &master(1)).unwrap();
    assert_eq!(db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap(), 1);
    let scope = crate::key::Scope {
        tenant: "t".into(),
        environment: "e".into(),
        pipeline: "p".into(),
        side: crate::key::Side::Source,
    };
    let record = crate::key::RecordKey { entity: "order".into(), key: "83".into() };
    let payload = master(1).seal(&row::place(&scope, &record, "failed"), b"shopper@example.com").unwrap();
    db.execute(
        "INSERT INTO failed (tenant, environment, pipeline, entity, side, key, source_key, origin, code, message,
           retry, broken, attempts, mapping_hash, payload, first_at, last_at, run)
         VALUES ('t', 'e', 'p', 'order', 'source', '83', '83', '', 'c', 'm', 0, 0, 1, 'h', ?1, 0, 0, 'r')",
        [&payload],
    )
    .unwrap();
    (scope, record)
}

fn payload(path: &Path) -> Vec<u8> {
    let db = Connection::open(path).unwrap();
    db.query_row("SELECT payload FROM failed", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_store_of_the_first_version_is_read_as_it_is_and_brought_up_to_date_when_written() {
    let folder = Folder::new("first");
    let (scope, record) = first_version(&folder.state());
    let place = row::place(&scope, &record, "failed");
    assert_eq!(needed_key(&folder.state()), Ok(NeededKey::Unnamed));
    let read = SqliteStore::open_read_only(&folder.state(), master(1)).unwrap();
    assert_eq!(
        read.keys_for_tests().open(&place, &payload(&folder.state())).unwrap(),
        b"shopper@example.com"
    );
    let vault = read.vault(Arc::new(Hands::default()));
    assert!(wait(vault.load(ACCOUNT)).unwrap().is_none() && wait(vault.secrets()).unwrap().is_empty());
    drop((vault, read));
    let (store, vault) = open(&folder.state(), 1);
    assert_eq!(
        store.keys_for_tests().open(&place, &payload(&folder.state())).unwrap(),
        b"shopper@example.com"
    );
    assert!(
        master(1).open(&place, &payload(&folder.state())).is_err(),
        "the master key itself seals nothing now"
    );
    drop(wait(vault.store(ACCOUNT, 0, &tokens("a"))).unwrap());
    let db = Connection::open(folder.state()).unwrap();
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, schema::VERSION);
}

#[test]
fn a_store_of_the_first_version_with_another_key_is_left_as_it_was() {
    let folder = Folder::new("first-other");
    drop(first_version(&folder.state()));
    let before = payload(&folder.state());
    assert!(matches!(SqliteStore::open(&folder.state(), master(2)), Err(StateError::Corrupt(_))));
    assert_eq!(payload(&folder.state()), before);
    assert_eq!(needed_key(&folder.state()), Ok(NeededKey::Unnamed));
}
