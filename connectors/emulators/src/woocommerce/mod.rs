//! A WooCommerce store, as its REST API v3 shows it to connectors.
//!
//! The facts are those of WooCommerce 10.5 with its own order tables (HPOS), measured on a real store. What is
//! there: orders with lines, taxes, coupons, refunds and notes; products, variations and categories; customers,
//! coupons, taxes; batches; webhooks with their deliveries. Carts, the checkout and the admin pages are not.
//!
//! The store's quirks are kept on purpose: what a connector must survive is what this is for.

#![expect(
    clippy::indexing_slicing,
    reason = "records are objects of JSON: a name that is missing reads as null, and is made when it is set"
)]

mod auth;
mod batch;
mod change;
mod coupon;
mod customer;
mod error;
mod fixed;
mod kind;
mod list;
#[cfg(test)]
mod must_haves;
mod order;
mod product;
mod reply;
mod request;
mod route;
mod schema;
mod seed;
mod serve;
mod settings;
mod shop;
mod store;
mod tax;
#[cfg(test)]
mod tests;
mod time;
mod value;
mod view;
mod webhook;

pub use seed::{Seed, SeedError};
pub use serve::WooCommerce;
pub use settings::{KeyPair, Permission, Role, Settings};
pub use webhook::Delivery;
