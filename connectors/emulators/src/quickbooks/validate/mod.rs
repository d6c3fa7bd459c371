//! Bodies against the fields of the service: names, types, lengths, choices, references.

mod check;
mod fields;
mod refs;
#[cfg(test)]
mod tests;

pub(super) use check::{Rules, clean};
pub(super) use fields::{FieldKind, fields_of};
pub(super) use refs::{check as check_references, target_of};
