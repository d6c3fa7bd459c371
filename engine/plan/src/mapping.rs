//! A compiled mapping as data: what stands in a [`crate::Blueprint`] for the rules of the files.
//!
//! Paths are parsed, transform arguments are checked and typed, lookups are names of tables inside the
//! Blueprint, and each field carries what is known of its target field. Every part keeps its place, so that
//! a failed record can point at the line that failed it.

use crate::transform::Transform;
use engine_contract::{FieldType, Path, Step, Value};
use engine_project::{
    Place,
    rule::{IfMissing, On},
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The fields of a target object, or of an object inside it, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// The fields by name.
    pub fields: IndexMap<String, Field>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What makes its value.
    pub node: Node,
    /// What is known of the target's field; nothing for objects inside objects and without a catalog.
    pub target: Option<TargetField>,
    /// Its name in the file.
    pub place: Place,
}

/// What makes the value of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// An object of fields.
    Object(Mapping),
    /// The first rule that yields a value.
    Rules(Vec<Rule>),
    /// An array: the elements of all blocks in order.
    Blocks(Vec<Block>),
}

/// What is known of a target's field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetField {
    /// The type of its values.
    pub kind: FieldType,
    /// A create without it is refused.
    pub required: bool,
    /// Longest text in characters.
    pub max_length: Option<usize>,
    /// The only texts allowed, when not empty.
    pub one_of: Vec<String>,
}

/// One block of an array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The path whose hits make one element each; without it the block makes one element.
    pub each: Option<PathRule>,
    /// The script that lets elements through.
    pub when: Option<Script>,
    /// The fields of an element.
    pub map: Mapping,
    /// Where the block starts.
    pub place: Place,
}

/// One way to a value. Order of work: source, transforms, lookup, default, required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Where the value comes from.
    pub source: Source,
    /// What is done to it, in order.
    pub transform: Vec<TransformStep>,
    /// The lookup that replaces it.
    pub lookup: Option<String>,
    /// The value when there is none.
    pub default: Option<Value>,
    /// Whether a record without this value fails.
    pub required: bool,
    /// Whether only creates or only updates send the field.
    pub on: Option<On>,
    /// The script without whose consent the rule yields nothing.
    pub when: Option<Script>,
    /// Whether the field carries the engine's marker too.
    pub marker: bool,
    /// Where the rule stands.
    pub place: Place,
}

/// A transform and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransformStep {
    /// What is done.
    pub transform: Transform,
    /// Where it stands.
    pub place: Place,
}

/// Where the value of a rule comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Paths, tried in order.
    Path(Vec<PathRule>),
    /// The value itself.
    Const(Value),
    /// The target id of another record.
    Ref(Ref),
    /// The id of a target object that is looked up.
    Find(Find),
    /// What a script returns.
    Script(Script),
}

/// A reference to the target object that another record became.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ref {
    /// The entity.
    pub entity: String,
    /// The route, when only its links count.
    pub route: Option<String>,
    /// The parts of the key.
    pub key: Vec<Rule>,
    /// What happens to a record whose reference leads nowhere.
    pub if_missing: IfMissing,
    /// How long it is held.
    pub hold_for: Duration,
    /// Where the reference stands.
    pub place: Place,
}

/// A target object that is looked up by one of its fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Find {
    /// The kind of target object.
    pub object: String,
    /// The field that is compared.
    pub by: String,
    /// What it must equal: rules of which the first with a value counts.
    pub value: Vec<Rule>,
    /// Where the object is named.
    pub place: Place,
}

/// A script as text; it is compiled when the Program is built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Its text.
    pub text: String,
    /// Whether it stands inside an `each` and sees `item`.
    pub has_item: bool,
    /// Where it stands.
    pub place: Place,
    /// Where each of its lines stands, when it has several.
    pub lines: Vec<Place>,
}

impl Script {
    /// Where a line stands, counted from 1; the whole script when there is no such line.
    #[must_use]
    pub fn line(&self, line: usize) -> &Place {
        line.checked_sub(1).and_then(|index| self.lines.get(index)).unwrap_or(&self.place)
    }
}

/// A path into the record or the element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRule {
    /// The path as written.
    pub text: String,
    /// What it starts from.
    pub root: Root,
    /// How it goes on.
    pub way: Way,
    /// Where it stands.
    pub place: Place,
}

/// What a path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Root {
    /// `$`, the record.
    Record,
    /// `@`, the element of the `each` around it.
    Element,
}

/// How a path goes on from its root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To at most one value: `$.billing.email`.
    One(Path),
    /// Through `[*]`, to a list of values: `$.lines[*].total`.
    Many(Vec<Hop>),
    /// Anything else that a path can say, as text from `$`.
    Query {
        /// The path.
        text: String,
        /// Whether its first hit is meant, as for a filter, or the list of all.
        first: bool,
    },
}

/// One step of a path with wildcards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// To a member or an element.
    Step(Step),
    /// To every element or member.
    All,
}
