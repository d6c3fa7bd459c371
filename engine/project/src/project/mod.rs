//! The project after loading.
//!
//! What could not be understood is left out and has been reported; names that a reader could look for in
//! vain are kept in `incomplete`, so that one mistake is not told twice. A pipeline is lowered only when it is
//! `complete`: until then its entities may lack a stream, a target object or the source of a rule.

mod connection;
mod entity;
mod pipeline;
mod root;

pub use connection::Connection;
pub use entity::{Entity, EntitySource, Route};
pub use pipeline::{Lookup, PipelineFile, Side, Test};
pub use root::{Project, State};
