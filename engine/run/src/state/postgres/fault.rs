//! What an error of PostgreSQL means to a user. The server's own words may quote rows: only its codes are told on.

use super::StateError;

/// Why a statement, or the work around it, failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// What the caller is told.
    State(StateError),
    /// What the driver says.
    Sql(sqlx::Error),
}

/// The result of work inside a transaction.
pub(super) type Outcome<T> = Result<T, Fault>;

impl From<StateError> for Fault {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl Fault {
    /// A row that no engine wrote.
    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::State(StateError::Corrupt(what.into()))
    }

    /// Whether the same work may go well when it is done again: two transactions were in each other's way.
    pub(super) fn is_clash(&self) -> bool {
        // Serialization failure, deadlock.
        matches!(self, Self::Sql(error) if ["40001", "40P01"].contains(&code(error).as_str()))
    }

    /// Whether a row was refused because another has its place.
    pub(super) fn is_taken(&self) -> bool {
        matches!(self, Self::Sql(error) if code(error) == "23505")
    }

    /// What the caller is told.
    pub(super) fn told(self) -> StateError {
        match self {
            Self::State(error) => error,
            Self::Sql(error) => meaning(&error),
        }
    }
}

fn code(error: &sqlx::Error) -> String {
    let database = error.as_database_error();
    database.and_then(sqlx::error::DatabaseError::code).map(String::from).unwrap_or_default()
}

fn meaning(error: &sqlx::Error) -> StateError {
    let unavailable = |why: &str| StateError::Unavailable(why.to_owned());
    match error {
        sqlx::Error::Database(_) => of_code(&code(error)),
        sqlx::Error::Io(error) => unavailable(&format!("PostgreSQL cannot be reached: {}", error.kind())),
        sqlx::Error::Tls(_) => unavailable("PostgreSQL cannot be reached through TLS as its address asks"),
        sqlx::Error::PoolTimedOut => unavailable("PostgreSQL does not answer, or nothing listens there"),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            unavailable("the way to PostgreSQL is closed")
        }
        sqlx::Error::Configuration(_) => {
            unavailable("the address of PostgreSQL, or a file it names, is of no use")
        }
        _ => StateError::Corrupt("PostgreSQL gives what no engine wrote".to_owned()),
    }
}

/// The meaning of a SQLSTATE (PostgreSQL, appendix A).
fn of_code(code: &str) -> StateError {
    let why = match code.get(..2).unwrap_or_default() {
        "08" => "the connection to PostgreSQL was lost".to_owned(),
        "28" => "PostgreSQL does not admit this user: look at name and password".to_owned(),
        "3D" => "PostgreSQL has no database of this name".to_owned(),
        "40" | "55" => "PostgreSQL is busy with others who change the same".to_owned(),
        "53" => "PostgreSQL has no more room, memory or connections".to_owned(),
        "57" => "PostgreSQL is shutting down, or has ended the request".to_owned(),
        _ if code == "42501" => "its user may not do this in the schema".to_owned(),
        _ if code == "25006" => "it may only be read".to_owned(),
        _ => return StateError::Corrupt(format!("PostgreSQL refuses a statement ({code})")),
    };
    StateError::Unavailable(why)
}
