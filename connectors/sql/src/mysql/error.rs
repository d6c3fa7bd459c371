//! One table: what the server reports, as the engine's kinds. Its messages name values (`Duplicate entry 'x' for
//! key 'email'`), so none is passed on and none is kept as a source: an error names only tables, columns,
//! indexes and constraints.
//!
//! Numbers are those of the MySQL 8.4 "Server Error Message Reference" and of the MariaDB "Error Codes" page.

use super::table::Table;
use engine_contract::{ConnectorError, ErrorKind, Retry};
use sqlx::{Error, mysql::MySqlDatabaseError};
use std::io;

/// A unique value is taken.
const DUPLICATE: u16 = 1062;

/// Errors about one row whose SQLSTATE does not say so: missing default, wrong value, check constraints (MySQL,
/// MariaDB), truncation, a trigger's `SIGNAL`, a row that is too long, values for generated columns.
const ROW: [u16; 9] = [1118, 1265, 1364, 1366, 1644, 1906, 3105, 3819, 4025];

/// The server's number for an error; nothing for errors of the connection.
pub(super) fn number(error: &Error) -> Option<u16> {
    server(error).map(MySqlDatabaseError::number)
}

fn server(error: &Error) -> Option<&MySqlDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

/// Whether an error is about one row only: the statement changed nothing, and its transaction goes on.
pub(super) fn is_about_the_row(error: &Error) -> bool {
    let class = |code: &str| ["22", "23", "44", "45"].iter().any(|class| code.starts_with(class));
    server(error).is_some_and(|error| error.code().is_some_and(class) || ROW.contains(&error.number()))
}

/// Whether a unique value is taken.
pub(super) fn is_duplicate(error: &Error) -> bool {
    number(error) == Some(DUPLICATE)
}

/// Whether another row of the same call may heal it: a foreign key, or a unique value that is given up later.
pub(super) fn is_about_order(error: &Error) -> bool {
    matches!(number(error), Some(DUPLICATE | 1216 | 1217 | 1451 | 1452))
}

/// An error that refuses one row of `table`.
pub(super) fn of_row(error: &Error, table: &Table) -> ConnectorError {
    let said = server(error).map(MySqlDatabaseError::message).unwrap_or_default();
    let (kind, message) = match number(error).unwrap_or_default() {
        DUPLICATE => {
            (ErrorKind::Duplicate, about(index(said, table), "unique index", "has these values already"))
        }
        1451 | 1217 => {
            (ErrorKind::Invalid, about(constraint(said), "foreign key", "keeps the row: others refer to it"))
        }
        1452 | 1216 => {
            (ErrorKind::MissingParent, about(constraint(said), "foreign key", "finds no row with this value"))
        }
        3819 | 4025 => (ErrorKind::Invalid, about(constraint(said), "check constraint", "refuses the row")),
        1644 => (ErrorKind::Invalid, "a trigger of the table refuses the row".to_owned()),
        1048 | 1364 => (ErrorKind::Invalid, about(column(said, table), "column", "needs a value")),
        1406 => (ErrorKind::Invalid, about(column(said, table), "column", "is too short for the value")),
        1264 => {
            (ErrorKind::Invalid, about(column(said, table), "column", "has no room for a number so large"))
        }
        1118 => (ErrorKind::Invalid, "the row is longer than the table allows".to_owned()),
        _ => (ErrorKind::Invalid, about(column(said, table), "column", "cannot keep the value")),
    };
    ConnectorError::new(kind, message).with_context("table", table.name.clone())
}

fn about(name: Option<&str>, what: &str, does: &str) -> String {
    name.map_or_else(|| format!("a {what} of the table {does}"), |name| format!("{what} `{name}` {does}"))
}

/// The index that a message names: only one that the table has, so that no value is taken for a name.
fn index<'a>(said: &str, table: &'a Table) -> Option<&'a str> {
    let (_, name) = said.rsplit_once(" for key '")?;
    let name = name.trim_end_matches('\'');
    let name = name.strip_prefix(&format!("{}.", table.name)).unwrap_or(name);
    table.indexes.iter().map(|index| index.name.as_str()).find(|known| *known == name)
}

/// The column that a message names, quoted in one of three ways: only one that the table has.
fn column<'a>(said: &str, table: &'a Table) -> Option<&'a str> {
    let is_named = |known: &&str| {
        let endings = [format!("olumn '{known}'"), format!("`.`{known}`"), format!("ield '{known}'")];
        endings.iter().any(|ending| said.contains(ending.as_str()))
    };
    let known = table.columns.iter().map(|column| column.name.as_str());
    let mut named = known.filter(is_named);
    // A value may look like another column's name; then none is named.
    let first = named.next();
    first.filter(|_| named.next().is_none())
}

