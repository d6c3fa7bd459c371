//! TOML with places: text in, JSON and a table of spans out.

mod convert;
mod depth;
mod document;
mod portable;
mod sketch;
mod spans;
pub(crate) mod text;
mod unite;

pub(crate) use sketch::sketch;

pub use depth::MAX_DEPTH;
pub use document::Document;
pub use spans::child;
pub(crate) use unite::{overlay, unite};
