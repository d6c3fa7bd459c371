//! `engine schema`: JSON Schemas and fields.

mod base;
mod run;
pub(super) mod show;
mod sync;

pub(super) use run::run;
