//! What is said about mistakes: a code, a message, places, a help line.

mod codes;
mod collector;
mod diagnostic;
mod suggest;
pub mod words;

pub use codes::{Code, code};
pub use collector::Diagnostics;
pub use diagnostic::{Diagnostic, Fix, Label, Severity};
pub use suggest::suggest;
