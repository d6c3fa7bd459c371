//! What goes wrong with files, as the engine's kinds.

use engine_contract::{ConnectorError, ErrorKind, Retry};
use std::io;

/// An error of the file system or a decoder, about `file`.
pub(crate) fn of_io(error: io::Error, file: &str) -> ConnectorError {
    let (kind, retry, message) = match error.kind() {
        io::ErrorKind::NotFound => (ErrorKind::NotFound, Retry::Never, "no such file"),
        io::ErrorKind::PermissionDenied => {
            (ErrorKind::Forbidden, Retry::Never, "not readable, or a link that leads out of the root")
        }
        io::ErrorKind::UnexpectedEof => {
            (ErrorKind::Corrupt, Retry::Never, "the compressed data ends too soon")
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            (ErrorKind::Corrupt, Retry::Never, "the compressed data is broken")
        }
        _ => (ErrorKind::Unavailable, Retry::Soon, "cannot read the file"),
    };
    ConnectorError::new(kind, message).with_retry(retry).with_context("file", file).with_source(error)
}

/// Broken bytes at a place of a file; lines and columns count from 1, columns in bytes.
pub(crate) fn corrupt(message: impl Into<String>, file: &str, line: u64, column: u64) -> ConnectorError {
    ConnectorError::new(ErrorKind::Corrupt, message)
        .with_context("file", file)
        .with_context("line", line.to_string())
        .with_context("column", column.to_string())
}

/// An error of the file system about a file that is written.
pub(crate) fn of_writing(error: io::Error, file: &str) -> ConnectorError {
    let (kind, retry, message) = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            (ErrorKind::Forbidden, Retry::Never, "not writable, or a link that leads out of the root")
        }
        io::ErrorKind::StorageFull => (ErrorKind::Unavailable, Retry::Soon, "the disk is full"),
        _ => (ErrorKind::Unavailable, Retry::Soon, "cannot write the file"),
    };
    ConnectorError::new(kind, message).with_retry(retry).with_context("file", file).with_source(error)
}

/// A wrong setting.
pub(crate) fn config(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Config, message)
}

/// A file that cannot be used now.
pub(crate) fn unavailable(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Unavailable, message).with_retry(Retry::Soon)
}
