//! What the API asks of a database, whichever it is.

use super::{
    error::DatabaseError,
    gateway::Caller,
    query::{filter::Condition, order::Term, select::Item},
    request::{Payload, media::Media, range::Range},
    tables::Tables,
};
use jiff::Timestamp;

/// A database with the tables of a project. Each request is one transaction.
pub(crate) trait Database: Send {
    /// The tables, as the schema cache holds them.
    fn tables(&self) -> &Tables;

    /// Does what a request asks, and leaves the transaction open. After an error it is undone already.
    fn execute(&mut self, statement: &Statement, session: &Session) -> Result<Outcome, DatabaseError>;

    /// Ends the transaction that [`Database::execute`] left open, keeping what was done or not.
    fn end(&mut self, keeps: bool) -> Result<(), DatabaseError>;
}

/// On whose behalf, and when.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) caller: Caller,
    pub(crate) now: Timestamp,
}

/// One request to a table.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) schema: String,
    pub(crate) table: String,
    pub(crate) action: Action,
    /// What the answer shows of each row.
    pub(crate) select: Vec<Item>,
    pub(crate) order: Vec<Term>,
    pub(crate) shows: Shows,
}

/// What an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    Rows(Media),
    /// The key of the row, when it is one.
    Location,
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Read { filters: Vec<Condition>, range: Range, counts: bool },
    Insert { payload: Payload, defaults: bool, conflict: Option<Conflict>, put: Vec<Condition> },
    Update { payload: Payload, defaults: bool, filters: Vec<Condition> },
    Delete { filters: Vec<Condition> },
}

/// What becomes of rows that are there already.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    pub(crate) merges: bool,
    /// The columns that tell; none in a table without a key.
    pub(crate) columns: Vec<String>,
}

/// What came of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The rows in the form that was asked for; empty where nothing is shown.
    pub(crate) body: String,
    /// How many rows were read or written.
    pub(crate) rows: u64,
    /// How many there are beyond the range, where it was asked.
    pub(crate) total: Option<u64>,
    /// How many of the written rows are new.
    pub(crate) inserted: u64,
    /// The key of the row: `id`, `eq.5`.
    pub(crate) location: Vec<(String, String)>,
}
