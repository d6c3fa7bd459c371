//! Connectors that are data: a folder with a connector.toml and field schemas describes one.
//!
//! [`Described::read`] takes the files of such a folder and answers a connector, or every mistake in them with
//! its place. It reads nothing itself, so that a project's own `connectors/NAME/` and the folders that come
//! with the engine ([`bundled`]) go the same way. What is described can be checked against; it cannot be opened
//! yet.

mod bundle;
mod check;
mod conform;
mod described;
mod manifest;
mod schema;
mod source;
mod spans;
#[cfg(test)]
mod tests;
mod verify;

pub use bundle::bundled;
pub use described::Described;
pub use manifest::CustomFields;
pub use source::Problem;
