//! A PostgreSQL database of its own for a test, on the server of this machine.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::runtime::Runtime;

/// The server that tests use.
const SERVER: &str = "postgres://postgres@127.0.0.1:5432";

/// A database that is dropped with the test.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// Makes an empty database.
    ///
    /// # Panics
    /// When the server of this machine does not admit `postgres`.
    #[must_use]
    pub fn create() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("engine_test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // A process of the same number may have been killed here.
        run("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        run("postgres", &format!("CREATE DATABASE {name}"));
        Self { name }
    }

    /// The address of the database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{SERVER}/{}", self.name)
    }

    /// Runs a statement.
    ///
    /// # Panics
    /// When it fails.
    pub fn execute(&self, sql: &str) {
        run(&self.name, sql);
    }

    /// The one number that a query gives.
    ///
    /// # Panics
    /// When it fails, or gives something else.
    #[must_use]
    pub fn count(&self, sql: &str) -> i64 {
        runtime().block_on(async {
            let mut connection = connect(&self.name).await;
            let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut connection).await;
            row.and_then(|row| row.try_get(0)).expect("the query gives a number")
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

async fn connect(database: &str) -> PgConnection {
    PgConnection::connect(&format!("{SERVER}/{database}")).await.expect("PostgreSQL runs on this machine")
}

fn run(database: &str, sql: &str) {
    runtime().block_on(async {
        let mut connection = connect(database).await;
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
        drop(done.expect("the statement is sound"));
    });
}
