//! From files to a spanned model and diagnostics.
//!
//! [`load`] reads a project through [`Files`] and returns what it understood together with everything that
//! is wrong with it: one mistake never hides another. Nothing here touches a disk, a clock or a network.
//!
//! - [`model`] holds the tables of the files exactly as they are written.
//! - [`project`] holds the same after loading: references between files resolved, texts with their places.
//! - [`rule`] holds the mapping of an entity as a typed tree.
//! - [`connector`] holds the files of connectors that a project brings.
//! - [`diag`] holds what is said about mistakes, and the list of all codes.
//! - [`fmt`] writes a file in its canonical form.
//! - [`toml`] turns text into JSON with a place for every key and value.

pub mod connector;
pub mod diag;
pub mod fmt;
pub mod model;
pub mod project;
pub mod rule;
pub mod schema;
pub mod toml;

mod files;
mod load;
mod place;

pub use files::{FileError, Files, MAX_FILE_BYTES, MemoryFiles};
pub use load::load;
pub use place::{FileText, Place, Text};
pub use project::{
    Connection, Entity, EntitySource, Lookup, PipelineFile, Project, Route, Side, State, Tenant, Test,
};
