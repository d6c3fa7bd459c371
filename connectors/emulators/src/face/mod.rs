//! The face: an emulator on a socket.

mod connection;
mod serve;
#[cfg(test)]
mod tests;

pub use serve::{Shared, serve};
