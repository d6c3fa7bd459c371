//! Questions to a person, and their answers.

use crate::key::Scope;
use jiff::Timestamp;
use serde::Serialize;

/// Why a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A run by hand would write much to a connection that real business depends on.
    Production,
    /// A run that nobody watches would write more than it may.
    MaxWrites,
    /// A run that nobody watches would take away more than it may.
    MaxDeletes,
}

impl Reason {
    const ALL: [Self; 3] = [Self::Production, Self::MaxWrites, Self::MaxDeletes];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::MaxWrites => "max_writes",
            Self::MaxDeletes => "max_deletes",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// A question to a person. One that comes from a run by hand is bound to a plan and has an end; one that comes from a
/// parked run waits until it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Its name. Where a token answers it, the token's hash: see [`Confirmation::id_of`].
    pub id: String,
    /// What it is about.
    pub scope: Scope,
    /// The run that asks.
    pub run: String,
    /// Why.
    pub reason: Reason,
    /// The digest of the plan that it is bound to; nothing for a parked run.
    pub digest: Option<[u8; 32]>,
    /// What is asked for and what it comes to, as JSON.
    pub summary: String,
    /// Who started the run; empty when nobody knows.
    pub actor: String,
    /// When it was asked.
    pub made_at: Timestamp,
    /// Until when it can be answered.
    pub until: Option<Timestamp>,
    /// When it was answered.
    pub used_at: Option<Timestamp>,
    /// Who answered.
    pub used_by: Option<String>,
}

impl Confirmation {
    /// The name of the question that a token answers: the store never sees the token itself.
    #[must_use]
    pub fn id_of(token: &str) -> String {
        blake3::hash(token.as_bytes()).to_hex().chars().take(32).collect()
    }

    /// Whether it is of a parked run.
    #[must_use]
    pub fn is_parked(&self) -> bool {
        self.until.is_none()
    }
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Go on.
    Yes,
    /// Do not.
    No,
}

/// An answer to a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The question's name.
    pub id: String,
    /// What the answer is about.
    pub scope: Scope,
    /// The digest of the plan that would be carried out; nothing for a parked run.
    pub digest: Option<[u8; 32]>,
    /// The fingerprint of the pipeline that would be run.
    pub fingerprint: String,
    /// What is said.
    pub word: Word,
    /// Who says it; empty when nobody knows.
    pub by: String,
    /// The present moment.
    pub at: Timestamp,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It counts. It is the only one that ever will.
    Yes(Box<Confirmation>),
    /// There is no such question.
    Unknown,
    /// It was answered before.
    Used,
    /// It could be answered until this moment.
    Expired(Timestamp),
    /// It was about another plan.
    OtherPlan,
}

impl Answer {
    /// Judges an answer to the question of its name.
    pub(in crate::state) fn judge(&self, asked: Option<Confirmation>) -> Taken {
        let Some(asked) = asked.filter(|asked| asked.scope == self.scope) else { return Taken::Unknown };
        if asked.used_at.is_some() {
            return Taken::Used;
        }
        if let Some(until) = asked.until.filter(|until| *until < self.at) {
            return Taken::Expired(until);
        }
        // Whoever says no need not know to what.
        if self.word == Word::Yes && asked.digest != self.digest {
            return Taken::OtherPlan;
        }
        let (used_at, used_by) = (Some(self.at), Some(self.by.clone()));
        Taken::Yes(Box::new(Confirmation { used_at, used_by, ..asked }))
    }
}
