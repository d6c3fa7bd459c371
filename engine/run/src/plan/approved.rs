//! What may be written when a plan is carried out.

use super::Step;
use engine_contract::ContentHash;
use std::collections::{BTreeMap, BTreeSet};

/// The records of a plan, with what was shown of each.
#[derive(Debug, Default)]
pub struct Approved {
    salt: String,
    /// It is carried out by a run that reads on along the stream.
    is_of_run: bool,
    /// By entity: the keys by which the source gives the records, in the order of the plan.
    sources: BTreeMap<String, Vec<String>>,
    known: BTreeSet<(String, String)>,
    promises: BTreeMap<[u8; 16], Promise>,
}

/// What a plan showed of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What becomes of the object.
    pub step: Step,
    /// The target's id; nothing for what is made.
    pub target_id: Option<String>,
    /// What would be sent; nothing for what removes.
    pub content: Option<ContentHash>,
    /// The version that the target gave.
    pub token: Option<String>,
    /// What the object held in the fields of the mapping.
    pub held: Option<ContentHash>,
}

impl Approved {
    /// A plan with nothing in it yet.
    #[must_use]
    pub fn new(salt: String) -> Self {
        Self { salt, ..Self::default() }
    }

    /// A plan of a run that reads on along the stream, with nothing in it yet. What such a run meets and the plan does not
    /// have is left for the next one.
    #[must_use]
    pub fn of_run(salt: String) -> Self {
        Self { salt, is_of_run: true, ..Self::default() }
    }

    /// Whether it is carried out by a run that reads on along the stream, and not record by record.
    pub(crate) fn is_of_run(&self) -> bool {
        self.is_of_run
    }

    /// A record of the plan: its entity, the source's key, and [`Approved::mark`] of its own key.
    pub fn add(&mut self, entity: &str, source_key: &str, mark: [u8; 16], promise: Promise) {
        if self.known.insert((entity.to_owned(), source_key.to_owned())) {
            self.sources.entry(entity.to_owned()).or_default().push(source_key.to_owned());
        }
        self.promises.insert(mark, promise);
    }

    /// What stands for a record in a plan that is kept. Keys may be personal data, so they are hashed.
    #[must_use]
    pub fn mark(salt: &str, entity: &str, key: &str) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        for word in [salt, entity, key] {
            hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
        }
        let mut mark = [0; 16];
        hasher.finalize_xof().fill(&mut mark);
        mark
    }

    /// Whether objects are taken away, of records that the source may not have any more.
    pub(crate) fn takes_away(&self) -> bool {
        self.promises.values().any(|promise| promise.step.removes())
    }

    /// How many records the plan has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.promises.len()
    }

    /// Whether the plan has no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.promises.is_empty()
    }

    /// What was shown of a record.
    pub(crate) fn promise(&self, entity: &str, key: &str) -> Option<&Promise> {
        self.promises.get(&Self::mark(&self.salt, entity, key))
    }

    /// The source's keys of the records of some entities, each once.
    pub(crate) fn source_keys<'a>(&'a self, entities: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let keys = entities.filter_map(|entity| self.sources.get(entity)).flatten();
        keys.filter(|key| seen.insert(key.as_str())).cloned().collect()
    }
}
