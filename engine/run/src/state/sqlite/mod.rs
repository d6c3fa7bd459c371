//! The state store in a SQLite file, or in memory.
//!
//! One thread writes, and commits together whatever has queued up meanwhile: a savepoint per request, so
//! that one that is refused takes back only itself. The same code runs inline in the simulation.
//!
//! What is sealed is sealed with data keys (`keys`), which the master key wraps: a new master key changes them and
//! nothing else. The vault (`vault`, `token`, `secret`) lives in the same file and goes through the same writer.

mod confirmation;
mod copy;
mod cursors;
mod desk;
mod effect;
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
mod rename;
mod row;
mod schema;
mod secret;
mod store;
mod token;
mod vault;

pub use super::database::NeededKey;
pub use open::{needed_key, older_copy, version};
/// The version of the tables that this engine makes and reads.
pub use schema::VERSION as SCHEMA_VERSION;
pub use store::SqliteStore;
pub use vault::SqliteVault;

use super::{Result, StateError};

/// What a SQLite error means to a user.
fn busy(error: &rusqlite::Error) -> StateError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StateError::Unavailable("another process keeps the file locked".to_owned())
        }
        Some(ErrorCode::DiskFull) => StateError::Unavailable("the disk is full".to_owned()),
        Some(ErrorCode::CannotOpen) => StateError::Unavailable("the file cannot be opened".to_owned()),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            StateError::Unavailable("the file cannot be written".to_owned())
        }
        Some(ErrorCode::SystemIoFailure) => StateError::Unavailable("the disk does not answer".to_owned()),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            StateError::Corrupt("the file is not a sound SQLite database".to_owned())
        }
        _ => StateError::Corrupt(error.to_string()),
    }
}
