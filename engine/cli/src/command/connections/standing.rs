//! How a connection stands with the account that a person gave access to.

use super::login_of;
use crate::{
    error::Result,
    workspace::{Workspace, runtime},
};
use engine_project::Connection;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The login of a connection.
pub(super) enum Standing {
    /// It needs none.
    NotNeeded,
    /// Nobody has logged in to this account.
    LoggedOut(String),
    /// Somebody has.
    LoggedIn {
        account: String,
        /// Until when requests are answered without a renewal.
        access_until: Timestamp,
        /// Until when it can be renewed, where the service tells it.
        refresh_until: Option<Timestamp>,
    },
    /// It cannot be told.
    Unknown(String),
}

impl Standing {
    pub(super) fn of(workspace: &Workspace, connection: &Connection) -> Result<Self> {
        let login = match login_of(workspace, connection) {
            Ok(Some(login)) => login,
            Ok(None) => return Ok(Self::NotNeeded),
            Err(error) => return Ok(Self::Unknown(error.message)),
        };
        Ok(match runtime()?.block_on(workspace.context.vault.load(&login.account)) {
            Err(error) => Self::Unknown(error.to_string()),
            Ok(None) => Self::LoggedOut(login.account),
            Ok(Some(held)) => Self::LoggedIn {
                account: login.account,
                access_until: held.tokens.access_until,
                refresh_until: held.tokens.refresh_until,
            },
        })
    }

    /// In a few words.
    pub(super) fn words(&self, now: Timestamp) -> String {
        match self {
            Self::NotNeeded => "-".to_owned(),
            Self::LoggedOut(_) => "not logged in".to_owned(),
            Self::LoggedIn { refresh_until: None, .. } => "good, renews itself".to_owned(),
            Self::LoggedIn { refresh_until: Some(until), .. } if *until <= now => {
                format!("expired {}", at(*until))
            }
            Self::LoggedIn { refresh_until: Some(until), .. } => format!("good until {}", at(*until)),
            Self::Unknown(_) => "unknown".to_owned(),
        }
    }

    /// For programs.
    pub(super) fn document(&self, now: Timestamp) -> Value {
        match self {
            Self::NotNeeded => Value::Null,
            Self::LoggedOut(account) => json!({ "state": "logged_out", "account": account }),
            Self::LoggedIn { account, access_until, refresh_until } => {
                let is_over = refresh_until.is_some_and(|until| until <= now);
                json!({
                    "state": if is_over { "expired" } else { "logged_in" }, "account": account,
                    "access_until": access_until, "refresh_until": refresh_until,
                })
            }
            Self::Unknown(reason) => json!({ "state": "unknown", "reason": reason }),
        }
    }
}

/// A moment as tables show it.
pub(super) fn at(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
