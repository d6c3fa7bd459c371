//! One table: what `SQLite` reports, as the engine's kinds. Messages of `SQLite` are passed on only where they
//! are known to name tables and columns and no values.

use engine_contract::{ConnectorError, ErrorKind, Retry};
use rusqlite::{Error, ErrorCode, ffi};

/// Whether an error is about one row only.
pub(super) fn is_about_the_row(error: &Error) -> bool {
    matches!(
        code(error),
        Some(
            ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig | ErrorCode::Unknown
        )
    )
}

/// An error that refuses to write one row of `table`, or to delete it.
pub(super) fn of_row(error: Error, table: &str, is_delete: bool) -> ConnectorError {
    let (kind, message) = match (&error, extended(&error)) {
        (_, Some(ffi::SQLITE_CONSTRAINT_TRIGGER)) => {
            (ErrorKind::Invalid, "a trigger of the table refuses the row".to_owned())
        }
        (_, Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY)) if is_delete => {
            (ErrorKind::Invalid, "a foreign key of the table keeps the row: others refer to it".to_owned())
        }
        (_, Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY)) => {
            (ErrorKind::MissingParent, "a foreign key of the table finds no row with this value".to_owned())
        }
        (
            Error::SqliteFailure(_, Some(message)),
            Some(
                ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID,
            ),
        ) => (ErrorKind::Duplicate, message.clone()),
        (
            Error::SqliteFailure(_, Some(message)),
            Some(
                ffi::SQLITE_CONSTRAINT_CHECK
                | ffi::SQLITE_CONSTRAINT_NOTNULL
                | ffi::SQLITE_CONSTRAINT_DATATYPE,
            ),
        ) => (ErrorKind::Invalid, message.clone()),
        _ => (ErrorKind::Invalid, "the database refuses the row".to_owned()),
    };
    ConnectorError::new(kind, message).with_context("table", table).with_source(error)
}

/// An error of the database as a whole.
pub(super) fn of_database(error: Error, doing: &str) -> ConnectorError {
    let (message, retry) = match code(&error) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ("the database is locked", Retry::Soon),
        Some(ErrorCode::DiskFull) => ("the disk is full", Retry::Soon),
        Some(ErrorCode::SystemIoFailure) => ("the disk does not work", Retry::Soon),
        Some(
            ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::SchemaChanged,
        ) => ("the database cannot do this now", Retry::Soon),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            ("the database cannot be written", Retry::Never)
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            ("the file is no sound database", Retry::Never)
        }
        Some(ErrorCode::CannotOpen) => ("the database cannot be opened", Retry::Never),
        _ => ("the database does not work", Retry::Never),
    };
    ConnectorError::new(ErrorKind::Unavailable, message)
        .with_retry(retry)
        .with_context("while", doing)
        .with_source(error)
}

/// Whether a failed `COMMIT` certainly changed nothing.
pub(super) fn commit_did_nothing(error: &Error) -> bool {
    matches!(
        code(error),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::ConstraintViolation)
    )
}

fn code(error: &Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

fn extended(error: &Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
