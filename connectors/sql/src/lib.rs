//! Reads and writes SQL databases: each one behind a feature, each in a folder of its own.

#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use sqlite::{Config as SqliteConfig, SqliteConnector, Stream as SqliteStream};
