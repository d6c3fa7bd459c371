//! A database in memory: as much of PostgreSQL as the Data API shows of it.
//!
//! It promises the same answers to the same requests, and what PostgreSQL 15 says when a rule is broken. A request
//! that fails leaves nothing behind but the numbers that were counted.

mod access;
mod body;
mod cell;
mod default;
mod filter;
mod moment;
mod parse;
mod pattern;
mod result;
mod rules;
mod show;
mod store;
mod whole;
mod write;

pub use whole::Memory;
