//! Closed books: nothing dated on the closing day or before can be written, changed, voided or deleted.

use serde_json::Value;

use super::books::Books;
use super::fault::{Fault, Outcome};
use super::value::{Object, text};

impl Books {
    /// Refuses a transaction of a closed period: 6200, or 6210 where the closing has a password.
    pub(super) fn check_open(&self, transaction: &Object) -> Outcome<()> {
        let closed = self.preference("AccountingInfoPrefs", "BookCloseDate").and_then(Value::as_str);
        let date = text(transaction, "TxnDate");
        // Dates as texts are ordered as dates are.
        if closed.zip(date).is_some_and(|(closed, date)| date <= closed) {
            return Err(Fault::books_closed(self.company.preferences.closed_with_password));
        }
        Ok(())
    }
}
