//! One table: SQLSTATE -> kind and retry. Sources: "Appendix A. `PostgreSQL` Error Codes" and the documentation of
//! `PgBouncer` and Supavisor. What the server says in words can hold values of rows: only names of tables, columns and
//! constraints are passed on, and the server's error itself is kept nowhere.

use engine_contract::{ConnectorError, ErrorKind, Retry};
use sqlx::{Error, postgres::PgDatabaseError};

/// What the server said, if it was the server.
pub(super) fn said(error: &Error) -> Option<&PgDatabaseError> {
    error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
}

/// Whether the server answered, so that the connection is in order.
pub(super) fn is_answer(error: &Error) -> bool {
    said(error).is_some_and(|said| !matches!(said.code(), "57P01" | "57P02" | "57P03" | "57P05" | "25P03"))
}

/// Whether an error is about the content of rows: data that does not fit (22, 21, 54), constraints (23, 44), and what
/// triggers raise (P0001).
pub(super) fn is_about_rows(error: &Error) -> bool {
    said(error).is_some_and(|said| {
        let class = said.code().get(..2).unwrap_or_default();
        ["21", "22", "23", "44", "54"].contains(&class) || said.code() == "P0001"
    })
}

/// The line of COPY's data at which it stopped, from 1.
pub(super) fn copied_line(error: &Error) -> Option<usize> {
    let (_, rest) = said(error)?.r#where()?.split_once("COPY _engine_stage, line ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// An error that refuses to write one row of `table`, whose columns are `columns`, or to delete it.
pub(super) fn of_row(error: &Error, (table, columns): (&str, &[String]), is_delete: bool) -> ConnectorError {
    let Some(said) = said(error) else {
        return ConnectorError::new(ErrorKind::Invalid, "the row is refused").with_context("table", table);
    };
    let constraint = || said.constraint().map_or_else(String::new, |name| format!(" `{name}`"));
    let (kind, message) = match said.code() {
        "23505" => (ErrorKind::Duplicate, format!("a unique value is taken: constraint{}", constraint())),
        "23502" => (ErrorKind::Invalid, "a value is missing in a column that takes no null".to_owned()),
        "23503" if is_delete => {
            (ErrorKind::Invalid, format!("other rows refer to the row: foreign key{}", constraint()))
        }
        // The table of a refused reference is the one that refers: another one refers to the row itself.
        "23503" if said.table().is_some_and(|refers| refers != table) => {
            (ErrorKind::Invalid, format!("other rows refer to what changes: foreign key{}", constraint()))
        }
        "23503" => (
            ErrorKind::MissingParent,
            format!("the row that this one refers to is not there: foreign key{}", constraint()),
        ),
        "23514" if said.constraint().is_none() => {
            (ErrorKind::Invalid, "no partition of the table takes the row".to_owned())
        }
        "23514" | "44000" => (ErrorKind::Invalid, format!("check{} is not met", constraint())),
        "23P01" => (ErrorKind::Duplicate, format!("exclusion{} is not met", constraint())),
        "22001" => (ErrorKind::Invalid, "a text is too long for its column".to_owned()),
        "22003" => (ErrorKind::Invalid, "a number is out of its column's range".to_owned()),
        "22007" | "22008" => (ErrorKind::Invalid, "no date or time that its column can keep".to_owned()),
        "22P02" | "22P03" | "22023" => {
            (ErrorKind::Invalid, "a value does not fit its column's type".to_owned())
        }
        "22021" | "22P05" => {
            (ErrorKind::Invalid, "a text has characters that the database cannot keep".to_owned())
        }
        "54000" => (ErrorKind::Invalid, "a value is too large for an index".to_owned()),
        "P0001" => (ErrorKind::Invalid, "a trigger of the table refuses the row".to_owned()),
        code => (ErrorKind::Invalid, format!("the database refuses the row with {code}")),
    };
    let error = ConnectorError::new(kind, message).with_context("table", table);
    match column(said, columns) {
        Some(column) => error.with_context("column", column),
        None => error,
    }
}

/// The column at fault: as the server names it, or as COPY's context does.
fn column(said: &PgDatabaseError, columns: &[String]) -> Option<String> {
    if let Some(column) = said.column() {
        return Some(column.to_owned());
    }
    let (_, rest) = said.r#where()?.split_once("COPY _engine_stage, line ")?;
    let (_, rest) = rest.split_once(", column ")?;
    columns
        .iter()
        .find(|name| rest.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(':')))
        .cloned()
}

