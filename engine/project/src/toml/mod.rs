//! TOML with places: text in, JSON and a table of spans out.

mod convert;
mod depth;
mod document;
mod sketch;
mod spans;
pub(crate) mod text;

pub(crate) use sketch::sketch;

pub use depth::MAX_DEPTH;
pub use document::Document;
pub use spans::{Spans, child};
