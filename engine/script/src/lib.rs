//! Scripts in mapping files: rhai with limits and exact decimals.
//!
//! A [`Script`] is compiled once and evaluated per record. It sees the record (and, where there are some, the
//! element of the `each` around it, the variables and the target's fields) read-only and lazily, may call
//! [`Libraries`], has no way to files, time or randomness, and is bounded by operations and sizes, never by
//! wall time: the same record gives the same answer on a busy machine. [`Script::infer`] says what it may
//! give, and which fields it names that do not exist, before there is any record.
//!
//! [`Hooks`] are functions that connectors call, under the same limits.

#[cfg(test)]
mod attack;
mod calls;
mod captures;
mod convert;
mod engine;
mod error;
mod functions;
mod hooks;
mod infer;
mod inputs;
mod libraries;
mod limits;
mod script;
mod view;
mod walk;

pub mod types;

pub use error::ScriptError;
pub use hooks::{Argument, Function, Hooks};
pub use infer::{Finding, Inference, Problem, Sights};
pub use inputs::{Inputs, Names};
pub use libraries::Libraries;
pub use script::Script;
