//! Where a state store is, and how it is opened there.

use super::{NeededKey, Result, Sealer, StateDatabase, sqlite};
use std::{fmt, path::PathBuf, sync::Arc};

#[cfg(not(feature = "postgres"))]
use super::StateError;
#[cfg(feature = "postgres")]
use super::postgres::{Address, PostgresStore};

/// A place for a state store. What it shows of itself has no passwords.
#[derive(Clone, Debug)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A schema of a PostgreSQL database.
    #[cfg(feature = "postgres")]
    Server(Address),
}

impl Location {
    /// Reads an address of PostgreSQL.
    ///
    /// # Errors
    /// When it is none, or this engine was built without PostgreSQL.
    #[cfg(feature = "postgres")]
    pub fn server(address: &str) -> Result<Self> {
        Address::parse(address).map(Self::Server)
    }

    /// Reads an address of PostgreSQL.
    ///
    /// # Errors
    /// When it is none, or this engine was built without PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    pub fn server(_address: &str) -> Result<Self> {
        Err(StateError::Unavailable("this engine was built without PostgreSQL".to_owned()))
    }

    /// The file, when it is one.
    #[must_use]
    pub fn file(&self) -> Option<&std::path::Path> {
        match self {
            Self::File(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Server(_) => None,
        }
    }

    /// Where the state from before is kept when a store of `version` is brought up to date.
    #[must_use]
    pub fn older_copy(&self, version: i64) -> String {
        match self {
            Self::File(path) => sqlite::older_copy(path, version).display().to_string(),
            #[cfg(feature = "postgres")]
            Self::Server(address) => address.older_copy(version),
        }
    }

    /// The version of the tables there; 0 where there is no store yet.
    ///
    /// # Errors
    /// When it cannot be looked at, or holds what no engine, or a newer one, wrote.
    pub fn version(&self) -> Result<i64> {
        match self {
            Self::File(path) => sqlite::version(path),
            #[cfg(feature = "postgres")]
            Self::Server(address) => PostgresStore::version(address),
        }
    }

    /// Which master key the store there needs.
    ///
    /// # Errors
    /// As [`Location::version`].
    pub fn needed_key(&self) -> Result<NeededKey> {
        match self {
            Self::File(path) => sqlite::needed_key(path),
            #[cfg(feature = "postgres")]
            Self::Server(address) => PostgresStore::needed_key(address),
        }
    }

    /// Opens the store there, or makes it. One of an older engine is brought up to date; a copy of it from before is kept.
    ///
    /// # Errors
    /// As [`Location::version`], and `OtherKey` when the store was made with another master key.
    pub fn open(&self, master: Sealer) -> Result<Arc<dyn StateDatabase>> {
        Ok(match self {
            Self::File(path) => Arc::new(sqlite::SqliteStore::open(path, master)?),
            #[cfg(feature = "postgres")]
            Self::Server(address) => Arc::new(PostgresStore::open(address, master)?),
        })
    }

    /// Opens the store there without the right to change it; an empty one when there is none. With another master key it
    /// opens all the same, and only what is sealed cannot be read.
    ///
    /// # Errors
    /// As [`Location::version`].
    pub fn open_read_only(&self, master: Sealer) -> Result<Arc<dyn StateDatabase>> {
        Ok(match self {
            Self::File(path) => Arc::new(sqlite::SqliteStore::open_read_only(path, master)?),
            #[cfg(feature = "postgres")]
            Self::Server(address) => match PostgresStore::open_read_only(address, master.clone())? {
                Some(store) => Arc::new(store),
                None => Arc::new(sqlite::SqliteStore::in_memory(master)?),
            },
        })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Server(address) => write!(f, "{address}"),
        }
    }
}