/// The constraint that a message names. Messages about foreign keys and checks hold names and no values.
fn constraint(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("CONSTRAINT `").or_else(|| said.split_once("constraint '"))?;
    rest.split(['`', '\'']).next().filter(|name| !name.is_empty())
}

/// An error of the server or of the way to it.
pub(super) fn of_database(error: &Error, doing: &str) -> ConnectorError {
    let (kind, retry, message) = match (error, number(error)) {
        (_, Some(number)) => of_number(number, server(error).map_or("", MySqlDatabaseError::message)),
        (Error::Io(error), _) => of_network(error),
        (Error::Tls(_), _) => (
            ErrorKind::Config,
            Retry::Never,
            "the connection cannot be encrypted as `ssl_mode` and `ssl_ca` ask",
        ),
        (Error::Configuration(_), _) => (
            ErrorKind::Config,
            Retry::Never,
            "the address is none of the form `mysql://user:password@host:port/database`",
        ),
        (Error::PoolTimedOut, _) => {
            (ErrorKind::Unavailable, Retry::Soon, "no connection to the server became free in time")
        }
        (Error::Protocol(_) | Error::Decode(_) | Error::ColumnDecode { .. }, _) => {
            (ErrorKind::Protocol, Retry::Soon, "the server answered something unexpected")
        }
        _ => (ErrorKind::Unavailable, Retry::Soon, "the connection to the server does not work"),
    };
    let designed = ConnectorError::new(kind, message).with_retry(retry).with_context("while", doing);
    match number(error) {
        Some(number) => designed.with_context("server error", number.to_string()),
        None => designed,
    }
}

/// What a number means for the whole call.
fn of_number(number: u16, said: &str) -> (ErrorKind, Retry, &'static str) {
    use ErrorKind::{Config, Forbidden, NotFound, Protocol, Timeout, Unauthorized, Unavailable};
    match number {
        1045 | 1251 | 1698 | 1820 | 1862 => {
            (Unauthorized, Retry::Never, "the server refuses the user or the password")
        }
        1130 => (Forbidden, Retry::Never, "the server takes no connections from this machine"),
        1044 | 1142 | 1143 | 1227 | 1370 => (Forbidden, Retry::Never, "the user lacks a privilege for this"),
        1049 => (NotFound, Retry::Never, "the server has no such database"),
        1146 => (NotFound, Retry::Never, "a table does not exist"),
        1040 | 1203 | 1226 => (Unavailable, Retry::Soon, "the server takes no more connections now"),
        1205 => (Unavailable, Retry::Soon, "a row is locked by someone else for too long"),
        1213 | 1020 => (Unavailable, Retry::Soon, "the server undid the transaction to end a deadlock"),
        1290 | 1792 | 1836 => (Unavailable, Retry::Never, "the database can only be read"),
        1021 | 1026 | 1114 => (Unavailable, Retry::Soon, "the server's disk is full"),
        1030 if said.contains(" 28 ") => (Unavailable, Retry::Soon, "the server's disk is full"),
        1037 | 1038 | 1041 | 1135 => (Unavailable, Retry::Soon, "the server has no memory left"),
        1053 | 1152 | 1158..=1161 | 1184 | 1317 | 1927 | 4031 => {
            (Unavailable, Retry::Soon, "the server ended the connection")
        }
        1969 | 3024 => (Timeout, Retry::Soon, "the server takes longer than it may"),
        1054 | 1136 | 1176 | 1412 | 1615 => (Protocol, Retry::Soon, "the table was changed meanwhile"),
        1461 => (Unavailable, Retry::Soon, "the server keeps too many prepared statements"),
        1665 => {
            (Config, Retry::Never, "`binlog_format = STATEMENT` does not go with READ COMMITTED: use `ROW`")
        }
        _ => (Unavailable, Retry::Never, "the server does not do this"),
    }
}

/// What an error of the network means. The system tells the resolver's answer as text only.
fn of_network(error: &io::Error) -> (ErrorKind, Retry, &'static str) {
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            (ErrorKind::Unavailable, Retry::Soon, "no server listens at this address")
        }
        io::ErrorKind::TimedOut => (ErrorKind::Timeout, Retry::Soon, "the server does not answer in time"),
        _ if text.contains("lookup address") => {
            let is_passing = text.contains("emporary");
            let retry = if is_passing { Retry::Soon } else { Retry::Never };
            (ErrorKind::NotFound, retry, "the server's name is unknown")
        }
        _ => (ErrorKind::Unavailable, Retry::Soon, "the connection to the server broke"),
    }
}

/// Whether a failed `COMMIT` certainly changed nothing: the server says that it rolled back, or that it may not write.
pub(super) fn commit_did_nothing(error: &Error) -> bool {
    matches!(number(error), Some(1020 | 1205 | 1213 | 1290 | 1792 | 1836))
}
