//! The way to the server: a thread with a runtime and some connections of its own.

use super::{
    Address, Result, StateError,
    fault::{Fault, Outcome},
};
use futures::{StreamExt, future::BoxFuture};
use sqlx::{
    Executor,
    postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions},
};
use std::{sync::mpsc as threads, time::Duration};
use tokio::sync::{mpsc, oneshot};

/// Stream groups that work at the same time share these; more would wait for the audit's end anyway.
const CONNECTIONS: u32 = 5;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a request may take. A lease lasts as long: what takes longer comes too late.
const LONGEST: Duration = Duration::from_secs(30);

/// After this time without use a connection is tried before it is used.
const FRESH: Duration = Duration::from_secs(5);

/// How often work is begun that others get into the way of.
const TRIES: u32 = 8;

/// Work on the arguments `A`, in a transaction.
pub(super) type Work<A, T> = for<'a> fn(&'a mut PgConnection, &'a A) -> BoxFuture<'a, Outcome<T>>;

/// A request, with the way back for its answer.
type Job = Box<dyn FnOnce(PgPool) -> BoxFuture<'static, ()> + Send>;

/// How a request is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// One statement that changes nothing.
    Look,
    /// A transaction, done again when others got into its way.
    Change,
    /// A transaction that is done once, and takes its time.
    Once,
    /// Reads, all of one moment, that take their time.
    Snapshot,
}

/// The thread, and the way to it.
pub(super) struct Front {
    /// Taken when the store is closed: then the thread ends.
    jobs: Option<mpsc::UnboundedSender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Front {
    /// Waits for what is under way.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so.
            drop(thread.join());
        }
    }
}

impl Front {
    /// Starts the thread. Nothing is connected before the first request.
    pub(super) fn start(address: &Address, is_read_only: bool) -> Result<Self> {
        let failed = |error: std::io::Error| StateError::Unavailable(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (sender, mut receiver) = mpsc::unbounded_channel::<Job>();
        let address = address.clone();
        let serve = async move {
            let pool = pool(&address, is_read_only);
            let jobs = futures::stream::poll_fn(|context| receiver.poll_recv(context));
            jobs.for_each_concurrent(None, |job| job(pool.clone())).await;
            pool.close().await;
        };
        let thread = std::thread::Builder::new().name("state-postgres".to_owned());
        let thread = thread.spawn(move || runtime.block_on(serve)).map_err(failed)?;
        Ok(Self { jobs: Some(sender), thread: Some(thread) })
    }

    /// Carries out a request, and answers when what it changed is durable.
    pub(super) async fn call<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        mode: Mode,
        arguments: A,
        work: Work<A, T>,
    ) -> Result<T> {
        let (answer, receiver) = oneshot::channel();
        // Nobody waits any more when the caller was dropped.
        self.send(mode, arguments, work, move |result| drop(answer.send(result)))?;
        receiver.await.map_err(|_| stopped())?
    }

    /// Carries out a request while the thread waits.
    pub(super) fn wait<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        mode: Mode,
        arguments: A,
        work: Work<A, T>,
    ) -> Result<T> {
        let (answer, receiver) = threads::sync_channel(1);
        self.send(mode, arguments, work, move |result| drop(answer.send(result)))?;
        receiver.recv().map_err(|_| stopped())?
    }

    fn send<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        mode: Mode,
        arguments: A,
        work: Work<A, T>,
        answer: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<()> {
        let job: Job = Box::new(move |pool| {
            Box::pin(async move {
                let done = carry_out(&pool, mode, &arguments, work).await;
                answer(done.map_err(Fault::told));
            })
        });
        self.jobs.as_ref().ok_or_else(stopped)?.send(job).map_err(|_| stopped())
    }
}

fn pool(address: &Address, is_read_only: bool) -> PgPool {
    // A frozen engine must not keep the rows locked that others need.
    let settings = format!(
        "SET search_path TO \"{}\"; SET default_transaction_read_only TO {}; \
         SET idle_in_transaction_session_timeout TO {}; SET client_min_messages TO warning",
        address.schema,
        if is_read_only { "on" } else { "off" },
        LONGEST.as_millis()
    );
    let options = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                let is_fresh = about.idle_for < FRESH;
                Ok(is_fresh || sqlx::Connection::ping(connection).await.is_ok())
            })
        })
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(settings))).await.map(drop)
            })
        });
    options.connect_lazy_with(PgConnectOptions::clone(&address.options))
}

async fn carry_out<A: Sync, T>(pool: &PgPool, mode: Mode, arguments: &A, work: Work<A, T>) -> Outcome<T> {
    if matches!(mode, Mode::Once | Mode::Snapshot) {
        return attempt(pool, mode, arguments, work).await;
    }
    let mut tries = 1;
    loop {
        let done = tokio::time::timeout(LONGEST, attempt(pool, mode, arguments, work)).await;
        match done.unwrap_or(Err(Fault::Sql(sqlx::Error::PoolTimedOut))) {
            Err(fault) if fault.is_clash() && tries < TRIES => tries += 1,
            done => return done,
        }
    }
}

async fn attempt<A: Sync, T>(pool: &PgPool, mode: Mode, arguments: &A, work: Work<A, T>) -> Outcome<T> {
    let mut transaction = match mode {
        Mode::Look => return work(&mut *pool.acquire().await?, arguments).await,
        Mode::Snapshot => pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        Mode::Change | Mode::Once => pool.begin().await?,
    };
    let value = work(&mut transaction, arguments).await?;
    transaction.commit().await?;
    Ok(value)
}

fn stopped() -> StateError {
    StateError::Unavailable("the way to PostgreSQL has stopped".to_owned())
}

/// Runs a statement outside of transactions, on a server that tests use.
#[cfg(test)]
pub(in crate::state) fn for_tests(url: &str, sql: &str) {
    let front = Front::start(&Address::parse(url).unwrap(), false).unwrap();
    let run: Work<String, ()> = |db, sql| {
        Box::pin(
            async move { super::row::execute(db, sql.as_str(), super::row::Values::new()).await.map(drop) },
        )
    };
    front.wait(Mode::Look, sql.to_owned(), run).unwrap();
}

/// Every column in a schema, behind the name of its table.
#[cfg(test)]
pub(in crate::state) fn columns(address: &Address) -> std::collections::BTreeSet<String> {
    use super::row::{self, Values, query};
    const SQL: &str =
        "SELECT table_name || ' ' || column_name FROM information_schema.columns WHERE table_schema = $1";
    let front = Front::start(address, true).unwrap();
    let look: Work<String, Vec<String>> =
        |db, schema| Box::pin(query(db, SQL, Values::new().text(schema), row::text));
    front.wait(Mode::Look, address.schema.clone(), look).unwrap().into_iter().collect()
}
