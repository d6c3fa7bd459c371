//! Two ways to reach the database: inline, and through the one writer thread.

use super::{Result, StateError, busy};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::{Mutex, PoisonError, mpsc};

/// Most requests that one commit carries.
const GROUP_MAX: usize = 100;

/// A request, bound to the channel that takes its answer. It gets no connection when there is none to use.
type Job = Box<dyn FnOnce(Result<&Connection>) -> Answer + Send>;

/// Sends the answer once the commit is known to have happened, or not.
type Answer = Box<dyn FnOnce(Result<()>) + Send>;

/// How requests reach the database.
pub(super) enum Front {
    /// On the caller's thread: deterministic.
    Inline(Mutex<Connection>),
    /// On the writer's thread, several to a commit.
    Writer(Writer),
}

/// The writer thread and the way to it.
pub(super) struct Writer {
    /// Taken when the store is closed: then the thread ends.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Writer {
    /// Waits for the thread, which closes the file: what is in its log goes into the file itself then.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has told so.
            drop(thread.join());
        }
    }
}

impl Front {
    /// Runs requests on the caller's thread.
    pub(super) fn inline(connection: Connection) -> Self {
        Self::Inline(Mutex::new(connection))
    }

    /// Starts the writer thread. It ends when the last sender is dropped.
    pub(super) fn writer(connection: Connection) -> Result<Self> {
        let (sender, receiver) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("state-writer".to_owned())
            .spawn(move || write_groups(&connection, &receiver))
            .map_err(|error| StateError::Unavailable(error.to_string()))?;
        Ok(Self::Writer(Writer { jobs: Some(sender), thread: Some(thread) }))
    }

    /// Runs one request in a transaction, and answers when it is durable.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Inline(connection) => {
                let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let transaction = begin(&connection, TransactionBehavior::Deferred)?;
                let value = work(&transaction)?;
                transaction.commit().map_err(|error| busy(&error))?;
                Ok(value)
            }
            Self::Writer(writer) => {
                let (answer, receiver) = tokio::sync::oneshot::channel();
                let job: Job = Box::new(move |connection| {
                    let result = connection.and_then(|connection| in_savepoint(connection, work));
                    Box::new(move |commit: Result<()>| {
                        // Nobody waits any more when the caller was dropped.
                        drop(answer.send(commit.and(result)));
                    })
                });
                writer.jobs.as_ref().ok_or_else(stopped)?.send(job).map_err(|_| stopped())?;
                receiver.await.map_err(|_| stopped())?
            }
        }
    }
}

fn stopped() -> StateError {
    StateError::Unavailable("its writer has stopped".to_owned())
}

fn begin(connection: &Connection, behavior: TransactionBehavior) -> Result<Transaction<'_>> {
    Transaction::new_unchecked(connection, behavior).map_err(|error| busy(&error))
}

fn write_groups(connection: &Connection, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let group = std::iter::once(first).chain(jobs.try_iter().take(GROUP_MAX - 1));
        match begin(connection, TransactionBehavior::Immediate) {
            Ok(transaction) => {
                let answers: Vec<Answer> = group.map(|job| job(Ok(&transaction))).collect();
                let commit = transaction.commit().map_err(|error| busy(&error));
                for answer in answers {
                    answer(commit.clone());
                }
            }
            Err(error) => group.for_each(|job| job(Err(error.clone()))(Ok(()))),
        }
    }
}

/// Runs `work` so that its failure takes back its own changes and no others.
fn in_savepoint<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    connection.execute_batch("SAVEPOINT request").map_err(|error| busy(&error))?;
    let result = work(connection);
    let end = if result.is_ok() { "RELEASE request" } else { "ROLLBACK TO request; RELEASE request" };
    connection.execute_batch(end).map_err(|error| busy(&error))?;
    result
}
