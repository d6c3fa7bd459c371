//! Objects of a described connector: encoded, sent, found again.
//!
//! Each write is one request with its own request key; where the service has a call for several, and finds objects by
//! their marker, as many as it takes go together.

mod batch;
mod compare;
mod encode;
mod exists;
mod marker;
mod recognise;
mod recover;
mod same;
mod search;
mod send;
mod shape;
mod target;

pub(super) use send::{call, soon};
pub(super) use target::RestTarget;
