//! An entity: one step of a pipeline.

use crate::{
    Place, Text,
    model::WriteTable,
    rule::{Members, Rule},
};
use engine_contract::Map;

/// `[entity.NAME]`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// The stream that it reads; empty when it was refused.
    pub from: String,
    /// The target object; nothing when routes name several, or when it was refused.
    pub to: Option<String>,
    /// Entities that come first, as they were named.
    pub needs: Vec<String>,
    /// The parts of its key; empty for the stream's own.
    pub key: Vec<Rule>,
    /// The path whose elements make one target object each.
    pub each: Option<Text>,
    /// The parts of the key of an element; empty when `each` is not given.
    pub each_key: Vec<Rule>,
    /// Whether its rules see elements, even where `each` or `each_key` was refused.
    pub has_elements: bool,
    /// The script that lets records through.
    pub when: Option<Text>,
    /// How the stream is read.
    pub source: EntitySource,
    /// How target objects are written.
    pub write: WriteTable,
    /// The fields of the target object, for all routes.
    pub map: Members,
    /// The routes in the order in which they are tried: `otherwise` is the last.
    pub routes: Vec<Route>,
    /// Where its name stands.
    pub place: Place,
    /// The entity in its file, as a JSON pointer; `{pointer}/from` and so on are its parts.
    pub pointer: String,
}

impl Entity {
    /// The route called `name`.
    #[must_use]
    pub fn route(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.name == name)
    }
}

/// How an entity's stream is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntitySource {
    /// The field by which changes are read.
    pub cursor: Option<String>,
    /// The connector's options.
    pub options: Map,
}

/// One of several target objects of an entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// The target object; empty when it was refused.
    pub to: String,
    /// The script that chooses it; nothing for the `otherwise` route.
    pub when: Option<Text>,
    /// Whether it takes what no other route took.
    pub otherwise: bool,
    /// Fields laid over those of the entity.
    pub map: Members,
    /// Where its name stands.
    pub place: Place,
    /// The route in its file, as a JSON pointer.
    pub pointer: String,
}
