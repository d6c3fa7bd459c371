//! Deliveries of webhooks: who sent them, and which records they hint at.
//!
//! [`Described::delivered`] is a function of a request, the secrets that may have signed it and the tables of
//! connector.toml; it asks nobody and keeps nothing. What it gives are hints: a signature proves the body alone, a body
//! may be late, told twice, in disorder or about something else, and much is never told. So a record is read anew by
//! its key, and what was missed is found along the cursor.
//!
//! [`Described::delivered`]: crate::Described::delivered

mod body;
mod hint;
mod sender;

pub use hint::{Delivery, Hint, Notice, Refused};

use crate::{Described, manifest::Manifest};

impl Described {
    /// The setting with the secrets that sign deliveries; nothing where the service sends none.
    #[must_use]
    pub fn webhook_secret(&self) -> Option<&str> {
        self.manifest().webhooks.signature.as_ref().map(|table| table.secret.as_str())
    }

    /// What a delivery says. `secrets` are those that may have signed it: one, or two while it is replaced.
    ///
    /// # Errors
    /// When nothing proves that the service sent it, or when it has none of the forms of connector.toml.
    pub fn delivered(&self, delivery: Delivery<'_>, secrets: &[&str]) -> Result<Notice, Refused> {
        let Manifest { webhooks, stream, .. } = self.manifest();
        if webhooks.ping.as_ref().is_some_and(|ping| sender::is_ping(ping, delivery)) {
            return Ok(Notice::Ping);
        }
        let signature = webhooks.signature.as_ref().ok_or(Refused::NotDescribed)?;
        sender::prove(signature, delivery, secrets)?;
        let streams: Vec<&str> = stream.keys().map(String::as_str).collect();
        body::changes(webhooks, &streams, delivery).map(Notice::Changes)
    }
}
