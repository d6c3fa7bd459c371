//! The compiled pipeline as data: serialisable, fingerprinted, comparable.
//!
//! A Blueprint holds everything a run needs and nothing that a file elsewhere could still change: lookup
//! tables are inside, scripts are text, constants are values. [`crate::Program`] is built from it and from
//! nothing else.

use crate::mapping::{Mapping, PathRule, Ref, Rule, Script};
use engine_contract::{EntitySchema, Map, Op, Value};
use engine_project::{
    Place,
    model::{Conflict, Delete, Direction, NameTaken, OnCancel, OnMappingChange, SourceOfTruth, WhenClosed},
};
use indexmap::IndexMap;
use jiff::civil::Date;
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
    /// The tenant's time zone.
    pub timezone: String,
    /// `[safety] start_date`: documents that were made before this day are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Date>,
    /// What the pipeline's scripts share, in the order of the file.
    pub libraries: Vec<Library>,
    /// The values of the pipeline's variables.
    pub vars: BTreeMap<String, Value>,
    /// What was renamed.
    pub moved: Vec<Moved>,
    /// Lookup tables by name, with what the tenant lays over them.
    pub lookups: BTreeMap<String, Lookup>,
    /// The entities, parents before children.
    pub entities: Vec<Entity>,
    /// The tables that are made where the target does not have them, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, EntitySchema>,
    /// The stream groups, parents before children.
    pub groups: Vec<Group>,
    /// The sums by which both sides are compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reconcile: Vec<Reconcile>,
    /// The same pipeline the other way round, for entities whose changes flow back: it reads the target and writes the
    /// source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Box<Blueprint>>,
}

impl Blueprint {
    /// The entities in the order in which a run comes to them: each with what carries its changes back behind it.
    pub fn steps(&self) -> impl Iterator<Item = &Entity> {
        self.entities.iter().flat_map(|entity| {
            let back = self.back.iter().flat_map(|back| &back.entities);
            let is_of = |other: &&Entity| other.back.as_ref().is_some_and(|back| back.of == entity.name);
            std::iter::once(entity).chain(back.filter(move |other| is_of(other)))
        })
    }
}

/// `[[reconcile]]`: sums by which both sides are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reconcile {
    /// Its name.
    pub name: String,
    /// What records are grouped by.
    pub by: Vec<String>,
    /// The entity whose records are compared.
    pub entity: String,
    /// Whether records are counted too.
    pub count: bool,
    /// The groups and sums of a record.
    pub source: Figures,
    /// Those of a target object, by its kind.
    pub targets: BTreeMap<String, Figures>,
    /// Which objects without a link are compared.
    pub when: Option<Script>,
    /// Where it stands.
    pub place: Place,
}

/// Groups and sums of one side: of each the first rule with a value counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The groups by name.
    pub by: IndexMap<String, Vec<Rule>>,
    /// The sums by name.
    pub sum: IndexMap<String, Vec<Rule>>,
}

/// Functions that scripts share, called as `name::function(...)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The name before `::`.
    pub name: String,
    /// The whole file.
    pub text: String,
    /// Where the pipeline names it.
    pub place: Place,
}

/// `[[moved]]`: what is known under the old name goes on under the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The old name: `entity.items`, `pipeline.old`, `connection.books`.
    pub from: String,
    /// The new one.
    pub to: String,
    /// Where that is said.
    pub place: Place,
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

/// Entities that share one read and one cursor: equal stream, filter, options and cursor field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Names the group in the state store: the name of its first entity in the file.
    pub name: String,
    /// The stream that is read.
    pub stream: String,
    /// The cursor field; `None` sweeps.
    pub cursor: Option<String>,
    /// `[entity.X.source]` beyond the cursor and the filter.
    pub options: Map,
    /// Which records are read: values by the names of the stream's filters.
    pub filter: Map,
    /// Indices into [`Blueprint::entities`], parents before children.
    pub entities: Vec<usize>,
    /// Indices of the groups that must have run before.
    pub after: Vec<usize>,
}

impl Group {
    /// What the source is asked with: the options, and the filter under the name that the file gives it.
    #[must_use]
    pub fn read_options(&self) -> Map {
        let mut options = self.options.clone();
        if !self.filter.is_empty() {
            options.insert("filter".to_owned(), Value::Map(self.filter.clone()));
        }
        options
    }
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
    /// Only records whose reference leads to a target object are admitted.
    pub when_ref: Option<Ref>,
    /// What it writes. One unnamed route when the entity has a plain `to`.
    pub routes: Vec<Route>,
    /// How it writes.
    pub write: WritePolicy,
    /// What must be true of a target object before anything is written.
    pub asserts: Vec<Assert>,
    /// Which way changes flow, and who wins.
    pub sync: SyncPolicy,
    /// Names of the entities its references point to.
    pub parents: Vec<String>,
    /// Changes exactly when what decides this entity's target objects changes: keys, routes, mapping, asserts,
    /// and the lookups, variables and libraries that they use. 32 hexadecimal digits.
    pub mapping_hash: String,
    /// Changes exactly when this entity's keys, fan-out or conditions change: records that were passed over
    /// may belong to it then. 32 hexadecimal digits.
    pub admission_hash: String,
    /// For one that carries changes back: what it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Back>,
}

/// What an entity that carries changes back belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Back {
    /// The entity whose objects it reads.
    pub of: String,
    /// Whether an object that is new in the target is made in the source.
    pub creates: bool,
    /// The target fields that each source field is made from, by dotted paths on both sides.
    pub reads: IndexMap<String, Vec<String>>,
}

impl Back {
    /// The name of the entity that carries the changes of another back. No entity of a file is called so.
    #[must_use]
    pub fn name_of(entity: &str) -> String {
        format!("{entity}.back")
    }

