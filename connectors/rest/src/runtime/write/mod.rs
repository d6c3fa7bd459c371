//! Objects of a described connector: encoded, sent, found again.
//!
//! Each write is one request with its own request key. Batches of services are not used: a service remembers a
//! key per request, so a batch could only be repeated whole, and some services check the items of a batch less
//! strictly than single requests (WooCommerce). What limits the speed is the account's own limit, which single
//! requests reach too.

mod encode;
mod marker;
mod recover;
mod same;
mod search;
mod send;
mod shape;
mod target;

pub(super) use send::call;
pub(super) use target::RestTarget;
