//! The rules of a Blueprint in the form in which they run: scripts and queries compiled, lookups at hand.

use super::script::Script;
use crate::{
    Lookup,
    mapping::{TargetField, TransformStep},
    path::Walk,
};
use engine_contract::{Map, Value};
use engine_project::{
    Place,
    rule::{IfMissing, On},
};
use rust_decimal::Decimal;
use std::{sync::Arc, time::Duration};

/// See [`crate::Entity`].
#[derive(Debug)]
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) key: Vec<Rule>,
    pub(super) each: Option<Each>,
    pub(super) when: Option<Script>,
    pub(super) when_ref: Option<Ref>,
    pub(super) routes: Vec<Arc<Route>>,
    /// The pipeline's variables.
    pub(super) vars: Arc<Map>,
}

/// See [`crate::Each`].
#[derive(Debug)]
pub(super) struct Each {
    pub(super) path: Walk,
    pub(super) key: Vec<Rule>,
}

/// See [`crate::Route`].
#[derive(Debug)]
pub(super) struct Route {
    pub(super) name: Option<String>,
    pub(super) object: String,
    pub(super) when: Option<Script>,
    pub(super) when_ref: Option<Ref>,
    pub(super) map: Mapping,
    /// The fields without which a create is refused.
    pub(super) needed: Vec<Needed>,
    pub(super) asserts: Arc<[Assert]>,
    /// The only field that is an array of blocks.
    pub(super) lines: Option<String>,
    pub(super) vars: Arc<Map>,
}

/// A field without which a create is refused.
#[derive(Debug)]
pub(super) struct Needed {
    pub(super) name: String,
    /// What its value comes from, where that is a path.
    pub(super) paths: Option<String>,
    pub(super) place: Place,
}

/// See [`crate::Assert`].
#[derive(Debug)]
pub(super) struct Assert {
    pub(super) that: Script,
    pub(super) adjustment: Option<Adjustment>,
    pub(super) place: Place,
}

/// See [`crate::Adjustment`].
#[derive(Debug)]
pub(super) struct Adjustment {
    pub(super) line: String,
    pub(super) up_to: Decimal,
    pub(super) difference: Script,
}

/// See [`crate::mapping::Mapping`].
#[derive(Debug)]
pub(super) struct Mapping {
    pub(super) fields: Vec<Arc<Field>>,
}

/// See [`crate::mapping::Field`].
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) node: Node,
    pub(super) target: Option<TargetField>,
    pub(super) place: Place,
}

/// See [`crate::mapping::Node`].
#[derive(Debug)]
pub(super) enum Node {
    Object(Mapping),
    Rules(Vec<Arc<Rule>>),
    Blocks(Vec<Block>),
}

/// See [`crate::mapping::Block`].
#[derive(Debug)]
pub(super) struct Block {
    pub(super) each: Option<Walk>,
    pub(super) when: Option<Script>,
    pub(super) map: Mapping,
}

/// See [`crate::mapping::Rule`].
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) source: Source,
    pub(super) transform: Vec<TransformStep>,
    pub(super) lookup: Option<(String, Arc<Lookup>)>,
    pub(super) default: Option<Value>,
    pub(super) required: bool,
    pub(super) on: Option<On>,
    pub(super) when: Option<Script>,
    pub(super) place: Place,
}

/// See [`crate::mapping::Source`].
#[derive(Debug)]
pub(super) enum Source {
    Path(Vec<Walk>),
    Const(Value),
    Script(Script),
    Ref(Ref),
    Find(Find),
}

/// See [`crate::mapping::Ref`].
#[derive(Debug)]
pub(super) struct Ref {
    pub(super) entity: String,
    pub(super) route: Option<String>,
    pub(super) key: Vec<Rule>,
    pub(super) if_missing: IfMissing,
    pub(super) hold_for: Duration,
    pub(super) place: Place,
}

/// See [`crate::mapping::Find`].
#[derive(Debug)]
pub(super) struct Find {
    pub(super) object: String,
    pub(super) by: String,
    pub(super) value: Vec<Rule>,
}
