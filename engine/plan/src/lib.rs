//! From a checked project to a Blueprint, and to the Programs that map records.
//!
//! [`compile`] turns a pipeline of a project into a [`Blueprint`], or says with places why it cannot. A
//! Blueprint is data: it can be stored, compared and fingerprinted. A [`Program`] is built from a Blueprint
//! and from nothing else; it makes [`Item`]s of records, maps each to the fields of a target object, and
//! settles references once the links are known. Everything here is pure.

pub mod blueprint;
pub mod mapping;
pub mod testing;
pub mod transform;
/// What a value may be, as far as it is known before any record is read.
pub use engine_script::types;

mod checks;
mod compile;
mod hash;
mod path;
mod program;
#[cfg(test)]
mod sample;
mod scene;

pub use blueprint::{
    Adjustment, Assert, Back, Blueprint, Each, Endpoint, Entity, Figures, Group, Library, Lookup, Moved,
    OnFail, Reconcile, Route, SyncPolicy, WritePolicy,
};
pub use compile::compile;
/// The words of [`WritePolicy`] and [`SyncPolicy`].
pub use engine_project::model::{
    Conflict, Delete, Direction, NameTaken, OnCancel, OnMappingChange, SourceOfTruth, WhenClosed,
};
/// Where a rule stands in a file, and which kind of mistake a record failed with.
pub use engine_project::{Place, diag::Code, rule::HOLD_FOR};
pub use program::{
    BuildError, Comparison, DAY, EntityProgram, Find, Found, Item, Line, Links, MapError, Mapped, Pending,
    Program, Reference, Resolved, Routed, Traced,
};
pub use scene::Catalogs;
