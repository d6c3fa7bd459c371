//! The network: which addresses are refused, and what hostile hosts can do.

mod addresses;
mod canary;
mod hosts;
mod server;
mod trust;
