//! The order of a pipeline's entities, as a graph that can be drawn.

mod dot;
mod mermaid;
mod model;
mod text;

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;
pub(crate) use model::Graph;
pub(crate) use text::text;
