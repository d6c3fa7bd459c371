//! Do the emulators behave as the services do? Judged by exchanges that were recorded with a real store, and by
//! client libraries that others wrote. And do the connectors keep what they say they can?
//!
//! The clients are installed by `tests/conformance/prepare`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails here fails a test, whose message says where"
)]

mod clients;
mod rates;
mod suite;
mod tables;
mod traps;
mod woocommerce;
mod world;
