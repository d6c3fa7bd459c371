//! Do the emulators behave as the services do? Judged by exchanges that were recorded with a real store, and by
//! client libraries that others wrote.
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
mod tables;
mod woocommerce;
