//! Places for stores, each of which vanishes with its test.

use super::sample::master;
use crate::state::{Location, StateDatabase};
use std::{collections::BTreeSet, sync::Arc};
use tempfile::TempDir;

/// A place for stores.
pub(super) struct Home {
    /// Where stores are opened.
    pub(super) location: Location,
    /// For files of the test.
    pub(super) folder: TempDir,
    #[cfg(feature = "postgres")]
    url: String,
    #[cfg(feature = "postgres")]
    _server: Option<server::Database>,
}

impl Home {
    /// A store, with the first master key.
    pub(super) fn open(&self) -> Arc<dyn StateDatabase> {
        self.location.open(master(1)).unwrap()
    }

    /// Every column there, behind the name of its table.
    pub(super) fn columns(&self) -> BTreeSet<String> {
        match &self.location {
            Location::File(path) => {
                let sql = "SELECT m.name || ' ' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
                           WHERE m.type = 'table'";
                let db = rusqlite::Connection::open(path).unwrap();
                let mut statement = db.prepare(sql).unwrap();
                let columns = statement.query_map([], |row| row.get(0)).unwrap();
                columns.collect::<rusqlite::Result<_>>().unwrap()
            }
            #[cfg(feature = "postgres")]
            Location::Server(address) => crate::state::postgres::columns(address),
        }
    }

    /// Makes the store one of version 2; the statements take what is newer away.
    pub(super) fn lower(&self, statements: &str) {
        match &self.location {
            Location::File(path) => {
                let db = rusqlite::Connection::open(path).unwrap();
                db.execute_batch(&format!("{statements} PRAGMA user_version = 2;")).unwrap();
            }
            #[cfg(feature = "postgres")]
            Location::Server(_) => {
                let all = format!("{statements} UPDATE meta SET value = 2 WHERE name = 'schema'");
                for statement in all.split(';').filter(|statement| !statement.trim().is_empty()) {
                    let statement =
                        statement.replace("TABLE ", "TABLE engine.").replace("INDEX ", "INDEX engine.");
                    crate::state::postgres::for_tests(
                        &self.url,
                        &statement.replace("UPDATE ", "UPDATE engine."),
                    );
                }
            }
        }
    }

    /// Where the store of a version is kept that was brought up to date.
    pub(super) fn kept(&self, version: i64) -> Location {
        match &self.location {
            Location::File(path) => Location::File(crate::state::sqlite::older_copy(path, version)),
            #[cfg(feature = "postgres")]
            Location::Server(_) => {
                Location::server(&format!("{}?schema=engine_schema_{version}", self.url)).unwrap()
            }
        }
    }

    /// A place of the other kind: of PostgreSQL for SQLite, where there is one.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_self, reason = "there is no other kind then")
    )]
    pub(super) fn other(&self) -> Self {
        #[cfg(feature = "postgres")]
        if self.location.file().is_some() {
            return postgres();
        }
        sqlite()
    }
}

pub(super) fn sqlite() -> Home {
    let folder = TempDir::new().unwrap();
    let location = Location::File(folder.path().join("state.db"));
    Home {
        location,
        folder,
        #[cfg(feature = "postgres")]
        url: String::new(),
        #[cfg(feature = "postgres")]
        _server: None,
    }
}

/// A database of its own on the server that tests use.
#[cfg(feature = "postgres")]
pub(super) fn postgres() -> Home {
    let (database, url) = server::Database::create();
    let location = Location::server(&url).unwrap();
    Home { location, folder: TempDir::new().unwrap(), url, _server: Some(database) }
}

#[cfg(feature = "postgres")]
mod server {
    use crate::state::postgres::for_tests;
    use std::{
        process,
        sync::atomic::{AtomicU32, Ordering},
    };

    const SERVER: &str = "postgres://postgres@127.0.0.1:5432";

    /// A database that is dropped with the test.
    pub(super) struct Database(String);

    impl Database {
        pub(super) fn create() -> (Self, String) {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("engine_state_{}_{number}", process::id());
            // A process of the same number may have been killed here.
            for_tests(&format!("{SERVER}/postgres"), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            for_tests(&format!("{SERVER}/postgres"), &format!("CREATE DATABASE {name}"));
            (Self(name.clone()), format!("{SERVER}/{name}"))
        }
    }

    impl Drop for Database {
        fn drop(&mut self) {
            for_tests(&format!("{SERVER}/postgres"), &format!("DROP DATABASE {} WITH (FORCE)", self.0));
        }
    }
}