    /// Whether changes of a target field, or of a part of it, are carried back.
    #[must_use]
    pub fn carries(&self, path: &str) -> bool {
        self.reads.values().flatten().any(|read| read == path)
    }
}

/// A fan-out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Each {
    /// The elements, seen from the record.
    pub path: PathRule,
    /// The element's own key; the item's key is `<record key>|<element key>`.
    pub key: Vec<Rule>,
}

/// A way through an entity: the first route whose condition holds takes the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// `None` for an entity without routes.
    pub name: Option<String>,
    /// The target object.
    pub object: String,
    /// `None` for `otherwise`, where `when_ref` chooses, and for an entity without routes.
    pub when: Option<Script>,
    /// Takes records whose reference leads to a target object.
    pub when_ref: Option<Ref>,
    /// The dotted path of the field that carries the engine's marker, where the map names one.
    pub marker: Option<String>,
    /// The dotted paths of the fields that may hold personal texts, without list positions: plans mask them.
    pub personal: Vec<String>,
    /// The entity's map with the route's laid over it.
    pub map: Mapping,
}

impl Route {
    /// Whether the texts at a path may be personal data: in it, below it or around it. List positions count from 0.
    #[must_use]
    pub fn is_personal(&self, path: &str) -> bool {
        let names = path.split('.').filter(|name| name.parse::<usize>().is_err());
        let names: Vec<&str> = names.collect();
        self.personal.iter().any(|personal| {
            let mut both = names.iter().zip(personal.split('.'));
            both.all(|(name, personal)| *name == personal)
        })
    }
}

/// A condition on a target object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assert {
    /// Must be true; sees `record` and `target`.
    pub that: Script,
    /// What happens when it is false.
    pub on_fail: OnFail,
    /// Where it stands.
    pub place: Place,
}

/// What happens when an assert is false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFail {
    /// The record fails.
    Fail,
    /// One more element makes up for the difference of the two sides of the assert.
    Line(Box<Adjustment>),
}

/// The element that makes up for a difference: `{ Description = <line>, Amount = <difference> }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjustment {
    /// What it is called.
    pub line: String,
    /// The largest difference, a number; a larger one fails the record.
    pub up_to: Value,
    /// The right side of the assert less its left side; nothing when the assert is no single `==`, and then a
    /// record that does not fulfil it fails.
    pub difference: Option<Script>,
}

/// Which way changes flow between the two sides, and who wins when both changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncPolicy {
    /// Which way.
    pub direction: Direction,
    /// Which side is right where nothing else decides.
    pub source_of_truth: SourceOfTruth,
    /// Who wins.
    pub conflict: Conflict,
    /// Who wins for single fields, by the dotted path of the target field.
    pub conflict_fields: BTreeMap<String, Conflict>,
    /// What source fields become when changes flow back, by the dotted path of the source field.
    pub map_back: IndexMap<String, Rule>,
}

/// `[entity.X.write]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "policies read best as flags with names")]
pub struct WritePolicy {
    /// The fields that identify a target object.
    pub match_on: Vec<String>,
    /// Siblings that are gone from the parent record are deleted.
    pub replace_within: bool,
    /// What happens to the target object of a linked record that is no longer admitted.
    pub delete: Delete,
    /// The field that marks it as deleted, for soft deletes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_field: Option<String>,
    /// What happens to the target object of a linked record that is cancelled.
    pub on_cancel: OnCancel,
    /// What happens to changes of a target object whose period is closed.
    pub when_closed: WhenClosed,
    /// What happens when another object has the name already.
    pub name_taken: NameTaken,
    /// What happens to old records when the mapping changes.
    pub on_mapping_change: OnMappingChange,
    /// The most deletes of one run.
    pub max_deletes: Option<u64>,
    /// Linked records are updated when their content changes.
    pub update: bool,
    /// Several records may share one target object.
    pub shared: bool,
    /// The pipeline accepts that a target of class `none` may double records.
    pub at_least_once: bool,
}

impl WritePolicy {
    /// What takes back the target object of a linked record that is no longer admitted; nothing when it stays.
    /// What `on_cancel` says comes before what `delete` says.
    #[must_use]
    pub fn removal(&self) -> Option<Op> {
        match (self.on_cancel, self.delete) {
            (OnCancel::Void, _) | (OnCancel::Keep, Delete::Void) => Some(Op::Void),
            (OnCancel::Delete, _) | (OnCancel::Keep, Delete::Delete) => Some(Op::Delete),
            (OnCancel::Keep, Delete::Deactivate) => Some(Op::Deactivate),
            (OnCancel::Keep, Delete::Soft) => Some(Op::SoftDelete),
            (OnCancel::Keep, Delete::Keep) => None,
        }
    }

    /// What takes back the target object of a record that the source does not have any more; nothing when it stays.
    #[must_use]
    pub fn removal_of_vanished(&self) -> Option<Op> {
        match self.delete {
            Delete::Keep => None,
            Delete::Delete => Some(Op::Delete),
            Delete::Void => Some(Op::Void),
            Delete::Deactivate => Some(Op::Deactivate),
            Delete::Soft => Some(Op::SoftDelete),
        }
    }

    /// What takes back the target object of an element that is gone from its parent.
    #[must_use]
    pub fn removal_of_gone(&self) -> Op {
        if self.delete == Delete::Soft { Op::SoftDelete } else { Op::Delete }
    }

    /// Whether anything is ever deleted, voided or made inactive.
    #[must_use]
    pub fn deletes(&self) -> bool {
        let gone = self.replace_within.then(|| self.removal_of_gone());
        self.removal().into_iter().chain(gone).any(Op::removes)
    }
}
