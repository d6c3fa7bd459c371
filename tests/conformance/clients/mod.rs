//! Client libraries that others wrote, against the emulators.

mod program;
mod quickbooks;
mod woocommerce;
