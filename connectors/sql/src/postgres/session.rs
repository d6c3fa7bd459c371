//! Connections to one database: few, lent one at a time.
//!
//! A connection comes back only when the server has answered everything it was asked and no transaction is open.
//! Whoever is stopped in the middle leaves a connection that is closed, and the server rolls back what was open on it.
//! Behind a pooler that lends sessions per transaction, nothing is asked outside of one.

use super::{address::Address, error};
use engine_contract::{Access, ConnectorError, Context, Result};
use futures::future::{Either, select};
use sqlx::{
    AssertSqlSafe, Connection, Error,
    postgres::{PgArguments, PgConnection, PgRow},
};
use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a login may take.
const LOGIN: Duration = Duration::from_secs(15);

/// A connection that was idle for longer is asked whether it is still there.
const FRESH: Duration = Duration::from_secs(10);

/// What is the same in every session: how values are read and written as text.
const MANNERS: &str =
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL extra_float_digits = 1";

/// The connections to one database.
#[derive(Debug)]
pub(super) struct Sessions {
    address: Address,
    access: Access,
    idle: Mutex<Vec<Idle>>,
    turns: Semaphore,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    since: jiff::Timestamp,
}

/// A connection that was lent.
pub(super) struct Session<'a> {
    home: &'a Sessions,
    /// Nothing once it is given back.
    connection: Option<PgConnection>,
    lent_at: jiff::Timestamp,
    /// A question is on its way, or its answer was never read.
    is_waiting: bool,
    pub(super) in_transaction: bool,
    _turn: SemaphorePermit<'a>,
}

impl Sessions {
    /// At most `most` connections; the first is opened when it is needed.
    pub(super) fn new(address: Address, access: Access, most: u16) -> Self {
        let turns = Semaphore::new(usize::from(most.max(1)));
        Self { address, access, idle: Mutex::new(Vec::new()), turns }
    }

    /// Whether nothing may be changed.
    pub(super) fn is_read_only(&self) -> bool {
        self.access == Access::Read
    }

    /// A connection, opened when none is idle.
    pub(super) async fn lend(&self, context: &Context) -> Result<Session<'_>> {
        let turn = self
            .turns
            .acquire()
            .await
            .map_err(|_| self.about(error::no_answer("waiting for a connection")))?;
        let now = context.clock.now();
        let connection = match self.still_there(now).await {
            Some(connection) => connection,
            None => self.log_in(context).await?,
        };
        Ok(Session {
            home: self,
            connection: Some(connection),
            lent_at: now,
            is_waiting: false,
            in_transaction: false,
            _turn: turn,
        })
    }

    async fn still_there(&self, now: jiff::Timestamp) -> Option<PgConnection> {
        loop {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let is_fresh = now.duration_since(idle.since).unsigned_abs() < FRESH;
            if is_fresh || idle.connection.ping().await.is_ok() {
                return Some(idle.connection);
            }
        }
    }

    async fn log_in(&self, context: &Context) -> Result<PgConnection> {
        let opening = Box::pin(PgConnection::connect_with(&self.address.options));
        let opened = within(context, LOGIN, opening).await;
        let opened = opened.ok_or_else(|| self.about(error::no_answer("logging in")))?;
        let mut connection = opened.map_err(|error| self.about(error::of_database(&error, "logging in")))?;
        if self.is_read_only() && !self.address.is_pooled {
            let only = sqlx::raw_sql("SET default_transaction_read_only = on");
            let done = only.execute(&mut connection).await;
            done.map_err(|error| self.about(error::of_database(&error, "logging in")))?;
        }
        Ok(connection)
    }

    fn about(&self, error: ConnectorError) -> ConnectorError {
        error
            .with_context("server", self.address.host.clone())
            .with_context("database", self.address.database.clone())
            .with_context("user", self.address.user.clone())
    }
}

impl Session<'_> {
    /// Runs statements that answer nothing, in one round.
    pub(super) async fn run(&mut self, sql: &str) -> Result<(), Error> {
        let statements = sqlx::raw_sql(AssertSqlSafe(sql));
        self.is_waiting = true;
        let connection = self.connection.as_mut().ok_or(Error::WorkerCrashed)?;
        let done = Box::pin(statements.execute(connection)).await;
        self.answered(done).map(drop)
    }

    /// The rows of a statement.
    pub(super) async fn rows(&mut self, sql: &str, arguments: PgArguments) -> Result<Vec<PgRow>, Error> {
        let is_alone = self.home.address.is_pooled && !self.in_transaction;
        if is_alone {
            self.begin("READ ONLY", "").await?;
        }
        let rows = self.ask(sql, arguments).await;
        if is_alone {
            let end = if rows.is_ok() { "COMMIT" } else { "ROLLBACK" };
            self.run(end).await?;
            self.in_transaction = false;
        }
        rows
    }

    async fn ask(&mut self, sql: &str, arguments: PgArguments) -> Result<Vec<PgRow>, Error> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(!self.home.address.is_pooled);
        self.is_waiting = true;
        let connection = self.connection.as_mut().ok_or(Error::WorkerCrashed)?;
        let rows = Box::pin(query.fetch_all(connection)).await;
        self.answered(rows)
    }

    /// Copies lines of text into a table.
    pub(super) async fn copy(&mut self, sql: &str, lines: &[u8]) -> Result<u64, Error> {
        self.is_waiting = true;
        let connection = self.connection.as_mut().ok_or(Error::WorkerCrashed)?;
        let copied = Box::pin(async {
            let mut copy = connection.copy_in_raw(sql).await?;
            copy.send(lines).await?;
            copy.finish().await
        });
        let copied = copied.await;
        self.answered(copied)
    }

    /// Begins a transaction and does `orders` in the same round. Each of its statements sees what was committed
    /// before that statement.
    pub(super) async fn begin(&mut self, mode: &str, orders: &str) -> Result<(), Error> {
        self.in_transaction = true;
        self.run(&format!("BEGIN ISOLATION LEVEL READ COMMITTED {mode}; {MANNERS}; {orders}")).await
    }

    /// Ends the transaction.
    pub(super) async fn end(&mut self, how: &str) -> Result<(), Error> {
        self.run(how).await?;
        self.in_transaction = false;
        Ok(())
    }

    fn answered<T>(&mut self, answer: Result<T, Error>) -> Result<T, Error> {
        self.is_waiting = answer.as_ref().is_err_and(|error| !error::is_answer(error));
        answer
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|_| !self.is_waiting && !self.in_transaction)
        {
            let idle = Idle { connection, since: self.lent_at };
            self.home.idle.lock().unwrap_or_else(PoisonError::into_inner).push(idle);
        }
    }
}

/// The result of `work`, or nothing when it takes longer than `limit`: then it is dropped.
pub(super) async fn within<T>(
    context: &Context,
    limit: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    let began = context.clock.now();
    match select(pin!(work), context.clock.sleep(limit)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), work)) => {
            let passed = context.clock.now().duration_since(began).unsigned_abs();
            // A clock that wakes early says that the run should stop, not that the server is slow.
            if passed < limit { Some(work.await) } else { None }
        }
    }
}
