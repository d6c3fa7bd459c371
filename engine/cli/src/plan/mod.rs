//! Plans on the command line: gathered while they are made, printed, kept in files and read again.

mod file;
mod gather;
mod mask;
mod print;

pub(crate) use file::{FORMAT, Kept, Writer, read};
pub(crate) use gather::{Gathered, Gatherer};
pub(crate) use print::{document, print};
