//! What a connector hears of a vault that does not do as asked.

use super::StateError;
use engine_contract::{ConnectorError, ErrorKind, Retry};

/// What a connector hears of a vault that fails.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(in crate::state) fn refused(error: StateError) -> ConnectorError {
    let message = format!("the vault cannot be used: {error}");
    match error {
        StateError::Unavailable(_) => {
            ConnectorError::new(ErrorKind::Unavailable, message).with_retry(Retry::Soon)
        }
        _ => ConnectorError::new(ErrorKind::Config, message),
    }
}

/// What a connector hears when the account does not stand any more at the version that it knows.
pub(in crate::state) fn stale(account: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Stale, "somebody else has stored newer tokens")
        .with_retry(Retry::Soon)
        .with_context("account", account)
}
