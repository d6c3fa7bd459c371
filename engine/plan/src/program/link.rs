//! References to the target objects of other records, and looks for target objects by their fields.

use serde::{Deserialize, Serialize};

/// Names a record of an entity whose target id is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// The entity.
    pub entity: String,
    /// The route, when only its links count.
    pub route: Option<String>,
    /// The key within the entity.
    pub key: String,
}

/// Names target objects by the value of one of their fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Find {
    /// The kind of target object.
    pub object: String,
    /// The field that is compared.
    pub by: String,
    /// What it must equal, as text.
    pub value: String,
}

/// What a look for a target object came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is one: its id.
    One(String),
    /// There is none.
    Missing,
    /// There are several.
    Ambiguous,
}

/// Knows the links: which record became which target object; and the target objects that were looked up.
pub trait Links {
    /// The target id of a record; nothing when it is not linked.
    fn target_id(&self, reference: &Reference) -> Option<String>;

    /// Whether a record that is not linked is on its way: what became of it is not known yet, or it is tried again.
    fn is_awaited(&self, _reference: &Reference) -> bool {
        false
    }

    /// What a look for a target object came to; nothing when nobody has looked, which counts as missing.
    fn found(&self, find: &Find) -> Option<Found>;
}
