//! The compiled pipeline as data: serialisable, fingerprinted, comparable.
//!
//! A Blueprint holds everything a run needs and nothing that a file elsewhere could still change: lookup
//! tables are inside, scripts are text, constants are values. [`crate::Program`] is built from it and from
//! nothing else.

use crate::mapping::{Mapping, PathRule, Rule, Script};
use engine_contract::{Map, Value};
use engine_project::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One pipeline, compiled for one tenant and environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blueprint {
    /// The pipeline's name.
    pub pipeline: String,
    /// The tenant it was compiled for.
    pub tenant: String,
    /// The environment it was compiled for.
    pub environment: String,
    /// Changes exactly when something in this Blueprint changes. 32 hexadecimal digits.
    pub fingerprint: String,
    /// Where records come from.
    pub source: Endpoint,
    /// Where records go.
    pub target: Endpoint,
    /// Lookup tables by name.
    pub lookups: BTreeMap<String, Lookup>,
    /// The entities, parents before children.
    pub entities: Vec<Entity>,
    /// The stream groups, parents before children.
    pub groups: Vec<Group>,
}

/// A table that replaces values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lookup {
    /// What replaces each value, by the value's text.
    pub values: BTreeMap<String, Value>,
    /// What replaces all others.
    pub default: Option<Value>,
}

/// A connection as a pipeline uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The connection's name.
    pub connection: String,
    /// Its connector's name.
    pub connector: String,
    /// The connection's settings; secrets by name only.
    pub settings: serde_json::Value,
    /// The pipeline's own options for it.
    pub options: Map,
}

impl Endpoint {
    /// What the connector opens: the connection's settings with the pipeline's options laid over them.
    #[must_use]
    pub fn config(&self) -> serde_json::Value {
        let mut config = self.settings.clone();
        if let Some(settings) = config.as_object_mut() {
            settings.extend(self.options.iter().map(|(name, value)| (name.clone(), value.into())));
        }
        config
    }
}

/// Entities that share one read and one cursor: equal stream, options and cursor field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Names the group in the state store: the name of its first entity in the file.
    pub name: String,
    /// The stream that is read.
    pub stream: String,
    /// The cursor field; `None` sweeps.
    pub cursor: Option<String>,
    /// `[entity.X.source]` beyond the cursor.
    pub options: Map,
    /// Indices into [`Blueprint::entities`], parents before children.
    pub entities: Vec<usize>,
    /// Indices of the groups that must have run before.
    pub after: Vec<usize>,
}

/// A step of the pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Key rules, joined by `|`; empty means the stream's own key.
    pub key: Vec<Rule>,
    /// Fan-out: one item per element instead of one per record.
    pub each: Option<Each>,
    /// Only records for which this is true are admitted.
    pub when: Option<Script>,
    /// What it writes. One unnamed route when the entity has a plain `to`.
    pub routes: Vec<Route>,
    /// How it writes.
    pub write: WritePolicy,
    /// Names of the entities its references point to.
    pub parents: Vec<String>,
    /// Changes exactly when this entity's keys, routes or mapping change. 32 hexadecimal digits.
    pub mapping_hash: String,
    /// Changes exactly when this entity's keys, fan-out or condition change: records that were passed over
    /// may belong to it then. 32 hexadecimal digits.
    pub admission_hash: String,
}

/// A fan-out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Each {
    /// The elements, seen from the record.
    pub path: PathRule,
    /// The element's own key; the item's key is `<record key>|<element key>`.
    pub key: Vec<Rule>,
}

/// A way through an entity: the first route whose `when` holds takes the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// `None` for an entity without routes.
    pub name: Option<String>,
    /// The target object.
    pub object: String,
    /// `None` for `otherwise` and for an entity without routes.
    pub when: Option<Script>,
    /// The entity's map with the route's laid over it.
    pub map: Mapping,
}

/// `[entity.X.write]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "policies read best as flags with names")]
pub struct WritePolicy {
    /// The fields that identify a target object.
    pub match_on: Vec<String>,
    /// Siblings that are gone from the parent record are deleted.
    pub replace_within: bool,
    /// A linked record that is no longer admitted is deleted.
    pub delete: bool,
    /// Linked records are updated when their content changes.
    pub update: bool,
    /// Several records may share one target object.
    pub shared: bool,
    /// The pipeline accepts that a target of class `none` may double records.
    pub at_least_once: bool,
}
