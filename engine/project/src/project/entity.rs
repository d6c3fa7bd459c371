//! An entity: one step of a pipeline.

use crate::{
    Place, Text,
    model::{Conflict, Direction, NewInTarget, Open, SourceOfTruth, WriteTable},
    rule::{Members, Reference, Rule},
};
use indexmap::IndexMap;

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
    /// Lets only records through whose reference leads to a target object.
    pub when_ref: Option<Reference>,
    /// How the stream is read.
    pub source: EntitySource,
    /// How target objects are written.
    pub write: WriteTable,
    /// The fields of the target object, for all routes.
    pub map: Members,
    /// The routes in the order in which they are tried: `otherwise` is the last.
    pub routes: Vec<Route>,
    /// What must be true of a target object before anything is written.
    pub asserts: Vec<Assert>,
    /// Which way changes flow, and who wins.
    pub policy: SyncPolicy,
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
    /// Which records are read: names the stream's filters, values with `{ var = "..." }` unresolved.
    pub filter: Open,
    /// The connector's other options, values with `{ var = "..." }` unresolved.
    pub options: Open,
}

/// `[[entity.X.assert]]`: a condition on a target object.
#[derive(Clone, Debug, PartialEq)]
pub struct Assert {
    /// The script: it sees `record` and `target`, and must be true.
    pub that: Text,
    /// What happens when it is false.
    pub on_fail: OnFail,
    /// Where it stands.
    pub place: Place,
    /// The assert in its file, as a JSON pointer.
    pub pointer: String,
}

/// What happens when an assert is false.
#[derive(Clone, Debug, PartialEq)]
pub enum OnFail {
    /// The record fails.
    Fail,
    /// A line of this name makes up for a difference of at most this much; a larger one fails the record.
    Line {
        /// What the line is called.
        line: String,
        /// The largest difference.
        up_to: rust_decimal::Decimal,
    },
}

/// Which way changes flow between the two sides, and who wins when both changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncPolicy {
    /// Which way.
    pub direction: Direction,
    /// Which side is right where nothing else decides.
    pub source_of_truth: SourceOfTruth,
    /// What becomes of an object that is new in the target.
    pub new_in_target: NewInTarget,
    /// Who wins.
    pub conflict: Conflict,
    /// Who wins for single fields, by the dotted path of the target field.
    pub conflict_fields: IndexMap<String, (Conflict, Place)>,
    /// What source fields become when changes flow back, by the dotted path of the source field: paths into
    /// the target object.
    pub map_back: IndexMap<String, Rule>,
}

/// One of several target objects of an entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// The target object; empty when it was refused.
    pub to: String,
    /// The script that chooses it; nothing for the `otherwise` route, and where `when_ref` chooses.
    pub when: Option<Text>,
    /// Chooses it for records whose reference leads to a target object.
    pub when_ref: Option<Reference>,
    /// Whether it takes what no other route took.
    pub otherwise: bool,
    /// Fields laid over those of the entity.
    pub map: Members,
    /// Where its name stands.
    pub place: Place,
    /// The route in its file, as a JSON pointer.
    pub pointer: String,
}
