//! Copies of a whole state, in one sealed file: backups, and the way from one database to another.
//!
//! A copy holds the rows of every table as they were at one moment ([`super::StateDatabase::copy`]), the vault among
//! them, and the data keys that open what is sealed in those rows. All of it is sealed with a key of the copy's own,
//! which a master key or a passphrase wraps ([`Lock`]); so a copy does not depend on the master key that the store has
//! when the copy is put back.
//!
//! What was under way at that moment is written down as what it will be when the copy is put back: leases are free,
//! and runs that had not ended are interrupted. Open intents stay: the next run finds out what became of them.
//!
//! | part | bytes |
//! |---|---|
//! | [`Header`] | one line of JSON, in the clear: versions, the moment, how the key is wrapped |
//! | pieces | each: length (4 bytes, little endian), and up to 64 KiB sealed for header, number and whether it is the last |
//!
//! A piece that is changed, left out or put elsewhere does not open, and a file that was cut has no last piece.

mod cell;
mod header;
mod pieces;
mod reader;
mod writer;

pub(in crate::state) use cell::Cell;
pub use header::{Header, Lock, Wrap};
pub use reader::{LockedCopy, Reader};
pub use writer::Writer;

use super::{Result, StateError, table::Table};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// What a copy, or a store, holds: compared after a move to see that everything has arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// How many rows each table has.
    pub rows: BTreeMap<&'static str, u64>,
    /// A hash of all rows, whatever their order.
    pub digest: [u8; 32],
}

impl Content {
    /// All rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.values().sum()
    }

    /// Whether there is nothing that a run, a login or a person has left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(|(table, rows)| *rows == 0 || ["data_key", "lease"].contains(table))
    }

    /// Takes up a row. No two rows of a table are equal, so that none takes another out of the hash.
    fn add(&mut self, table: &'static Table, row: &[u8]) {
        *self.rows.entry(table.name).or_default() += 1;
        let hash = blake3::Hasher::new().update(table.name.as_bytes()).update(&[0]).update(row).finalize();
        for (sum, byte) in self.digest.iter_mut().zip(hash.as_bytes()) {
            *sum ^= byte;
        }
    }
}

/// A data key with what it is for, from a row of a copy.
pub(in crate::state) fn key_of(row: Vec<Cell>) -> Result<(String, Zeroizing<[u8; 32]>)> {
    if let Ok([Cell::Text(purpose), Cell::Bytes(bytes)]) = <[Cell; 2]>::try_from(row)
        && let Ok(key) = Zeroizing::new(bytes).as_slice().try_into()
    {
        return Ok((purpose, Zeroizing::new(key)));
    }
    Err(StateError::Backup("the data keys in the backup are not what an engine writes".to_owned()))
}
