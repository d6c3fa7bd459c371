//! Diagnostics, for people and for programs.

mod finding;
pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
mod position;
pub(crate) mod sarif;

pub(crate) use finding::{Finding, counts};
pub(crate) use position::{Span, file_shown, span};
