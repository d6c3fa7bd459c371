//! What people ask about single records, and decide about failed ones.

use super::{Place, masked};
use crate::key::{RecordKey, Scope};
use bytes::Bytes;
use engine_contract::SourceRecord;
use jiff::Timestamp;
use serde::Serialize;

/// What became of a failed record beside being tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailedState {
    /// It was tried so often in vain that it is not tried again by itself.
    Dead,
    /// A person said that it is of no matter.
    Ignored,
}

impl FailedState {
    /// The word, as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Ignored => "ignored",
        }
    }

    /// Reads the stored word. Words of newer engines are passed over.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Dead, Self::Ignored].into_iter().find(|state| state.as_str() == word)
    }
}

/// A failed record as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedRow {
    /// What people call it by. Made from its key, and the same as long as that is.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// The environment.
    pub environment: String,
    /// The pipeline.
    pub pipeline: String,
    /// The entity.
    pub entity: String,
    /// The stream's key of the source record. The entity's own key may be personal data and is not listed.
    pub source_key: String,
    /// Where the source had it.
    pub origin: String,
    /// The diagnostic code.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// The mapping line.
    pub place: Option<Place>,
    /// Whether the next run tries again by itself.
    pub retry: bool,
    /// The source could not even be read there.
    pub broken: bool,
    /// Whether it is dead or ignored.
    pub state: Option<FailedState>,
    /// What a person said about it.
    pub note: Option<String>,
    /// When it first failed.
    pub first_at: Timestamp,
    /// When it last failed.
    pub last_at: Timestamp,
    /// How often.
    pub attempts: u32,
    /// The run in which it last failed.
    pub run: String,
    /// The record itself: its keys may be personal data.
    #[serde(skip)]
    pub key: FailedKey,
}

/// Names a failed record to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedKey {
    /// Where.
    pub scope: Scope,
    /// The record.
    pub record: RecordKey,
    /// The stream's key of the source record.
    pub source_key: String,
}

impl FailedKey {
    /// The key as it may be shown.
    pub(in crate::state) fn shown(&self) -> String {
        masked(self.source_key.clone())
    }

    /// Ten letters and digits of the key's hash.
    #[must_use]
    pub fn id(&self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let Self { scope, record, .. } = self;
        let words = [
            scope.tenant.as_str(),
            &scope.environment,
            &scope.pipeline,
            scope.side.as_str(),
            &record.entity,
            &record.key,
        ];
        let mut hasher = blake3::Hasher::new();
        for word in words {
            hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
        }
        let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).copied().map(char::from);
        hasher.finalize().as_bytes().iter().take(10).filter_map(letter).collect()
    }
}

/// The source record of a failed one, as it was when it failed.
#[derive(Clone, Debug)]
pub struct KeptRecord {
    /// The stream's key.
    pub source_key: String,
    /// Where the source had it.
    pub origin: String,
    /// Its bytes; empty where nothing was kept.
    pub payload: Bytes,
}

impl KeptRecord {
    /// The source record again; nothing where none was kept.
    #[must_use]
    pub fn source(&self) -> Option<SourceRecord> {
        let record = engine_contract::Record::parse(self.payload.clone()).ok()?;
        let (key, origin) = (self.source_key.clone(), self.origin.clone());
        Some(SourceRecord { key, modified: None, record, origin, is_admitted: true })
    }
}

/// An object that a run made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeObject {
    /// The record.
    pub record: RecordKey,
    /// The kind of target object.
    pub target_object: String,
    /// The target's id.
    pub target_id: String,
    /// A later run wrote to it again.
    pub is_rewritten: bool,
}

/// A record that something is known of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRecord {
    /// Its key within the entity. May be personal data.
    pub key: String,
    /// The stream's key of the source record, where that is known.
    pub source_key: Option<String>,
}

/// What a note in a record's life is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Something was done to the target object: `what` is the deed, `about` the object.
    Deed,
    /// An effect may be under way: `what` is the operation.
    Intent,
    /// It waits for its parent: `what` is the parent's entity.
    Hold,
    /// It is looked at again: `what` says why.
    Dirty,
    /// Both sides have changed a field: `what` is what a person has decided, and empty until one has.
    Conflict,
}

impl NoteKind {
    /// Reads the word with which the stores mark rows.
    pub(in crate::state) fn parse(word: &str) -> Self {
        match word {
            "deed" => Self::Deed,
            "intent" => Self::Intent,
            "hold" => Self::Hold,
            "conflict" => Self::Conflict,
            _ => Self::Dirty,
        }
    }
}

/// A moment in a record's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// In which run, where that is known.
    pub run: Option<String>,
    /// What it is about.
    pub kind: NoteKind,
    /// What happened, as a word.
    pub what: String,
    /// The target object and its id.
    pub about: Option<String>,
}
