//! The chain of the audit: each row's hash covers the one before, so that a row that was removed, changed or moved
//! breaks it.
//!
//! Rows of engines before actors were noted have neither actor nor fingerprint nor confirmation, and their hashes
//! cover none.

use super::types::{Action, Answer, AuditEntry, Confirmation, RunFilter, Settlement, Taken, Word, masked};
use crate::key::{RecordKey, Scope};
use engine_contract::{ContentHash, Op};
use jiff::Timestamp;

/// The end of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The number of the last row; 0 before the first.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// The columns of a row that its hash covers, beside its number and moment.
struct Covered<'a> {
    words: [&'a str; 9],
    content: &'a [u8],
    /// Actor, fingerprint, confirmation.
    author: [Option<&'a str>; 3],
}

impl Head {
    /// The next row's end, with the word for what was done.
    pub(in crate::state) fn next(
        &self,
        scope: &Scope,
        entry: &AuditEntry,
        settlement: &Settlement,
    ) -> (Self, String) {
        let action = entry.action.word();
        let covered = Covered {
            words: [
                &settlement.run,
                &scope.tenant,
                &scope.environment,
                &scope.pipeline,
                &entry.record.entity,
                &entry.record.key,
                &action,
                &entry.target_object,
                entry.target_id.as_deref().unwrap_or_default(),
            ],
            content: &entry.content.0,
            author: [&settlement.actor, &settlement.fingerprint, &settlement.confirmation]
                .map(|word| word.as_deref()),
        };
        (self.behind(settlement.at.as_millisecond(), &covered), action)
    }

    fn behind(&self, at: i64, covered: &Covered<'_>) -> Self {
        let seq = self.seq.saturating_add(1);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.hash).update(&seq.to_le_bytes()).update(&at.to_le_bytes());
        for word in covered.words {
            hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
        }
        hasher.update(covered.content);
        if covered.author.iter().any(Option::is_some) {
            for word in covered.author {
                // Nothing is told from an empty text.
                let length = word.map_or(u64::MAX, |word| word.len() as u64);
                hasher.update(&length.to_le_bytes()).update(word.unwrap_or_default().as_bytes());
            }
        }
        Self { seq, hash: *hasher.finalize().as_bytes() }
    }

    /// Goes on to a row of the chain.
    ///
    /// # Errors
    /// When the row is not the one that was written behind this one.
    pub fn go_on(&mut self, row: &AuditRow) -> Result<(), Broken> {
        if row.seq != self.seq.saturating_add(1) {
            return Err(Broken::Missing { after: self.seq, found: row.seq });
        }
        let next = self.behind(row.at, &row.covered());
        if row.hash != next.hash {
            return Err(Broken::Changed { seq: row.seq });
        }
        *self = next;
        Ok(())
    }

    /// The head as text: the number of the last row and its hash.
    #[must_use]
    pub fn told(&self) -> String {
        format!("{}:{}", self.seq, ContentHash(self.hash))
    }

    /// Reads a head that was told.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, hash) = text.trim().split_once(':')?;
        let bytes = blake3::Hash::from_hex(hash).ok()?;
        Some(Self { seq: seq.parse().ok().filter(|seq| *seq >= 0)?, hash: *bytes.as_bytes() })
    }
}

/// Where the chain breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Rows are missing, or in another order.
    Missing {
        /// The last row before the gap.
        after: i64,
        /// The row behind it.
        found: i64,
    },
    /// A row is not as it was written, or not where it was written.
    Changed {
        /// Its number.
        seq: i64,
    },
}

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1.
    pub seq: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The run.
    pub run: String,
    /// The tenant.
    pub tenant: String,
    /// The environment.
    pub environment: String,
    /// The pipeline.
    pub pipeline: String,
    /// The entity; empty for what is about a run.
    pub entity: String,
    /// The record's key. May be personal data: see [`AuditRow::shown_key`].
    pub key: String,
    /// What was done: `update`.
    pub action: String,
    /// The target object.
    pub target_object: String,
    /// The target's id. May be personal data: see [`AuditRow::shown_id`].
    pub target_id: Option<String>,
    /// The hash of the content.
    pub content: Vec<u8>,
    /// The hash of the row and of those before it.
    pub hash: Vec<u8>,
    /// Who started the run, or answered.
    pub actor: Option<String>,
    /// The fingerprint of the pipeline.
    pub fingerprint: Option<String>,
    /// On whose word: the name of the confirmation.
    pub confirmation: Option<String>,
}

impl AuditRow {
    fn covered(&self) -> Covered<'_> {
        Covered {
            words: [
                &self.run,
                &self.tenant,
                &self.environment,
                &self.pipeline,
                &self.entity,
                &self.key,
                &self.action,
                &self.target_object,
                self.target_id.as_deref().unwrap_or_default(),
            ],
            content: &self.content,
            author: [&self.actor, &self.fingerprint, &self.confirmation].map(|word| word.as_deref()),
        }
    }

    /// The record's key, without personal data.
    #[must_use]
    pub fn shown_key(&self) -> String {
        masked(self.key.clone())
    }

    /// The target's id, without personal data.
    #[must_use]
    pub fn shown_id(&self) -> Option<String> {
        self.target_id.clone().map(masked)
    }

    /// Whether it tells of a write that the target took.
    #[must_use]
    pub fn is_write(&self) -> bool {
        Op::ALL.iter().any(|op| op.as_str() == self.action)
    }

    /// When.
    #[must_use]
    pub fn moment(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.at).ok()
    }
}

/// Which rows to read.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// Whose, and at most how many.
    pub filter: RunFilter,
    /// Only of this run.
    pub run: Option<String>,
    /// Only since this moment.
    pub since: Option<Timestamp>,
    /// The rows behind this one, in their order; without it the newest first.
    pub after: Option<i64>,
}

/// The row that tells of a question.
pub(in crate::state) fn asked(asked: &Confirmation, fingerprint: &str) -> Settlement {
    let author = (Some(asked.actor.clone()), Some(fingerprint.to_owned()), asked.id.as_str());
    told((asked.made_at, &asked.run), Action::Asked, author)
}

/// The row that tells of an answer.
pub(in crate::state) fn answered(answer: &Answer, run: &str, taken: &Taken) -> Settlement {
    let action = match (taken, answer.word) {
        (Taken::Yes(_), Word::Yes) => Action::Confirmed,
        (Taken::Yes(_), Word::No) => Action::Declined,
        _ => Action::NotConfirmed,
    };
    let author = (Some(answer.by.clone()), Some(answer.fingerprint.clone()), answer.id.as_str());
    told((answer.at, run), action, author)
}

fn told(
    (at, run): (Timestamp, &str),
    action: Action,
    (actor, fingerprint, confirmation): (Option<String>, Option<String>, &str),
) -> Settlement {
    let entry = AuditEntry {
        record: RecordKey { entity: String::new(), key: String::new() },
        action,
        target_object: String::new(),
        target_id: None,
        content: ContentHash::UNKNOWN,
    };
    Settlement {
        run: run.to_owned(),
        at,
        audit: vec![entry],
        actor: actor.filter(|actor| !actor.is_empty()),
        fingerprint,
        confirmation: Some(confirmation.to_owned()),
        ..Settlement::default()
    }
}
