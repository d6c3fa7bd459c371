//! The state store in a schema of a PostgreSQL database, for engines that share it.
//!
//! **What keeps two engines apart.** Truth is in rows, and row locks order those who change them; every transaction is
//! `READ COMMITTED`. `SERIALIZABLE` is not needed, because no decision rests on rows that are not locked:
//!
//! - A lease is taken in one statement, an upsert that takes effect only where the lease is free, ended, or its
//!   holder is gone. Of two engines that try at once the second waits for the row, looks at it anew and is busy.
//! - Every commit starts with the fence: the lease's row is read `FOR SHARE`. Who would take the lease waits for the
//!   commit, and after it the fence refuses whoever held it before. So a commit and the loss of its lease have an
//!   order, and nothing is changed under an epoch that is over.
//! - Links, intents, marks and cursors are written under the lease of their stream group alone. What groups share has
//!   locks of its own: the end of the audit (the row `audit` of `meta`, late in each transaction, so that little is waited
//!   for), target ids (a unique index), counts (an upsert that adds).
//! - Tokens and secrets are read `FOR UPDATE` before they are replaced, so that of two that stand on one version one is
//!   told so.
//! - Where two transactions still wait for each other, PostgreSQL takes one back, and it is done again.
//!
//! **Who is alive.** Leases that belong to another machine are waited for. A session's advisory lock would seem to
//! prove more, as the file lock of SQLite's owners does, but it does not: the server also ends a session when the
//! network is cut, when it is restarted, or when somebody says so, while the engine behind it still sends. Only the
//! end of the lease is an end for both sides, because its holder looks at the clock before each send. Engines in one
//! folder go on to prove their end to each other by file locks ([`super::OwnerLocks`]): those hold whatever the
//! database is.
//!
//! **Time** is the engine's: moments come from the caller's clock, and are kept as milliseconds. Clocks of machines that
//! share a store must agree to within the margin of their leases.
//!
//! **Cost.** Statements carry whole batches as arrays (`put`), so that settling 500 records is a dozen
//! statements.
//!
//! **Names and text.** The schema's tables are those of SQLite ([`super::table`]). Text is compared byte by byte (`COLLATE
//! "C"`), as in SQLite. PostgreSQL holds no zero byte in text: it is written as two other characters (`row::kept`).
//!
//! Requests go through a thread with a runtime of its own (`front`): they are carried out to their end also when
//! nobody waits for them any more, and can be waited for without a runtime.

mod address;
mod confirmation;
mod copy;
mod cursors;
mod desk;
mod effect;
mod fault;
mod front;
mod history;
mod keys;
mod lease;
mod link;
mod mapping;
mod mark;
mod missing;
mod open;
mod pair;
mod put;
mod rename;
mod row;
mod schema;
mod secret;
mod settle;
mod store;
mod token;
mod vault;

pub use address::Address;
pub use store::PostgresStore;
pub use vault::PostgresVault;

use super::{Result, StateError};

#[cfg(test)]
pub(in crate::state) use front::{columns, for_tests};
