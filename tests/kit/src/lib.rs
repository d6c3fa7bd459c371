//! What tests share: temporary projects, the engine as a child process, and the rows that it wrote.

#![expect(
    clippy::expect_used,
    reason = "a test whose world cannot be prepared ends there, saying which part of it failed"
)]

mod door;
mod outcome;
mod process;
mod project;
mod server;
mod table;

pub use door::{Door, Reply};
pub use outcome::Outcome;
pub use process::Process;
pub use project::Project;
pub use server::Database;
pub use table::{Row, Tables, rows, sum_by};
