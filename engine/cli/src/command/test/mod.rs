//! `engine test`: maps the samples that stand beside the mappings, and compares.

mod cases;
mod coverage;
mod diff;
mod junit;
mod print;
mod run;
mod update;

pub(super) use run::run;
