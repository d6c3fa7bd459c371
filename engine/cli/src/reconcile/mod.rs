//! What `engine reconcile` prints and keeps: documents, tables, the signed file, plans that mend.

mod document;
mod print;
pub(crate) mod repair;
mod sign;

pub(crate) use document::document;
pub(crate) use print::print;
pub(crate) use sign::{sign, verify};
