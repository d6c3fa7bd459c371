//! MySQL and MariaDB through sqlx.
//!
//! Writes are upserts on a natural key, each guarded by a revision, and a call is one transaction: repeating it is
//! harmless, and an older write that arrives late changes nothing. A row is inserted or updated, never both in one
//! statement: `ON DUPLICATE KEY UPDATE` changes whichever row any unique index finds, which may be a foreign one.

mod apply;
mod bind;
mod clock;
mod config;
mod connect;
mod connector;
mod create;
mod error;
mod find;
mod guard;
mod key;
mod number;
mod page;
mod row;
mod schema;
mod sequel;
mod source;
mod table;
mod target;
mod temporal;
#[cfg(test)]
mod tests;
mod types;
mod upsert;

pub use config::{Config, SslMode, Stream};
pub use connector::MysqlConnector;
