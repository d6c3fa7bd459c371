//! References to the target objects of other records.

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

/// Knows the links: which record became which target object.
pub trait Links {
    /// The target id of a record; nothing when it is not linked.
    fn target_id(&self, reference: &Reference) -> Option<String>;
}
