//! Webhooks: their records, and what waits to be delivered.
//!
//! A delivery is never tried twice. The payload is made when it is sent: three quick changes are one delivery with the
//! last state, and a record that is gone by then is delivered as the refusal that reading it would give.

mod delivery;
mod queue;
mod record;
#[cfg(test)]
mod tests;

pub use delivery::Delivery;
pub(super) use queue::Queue;
pub(super) use record::{create, update};
