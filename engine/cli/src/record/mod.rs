//! Single records on the command line: what is known of them, how they are mapped, and what would happen now.

mod gather;
mod print;

pub(crate) use gather::Listener;
pub(crate) use print::{Life, document, print};
