//! Reads JSON, NDJSON and CSV files, plain or gzipped, as streams of records, and writes NDJSON and CSV.
//!
//! Everything is opened below one root folder that no path, `..` or symlink can leave. Files are decoded while
//! they are read: memory is bounded by the largest record, never by the file. A source that vanished is an
//! error, never an empty stream.

mod config;
mod connector;
mod decode;
mod error;
mod folder;
mod format;
mod key;
mod resume;
mod scan;
mod source;
mod stream;
mod target;
#[cfg(test)]
mod tests;

pub use config::{Config, Format, Object, Stream};
pub use connector::FileConnector;
