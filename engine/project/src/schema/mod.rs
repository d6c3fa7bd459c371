//! JSON Schemas of the files, for editors.
//!
//! [`base`] is what holds for every project; the repository carries it under `schemas/`. [`specialise`] is for
//! one pipeline: it knows the fields of the target objects, the paths of the streams and the names in the
//! file. [`sync`] makes all the files by which editors find them. Nothing here judges a file for the engine
//! itself: that is done by the types of [`crate::model`], from which these schemas are made.

mod base;
mod connections;
mod entity;
mod facts;
mod fields;
mod offers;
mod outline;
mod paths;
mod polish;
mod rule;
mod scopes;
mod settings;
mod specialise;
mod sync;
mod transform;
mod words;

pub use base::{Kind, base, finished};
pub use connections::specialise_connections;
pub use facts::{ConnectionFacts, ConnectorFacts, Facts, TransformFacts};
pub use specialise::{Profile, specialise};
pub use sync::{Synced, sync};

#[cfg(test)]
mod tests;
