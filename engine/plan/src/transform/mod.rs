//! Transforms: small steps from a value to a value.
//!
//! `null` passes through every transform untouched. Where a transform works on text, a number or boolean
//! counts as its text. An empty text is no number, date or boolean: those transforms make it `null`.
//! Nothing is ever rounded or cut unless the transform says so by name.

mod kind;
mod number;
mod parse;
mod text;
mod time;

pub use kind::{Overflow, Transform};
pub use parse::BadArgument;

#[cfg(test)]
mod tests;
