use crate::state::{
    StateError, StateVault, place,
    sqlite::{NeededKey, SqliteStore, SqliteVault, needed_key, schema},
    suite::{ACCOUNT, Hands, master, tokens, wait},
};
use engine_contract::Vault;
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

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

fn open(path: &Path, key: u8) -> (SqliteStore, SqliteVault) {
    let store = SqliteStore::open(path, master(key)).unwrap();
    let vault = store.vault(Arc::new(Hands::default()));
    (store, vault)
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
    let payload = master(1).seal(&place::payload(&scope, &record, "failed"), b"shopper@example.com").unwrap();
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
    let bound_to = place::payload(&scope, &record, "failed");
    assert_eq!(needed_key(&folder.state()), Ok(NeededKey::Unnamed));
    let read = SqliteStore::open_read_only(&folder.state(), master(1)).unwrap();
    assert_eq!(
        read.keys_for_tests().open(&bound_to, &payload(&folder.state())).unwrap(),
        b"shopper@example.com"
    );
    let vault = read.vault(Arc::new(Hands::default()));
    assert!(wait(vault.load(ACCOUNT)).unwrap().is_none() && wait(vault.secrets()).unwrap().is_empty());
    drop((vault, read));
    let (store, vault) = open(&folder.state(), 1);
    assert_eq!(
        store.keys_for_tests().open(&bound_to, &payload(&folder.state())).unwrap(),
        b"shopper@example.com"
    );
    assert!(
        master(1).open(&bound_to, &payload(&folder.state())).is_err(),
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
