//! Transforms: small steps from a value to a value.
//!
//! `null` passes through every transform untouched. Where a transform works on text, a number or boolean
//! counts as its text. An empty text is no number, date, boolean or phone number: those transforms make it
//! `null`. Nothing is ever rounded or cut unless the transform says so by name.
//!
//! [`catalog`] is the one table of transforms: their names, words, arguments and examples. From it come the
//! parser, the schemas of editors and the reference page; its examples are tests.

mod apply;
pub mod catalog;
mod hash;
mod html;
mod kind;
mod list;
mod number;
mod output;
mod parse;
mod pattern;
mod phone;
mod rounding;
mod text;
mod time;
mod zone;

pub use kind::{Characters, Digest, Key, Order, Overflow, Side, Transform, UnixUnit};
pub use output::{Mismatch, Output};
pub use parse::{BadArgument, Defaults};
pub use pattern::Pattern;
pub use rounding::{Exact, Mode};
pub use zone::Zone;

#[cfg(test)]
mod tests;
