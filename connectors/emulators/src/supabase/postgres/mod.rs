//! A real PostgreSQL below the Data API: statements become the SQL that PostgREST makes of them, so that errors are
//! PostgreSQL's own. For tests.

mod ddl;
mod insert;
mod link;
mod scratch;
mod session;
mod sql;
mod statement;

pub use scratch::Scratch;
pub use session::Postgres;
