//! A project of Supabase, as its Data API shows it: PostgREST behind its gateway, over a database.
//!
//! The facts are those of PostgREST 13 to 16 and of PostgreSQL 15. The protocol is one; below it is a database in
//! memory, or a real one for tests (feature `postgres`).

mod database;
mod error;
mod gateway;
mod jwt;
mod memory;
mod openapi;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod query;
mod reply;
mod request;
mod service;
mod settings;
mod tables;
#[cfg(test)]
mod tests;

pub use error::DatabaseError;
pub use memory::Memory;
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, Scratch};
pub use service::Supabase;
pub use settings::Settings;
pub use tables::{Tables, TablesError};
