//! Plans on the command line: gathered while they are made, printed, kept in files and read again.

mod file;
mod gather;
mod head;
mod keep;
mod mask;
mod print;

pub(crate) use file::{Kept, Writer, read};
pub(crate) use gather::{Gathered, Gatherer};
pub(crate) use head::head;
pub(crate) use keep::Keeper;
pub(crate) use mask::masked_value;
pub(crate) use print::{both, document, print, short};
