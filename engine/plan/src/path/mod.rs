//! Paths: parsed when a pipeline is compiled, walked on the record's own bytes.
//!
//! A rule takes one value from a path. A singular path has at most one hit; a path whose only plurality is a
//! filter (`$.meta[?@.key == 'po'].value`) means its first hit; any other (`[*]`, slices, unions, `..`)
//! means the list of all hits. In `each` every path means all its hits.

mod parse;
mod walk;

pub(crate) use parse::parse;
pub(crate) use walk::Walk;

#[cfg(test)]
mod tests;
