//! The parts of a mapping.

use crate::{Place, Text};
use engine_contract::Value;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a record waits for a missing parent when `hold_for` says nothing.
pub const HOLD_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The fields of a target object, or of an object inside it, in the order of the file.
pub type Members = IndexMap<String, Member>;

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name in the file.
    pub place: Place,
    /// What makes its value.
    pub node: Node,
}

/// What makes the value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// An object of fields.
    Object(Members),
    /// The first rule that yields a value. Empty when the field's rules were refused, which has been reported.
    Rules(Vec<Rule>),
    /// An array: the elements of all blocks in order.
    Blocks(Vec<Block>),
}

/// One `[[...]]` block of an array.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The path whose elements make one element each; without it the block makes one element.
    pub each: Option<Text>,
    /// Whether `each` is given, even if it was refused.
    pub has_each: bool,
    /// The script that lets elements through.
    pub when: Option<Text>,
    /// The fields of an element.
    pub map: Members,
    /// Where the block starts.
    pub place: Place,
    /// The block in its file, as a JSON pointer.
    pub pointer: String,
}

/// One way to a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where the value comes from.
    pub source: Source,
    /// What is done to it, in order.
    pub transform: Vec<TransformCall>,
    /// The lookup that replaces it.
    pub lookup: Option<String>,
    /// The value when there is none.
    pub default: Option<Value>,
    /// Whether a record without this value fails.
    pub required: bool,
    /// Whether only creates or only updates send the field.
    pub on: Option<On>,
    /// The script without whose consent the rule yields nothing.
    pub when: Option<Text>,
    /// Whether the field carries the engine's marker too.
    pub marker: bool,
    /// Where the rule stands.
    pub place: Place,
    /// The rule in its file, as a JSON pointer: `PipelineFile::place` gives the places of its parts.
    pub pointer: String,
}

/// Where the value of a rule comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Paths into the record (`$`) or the element (`@`), tried in order. Empty when the source was refused.
    Path(Vec<Text>),
    /// The value itself.
    Const(Value),
    /// The target id of another record.
    Ref(Reference),
    /// The id of a target object that is looked up.
    Find(Find),
    /// A variable of the tenant.
    Var(Variable),
    /// What a script returns.
    Script(Text),
}

/// A reference to the target object that another record became.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The entity.
    pub entity: String,
    /// The route, when only its links count.
    pub route: Option<String>,
    /// Where the name stands in the file.
    pub place: Place,
    /// The parts of the key.
    pub key: Vec<Rule>,
    /// What happens to a record whose reference leads nowhere.
    pub if_missing: IfMissing,
    /// How long it is held.
    pub hold_for: Duration,
}

/// A target object that is looked up by one of its fields: `{ find = "Account", by = "Name", value = ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Find {
    /// The kind of target object.
    pub object: String,
    /// The field that is compared.
    pub by: String,
    /// What it must equal: rules of which the first with a value counts.
    pub value: Vec<Rule>,
    /// Where the object stands in the file.
    pub place: Place,
    /// Where the field stands in the file.
    pub by_place: Place,
}

/// A use of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
}

/// What happens to a record whose reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfMissing {
    /// It waits for its parent.
    #[default]
    Hold,
    /// The parent is fetched from the source and goes first.
    Fetch,
    /// The reference has no value.
    Null,
    /// It fails.
    Fail,
}

/// The only writes that send a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Creates.
    Create,
    /// Updates.
    Update,
}

/// One transform: `"trim"` or `{ fit = 100 }`.
#[derive(Clone, Debug, PartialEq)]
pub struct TransformCall {
    /// Its name.
    pub name: String,
    /// What it was given; `null` for a bare name.
    pub args: serde_json::Value,
    /// Where it stands.
    pub place: Place,
}
