//! Connectors that are data: a folder with a connector.toml and field schemas describes one.
//!
//! [`Described::read`] takes the files of such a folder and answers a connector, or every mistake in them with
//! its place. It reads nothing itself, so that a project's own `connectors/NAME/` and the folders that come
//! with the engine ([`bundled`]) go the same way. What has a `[base]` can be opened: the tables of connector.toml
//! choose among strategies that are written here (`runtime`), and set their parameters.

mod bundle;
mod check;
mod conform;
pub mod conformance;
mod decode;
mod described;
mod manifest;
mod problem;
mod runtime;
mod schema;
mod script;
mod source;
mod spans;
mod template;
#[cfg(test)]
mod tests;
mod verify;
mod webhook;

pub use bundle::bundled;
pub use described::{Described, manifest_schema};
pub use manifest::CustomFields;
pub use problem::{Near, Problem, ProblemKind};
pub use webhook::{Delivery, Hint, Notice, Refused};
