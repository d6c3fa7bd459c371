//! The chain of the audit: each row's hash covers the one before, so that a removed or changed row breaks it.

use super::types::{Action, AuditEntry, Settlement};
use crate::key::Scope;

/// The end of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::state) struct Head {
    /// The number of the last row; 0 before the first.
    pub(in crate::state) seq: i64,
    /// Its hash.
    pub(in crate::state) hash: [u8; 32],
}

impl Head {
    /// The next row's end, with the word for what was done.
    pub(in crate::state) fn next(
        &self,
        scope: &Scope,
        entry: &AuditEntry,
        settlement: &Settlement,
    ) -> (Self, String) {
        let action = match entry.action {
            Action::Applied(op) => op.as_str().to_owned(),
            Action::Adopted => "adopt".to_owned(),
            Action::Refused(op) => format!("{op} refused"),
            Action::Linked => "link".to_owned(),
            Action::Unlinked => "unlink".to_owned(),
        };
        let (seq, at) = (self.seq + 1, settlement.at.as_millisecond());
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.hash).update(&seq.to_le_bytes()).update(&at.to_le_bytes());
        let words = [
            &settlement.run,
            &scope.tenant,
            &scope.environment,
            &scope.pipeline,
            &entry.record.entity,
            &entry.record.key,
            &action,
            &entry.target_object,
            entry.target_id.as_deref().unwrap_or_default(),
        ];
        for word in words {
            hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
        }
        hasher.update(&entry.content.0);
        (Self { seq, hash: *hasher.finalize().as_bytes() }, action)
    }
}
