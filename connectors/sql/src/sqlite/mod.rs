//! `SQLite` through rusqlite.
//!
//! Writes are upserts on a natural key, each guarded by a revision, and a slice of them is one transaction:
//! repeating a slice is harmless, and an older write that arrives late changes nothing. All work is done
//! inline: a batch takes milliseconds.

mod bind;
mod config;
mod connector;
mod create;
mod database;
mod error;
mod find;
mod guard;
mod page;
mod row;
mod schema;
mod source;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod types;
mod upsert;

pub use config::{Config, Stream};
pub use connector::SqliteConnector;
