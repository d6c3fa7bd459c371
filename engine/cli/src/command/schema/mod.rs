//! `engine schema`: JSON Schemas and fields.

mod run;
mod show;

pub(super) use run::run;
