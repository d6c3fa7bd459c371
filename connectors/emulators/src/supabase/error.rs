//! Refusals: of the gateway, of PostgREST, and of the database below it.

use serde_json::{Value, json};

/// A refusal with its status, and the body that tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// Absent in refusals of the gateway.
    pub(crate) code: Option<Box<str>>,
    pub(crate) message: String,
    pub(crate) details: Option<String>,
    pub(crate) hint: Option<String>,
    /// The header `WWW-Authenticate`.
    pub(crate) challenge: Option<Box<str>>,
}

/// An error of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseError {
    /// The code: `23505`.
    pub sqlstate: String,
    /// The primary message.
    pub message: String,
    /// DETAIL: it may hold values of rows.
    pub details: Option<String>,
    /// HINT.
    pub hint: Option<String>,
}

impl DatabaseError {
    pub(crate) fn new(sqlstate: &str, message: impl Into<String>) -> Self {
        Self { sqlstate: sqlstate.to_owned(), message: message.into(), details: None, hint: None }
    }

    pub(crate) fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Refusal {
    /// A refusal of PostgREST.
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, code: Some(code.into()), message, details: None, hint: None, challenge: None }
    }

    /// A refusal of the gateway, whose bodies have no code.
    pub(crate) fn gateway(message: &str, hint: &str) -> Self {
        let hint = Some(hint.to_owned());
        Self { status: 401, code: None, message: message.to_owned(), details: None, hint, challenge: None }
    }

    /// What the emulator lacks. PostgREST has this code for the same purpose.
    pub(crate) fn lacks(what: &str) -> Self {
        Self::new(400, "PGRST127", "Feature not implemented").details(format!("the emulator lacks {what}"))
    }

    /// An error of the database, in a request of a role that is anonymous or not.
    pub(crate) fn database(error: DatabaseError, is_anonymous: bool) -> Self {
        let status = status(&error, is_anonymous);
        let challenge = (status == 401).then(|| "Bearer".into());
        let DatabaseError { sqlstate, message, details, hint } = error;
        Self { status, code: Some(sqlstate.into()), message, details, hint, challenge }
    }

    pub(crate) fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn challenge(mut self, challenge: impl Into<Box<str>>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    pub(crate) fn body(&self) -> Value {
        match &self.code {
            Some(code) => json!({
                "code": code,
                "details": self.details,
                "hint": self.hint,
                "message": self.message,
            }),
            None => json!({"message": self.message, "hint": self.hint}),
        }
    }
}

/// The status of an error of the database: the table of PostgREST's `Error.hs`.
fn status(error: &DatabaseError, is_anonymous: bool) -> u16 {
    let code = error.sqlstate.as_str();
    let class = code.get(..2).unwrap_or_default();
    match (code, class) {
        ("23503" | "23505", _) => 409,
        ("25006", _) => 405,
        ("21000", _) if error.message.ends_with("requires a WHERE clause") => 400,
        ("22023", _) if error.message.starts_with("role") && error.message.ends_with("does not exist") => 401,
        ("53400" | "42P17" | "21000", _) => 500,
        ("57P01", _) | (_, "08" | "53") => 503,
        ("P0001", _) => 400,
        ("42883" | "42P01", _) => 404,
        ("42501", _) if is_anonymous => 401,
        ("42501", _) | (_, "0L" | "0P" | "28") => 403,
        (
            _,
            "09" | "25" | "2D" | "38" | "39" | "3B" | "40" | "54" | "55" | "57" | "58" | "F0" | "HV" | "P0"
            | "XX",
        ) => 500,
        _ => 400,
    }
}
