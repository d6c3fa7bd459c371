//! Connections of connectors that are data: what connector.toml says, done.
//!
//! [`open`] makes a [`Service`] (where requests go, who asks, what answers mean) and puts a source and a target
//! over it. Nothing here waits, repeats or remembers: the kit's client keeps limits and tokens, the engine
//! retries, and the place of a read travels in its resume text.

mod answer;
mod catalog;
mod faults;
mod heard;
mod hooks;
mod instant;
mod open;
mod path;
mod query;
mod read;
mod rehearsal;
mod service;
mod settings;
mod tables;
mod write;

pub(crate) use instant::floor;
pub(crate) use open::{Said, discover, login, open};
pub(crate) use rehearsal::{Rehearsal, address, has};
