//! Tells when the files of projects have changed.
//!
//! Events of the system are hints only: what counts is the content. Each hint opens a window; when it closes,
//! the folders are armed anew and then read, so that nothing falls between. Equal content is no change,
//! whatever was saved. Folders without any file keep what was known of them.

mod arm;
mod scan;
mod wait;

pub(crate) use wait::{Seen, watch};
