//! Scripts in mapping files: rhai with limits and exact decimals.
//!
//! A [`Script`] is compiled once and evaluated per record. It sees the record (and, inside an `each`, the
//! element) read-only and lazily, has no way to files, time or randomness, and is bounded by operations and
//! sizes, never by wall time: the same record gives the same answer on a busy machine.

mod decimal;
mod engine;
mod error;
mod limits;
mod script;
mod text;
mod view;

pub mod types;

pub use error::ScriptError;
pub use script::{Names, Script};
