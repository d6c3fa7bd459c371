//! The project after loading.
//!
//! What could not be understood is left out and has been reported; names that a reader could look for in
//! vain are kept in `incomplete`, so that one mistake is not told twice. A pipeline is lowered only when it is
//! `complete`: until then its entities may lack a stream, a target object or the source of a rule.

mod connection;
mod entity;
mod pipeline;
mod root;
mod safety;
mod tenant;

pub use connection::Connection;
pub use entity::{Assert, Entity, EntitySource, OnFail, Route, SyncPolicy};
pub use pipeline::{
    ConnectionName, Figures, Library, Lookup, Moved, PipelineFile, Reconcile, Schedule, Side, Test, Var,
};
pub use root::{DEFAULT_ENVIRONMENT, Project, State};
pub use safety::Safety;
pub(crate) use safety::day;
pub use tenant::{Bind, DEFAULT_TENANT, Setting, Tenant};
