//! `PostgreSQL` through sqlx.
//!
//! A call of `write` is one transaction: rows go into a staging table by COPY and from there into their table by
//! one statement. Each is guarded by a revision, so that repeating a call is harmless and an older write that
//! arrives late changes nothing. All text goes to the server as text and comes back as text: no number passes
//! through binary floating point on the way.

mod address;
mod chunk;
mod clock;
mod config;
mod connector;
mod decimal;
mod encode;
mod error;
mod find;
mod fit;
mod group;
mod guard;
mod merge;
mod page;
mod rows;
mod schema;
mod session;
mod source;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod types;

pub use config::{Config, Stream};
pub use connector::PostgresConnector;
