//! A connection that is used from where nothing is awaited: it lives on a thread of its own.

use crate::supabase::error::DatabaseError;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row, ValueRef,
    postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgRow},
};
use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// The values of a row as texts; `None` is null.
pub(super) type Values = Vec<Option<String>>;

/// A connection. It closes when this is dropped.
pub(super) struct Link(Sender<Job>);

struct Job {
    sql: String,
    reply: Sender<Result<Vec<Values>, DatabaseError>>,
}

impl Link {
    /// Connects.
    pub(super) fn open(options: PgConnectOptions) -> Result<Self, DatabaseError> {
        let (jobs, waiting) = channel();
        let (tell, told) = channel();
        let serve = move || match runtime() {
            Ok(runtime) => runtime.block_on(serve(options, &tell, &waiting)),
            Err(error) => drop(tell.send(Err(error))),
        };
        drop(thread::Builder::new().name("postgres".to_owned()).spawn(serve).map_err(|error| lost(&error))?);
        told.recv().map_err(|error| lost(&error))??;
        Ok(Self(jobs))
    }

    /// Runs statements; the rows of all of them. They travel as texts, so that literals have no type of their own
    /// before they meet a column.
    pub(super) fn run(&self, sql: String) -> Result<Vec<Values>, DatabaseError> {
        let (reply, answer) = channel();
        self.0.send(Job { sql, reply }).map_err(|error| lost(&error))?;
        answer.recv().map_err(|error| lost(&error))?
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, DatabaseError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| lost(&error))
}

async fn serve(options: PgConnectOptions, tell: &Sender<Result<(), DatabaseError>>, waiting: &Receiver<Job>) {
    let mut connection = match options.connect().await {
        Ok(connection) => connection,
        Err(error) => return drop(tell.send(Err(told(&error)))),
    };
    if tell.send(Ok(())).is_err() {
        return;
    }
    while let Ok(Job { sql, reply }) = waiting.recv() {
        // Whoever asked may be gone; the statement has run all the same.
        drop(reply.send(run(&mut connection, sql).await));
    }
    drop(connection.close().await);
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<Vec<Values>, DatabaseError> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await.map_err(|error| told(&error))?;
    rows.iter().map(values).collect()
}

fn values(row: &PgRow) -> Result<Values, DatabaseError> {
    let value = |number| {
        let value = row.try_get_raw(number).map_err(|error| told(&error))?;
        if value.is_null() {
            return Ok(None);
        }
        let text = value.as_str().map_err(|error| DatabaseError::new("08P01", error.to_string()))?;
        Ok(Some(text.to_owned()))
    };
    (0..row.len()).map(value).collect()
}

fn told(error: &sqlx::Error) -> DatabaseError {
    let known = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    match known {
        Some(error) => DatabaseError {
            sqlstate: error.code().to_owned(),
            message: error.message().to_owned(),
            details: error.detail().map(str::to_owned),
            hint: error.hint().map(str::to_owned),
        },
        None => lost(error),
    }
}

fn lost(error: &dyn std::error::Error) -> DatabaseError {
    DatabaseError::new("08006", error.to_string())
}