/// An error of the database as a whole.
pub(super) fn of_database(error: &Error, doing: &str) -> ConnectorError {
    let (kind, retry, message) = match error {
        Error::Database(_) => match said(error) {
            Some(said) => of_state(said.code()),
            None => (ErrorKind::Protocol, Retry::Never, "the server answered something unknown".to_owned()),
        },
        // What rustls refuses comes as invalid data.
        Error::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => not_encrypted(),
        Error::Io(io) => of_network(io.kind()),
        Error::Tls(_) => not_encrypted(),
        Error::Configuration(_) => (ErrorKind::Config, Retry::Never, "the settings do not work".to_owned()),
        Error::Protocol(_) => {
            (ErrorKind::Protocol, Retry::Never, "the server does not speak as PostgreSQL does".to_owned())
        }
        _ => (ErrorKind::Protocol, Retry::Never, "the server's answer cannot be read".to_owned()),
    };
    ConnectorError::new(kind, message).with_retry(retry).with_context("while", doing)
}

fn of_state(code: &str) -> (ErrorKind, Retry, String) {
    use ErrorKind::{Config, Forbidden, NotFound, Protocol, RateLimited, Timeout, Unauthorized, Unavailable};
    let (kind, retry, message) = match code {
        "28P01" | "28000" => (Unauthorized, Retry::Never, "the server refuses the login"),
        "3D000" => (NotFound, Retry::Never, "the database does not exist"),
        "3F000" => (NotFound, Retry::Never, "the schema does not exist"),
        "42P01" => (NotFound, Retry::Never, "a table is not there any more"),
        "42703" => (Config, Retry::Never, "a column is not there any more"),
        "42P10" => (Config, Retry::Never, "the match columns have no unique index any more"),
        "42501" => (Forbidden, Retry::Never, "the role may not do this"),
        "25006" => (Forbidden, Retry::Never, "the database can only be read"),
        "53300" => (RateLimited, Retry::Soon, "the server has no room for another connection"),
        "53100" => (Unavailable, Retry::Soon, "the server's disk is full"),
        "57014" => (Timeout, Retry::Soon, "the server ended the statement: it took too long"),
        "55P03" => (Unavailable, Retry::Soon, "another transaction holds a lock for too long"),
        "25P03" => (Timeout, Retry::Soon, "the server ended a transaction that was idle for too long"),
        "40001" | "40P01" => (Unavailable, Retry::Soon, "another transaction came in between"),
        "26000" | "42P05" => (
            Config,
            Retry::Never,
            "statements are not kept between the engine and the server: say `pooler = \"transaction\"`",
        ),
        _ => match code.get(..2).unwrap_or_default() {
            "08" => (Unavailable, Retry::Soon, "the connection is broken"),
            "28" => (Unauthorized, Retry::Never, "the server refuses the login"),
            "53" => (Unavailable, Retry::Soon, "the server is out of resources"),
            "55" | "57" => (Unavailable, Retry::Soon, "the server cannot do this now"),
            "58" => (Unavailable, Retry::Soon, "the server's disk does not work"),
            "40" => (Unavailable, Retry::Soon, "the transaction was rolled back"),
            "42" => (Config, Retry::Never, "the statement does not fit the database"),
            "XX" => (Unavailable, Retry::Never, "the database is damaged"),
            _ => (Protocol, Retry::Never, "the server answered an error"),
        },
    };
    (kind, retry, format!("{message} ({code})"))
}

fn not_encrypted() -> (ErrorKind, Retry, String) {
    let message = "the connection cannot be encrypted: the server offers no TLS, or its certificate is not accepted; \
                   see `sslmode` and `ca_file`";
    (ErrorKind::Unavailable, Retry::Never, message.to_owned())
}

fn of_network(kind: std::io::ErrorKind) -> (ErrorKind, Retry, String) {
    use std::io::ErrorKind as Io;
    let message = match kind {
        Io::ConnectionRefused => "the server refuses the connection",
        Io::TimedOut => "the server does not answer",
        Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof => {
            "the connection broke off"
        }
        _ => "the server cannot be reached",
    };
    (ErrorKind::Unavailable, Retry::Soon, message.to_owned())
}

/// No answer within the time that a call may take.
pub(super) fn no_answer(doing: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Timeout, "the server does not answer in time")
        .with_retry(Retry::Soon)
        .with_context("while", doing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_kind_and_says_whether_to_try_again() {
        for (code, kind, is_transient) in [
            ("28P01", ErrorKind::Unauthorized, false),
            ("3D000", ErrorKind::NotFound, false),
            ("42501", ErrorKind::Forbidden, false),
            ("25006", ErrorKind::Forbidden, false),
            ("53300", ErrorKind::RateLimited, true),
            ("53100", ErrorKind::Unavailable, true),
            ("57014", ErrorKind::Timeout, true),
            ("40001", ErrorKind::Unavailable, true),
            ("40P01", ErrorKind::Unavailable, true),
            ("57P03", ErrorKind::Unavailable, true),
            ("26000", ErrorKind::Config, false),
            ("XX001", ErrorKind::Unavailable, false),
            ("99999", ErrorKind::Protocol, false),
        ] {
            let (found, retry, message) = of_state(code);
            assert_eq!((found, retry != Retry::Never), (kind, is_transient), "{code}");
            assert!(message.contains(code), "{message}");
        }
    }
}
