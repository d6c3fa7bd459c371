//! The mapping of an entity as a typed tree.
//!
//! A tree is built from the raw `map` of a file; every mistake is reported and left out. A field whose rules
//! were all refused stays, with no rules, so that it does not count as missing.

mod parse;
mod read;
mod table;
mod types;

pub(crate) use parse::Reader;
pub(crate) use table::is_rule;
pub use types::{
    Block, Find, HOLD_FOR, IfMissing, Member, Members, Node, On, Reference, Rule, Source, TransformCall,
    Variable,
};
