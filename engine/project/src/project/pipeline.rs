//! A pipeline.

use super::Entity;
use crate::{
    Place, Text,
    model::{ExpectTable, Open, VarType},
    rule::Rule,
    toml::Document,
};
use engine_contract::Value;
use indexmap::IndexMap;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A pipeline: a file, or the files of a folder.
#[derive(Clone, Debug, Default)]
pub struct PipelineFile {
    /// The path of the file, or of the folder.
    pub file: String,
    /// The paths of its files.
    pub files: Vec<String>,
    /// The pipeline's name.
    pub name: String,
    /// One line about it.
    pub description: Option<String>,
    /// Where records come from; nothing when it was refused.
    pub source: Option<Side>,
    /// Where they go; nothing when it was refused.
    pub target: Option<Side>,
    /// Its libraries in the order of the file: each is called by its name, `woo::f(...)`.
    pub libraries: Vec<Library>,
    /// Its variables in the order of the file.
    pub vars: IndexMap<String, Var>,
    /// When it runs by itself.
    pub schedule: Schedule,
    /// The topics of the source's webhooks that start it.
    pub webhooks: Vec<Text>,
    /// What was renamed.
    pub moved: Vec<Moved>,
    /// The sums that both sides are compared by.
    pub reconcile: Vec<Reconcile>,
    /// Its lookups by name.
    pub lookups: BTreeMap<String, Lookup>,
    /// Its entities in the order of the file.
    pub entities: IndexMap<String, Entity>,
    /// Its tests in the order of the file.
    pub tests: Vec<Test>,
    /// The JSON pointers of what was refused: values of a wrong type, and whole lookups and tests. Entities and
    /// routes that lack something are kept all the same.
    pub incomplete: BTreeSet<String>,
    /// Whether no error was found in its files.
    pub complete: bool,
    /// The file itself, or those of the folder as one.
    pub document: Arc<Document>,
}

impl PipelineFile {
    /// The place of the value at a JSON pointer; of what should contain it, when it is not there.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        self.document.place(pointer)
    }

    /// The place of the key at a JSON pointer.
    #[must_use]
    pub fn key_place(&self, pointer: &str) -> Place {
        self.document.key_place(pointer)
    }
}

/// How a pipeline names a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionName {
    /// By its own name.
    Named(String),
    /// By a name that each tenant binds to a connection of its own.
    Bound(String),
}

impl Default for ConnectionName {
    fn default() -> Self {
        Self::Named(String::new())
    }
}

/// Functions that the scripts of a pipeline share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The name before `::`: the file's stem.
    pub name: String,
    /// The whole file.
    pub text: Text,
    /// Where the pipeline names it.
    pub place: Place,
}

/// `[vars.NAME]`: what tenants set differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Var {
    /// Its name.
    pub name: String,
    /// What values it takes.
    pub kind: VarType,
    /// One line about it.
    pub description: Option<String>,
    /// Its value where a tenant sets none.
    pub default: Option<Value>,
    /// Where its name stands.
    pub place: Place,
}

/// When a pipeline runs by itself: cron expressions, in the zone of the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// When it reads what changed.
    pub incremental: Option<Text>,
    /// When it reads everything.
    pub full: Option<Text>,
}

/// `[[moved]]`: a pipeline, an entity or a connection has another name now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The old name: `entity.items`.
    pub from: Text,
    /// The new one.
    pub to: Text,
}

/// `[[reconcile]]`: sums by which both sides are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconcile {
    /// Its name.
    pub name: Text,
    /// What records are grouped by.
    pub by: Vec<Text>,
    /// The entity whose records are counted on the source's side.
    pub entity: Text,
    /// Whether records are counted too.
    pub count: bool,
    /// The groups and sums of the source: rules that see the record.
    pub source: Figures,
    /// Those of the target: rules that see the target object.
    pub target: Figures,
    /// What is different for single kinds of target objects.
    pub objects: IndexMap<String, Figures>,
    /// The script that says which objects without a link are compared.
    pub when: Option<Text>,
    /// Where it stands.
    pub place: Place,
    /// It in its file, as a JSON pointer.
    pub pointer: String,
}

/// Groups and sums of one side of a reconcile: of each the first rule with a value counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The groups by name.
    pub by: IndexMap<String, Vec<Rule>>,
    /// The sums by name.
    pub sum: IndexMap<String, Vec<Rule>>,
}

/// The source or the target of a pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// The connection: the project has it, or each tenant binds one.
    pub connection: ConnectionName,
    /// The connector, where the pipeline names it; then every connection must be of it.
    pub connector: Option<String>,
    /// Settings of the connector that hold for this pipeline only.
    pub options: Open,
    /// Where the connection is named.
    pub place: Place,
    /// The side in its file, as a JSON pointer.
    pub pointer: String,
}

/// A table that replaces values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lookup {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: Option<String>,
    /// What replaces each value.
    pub values: BTreeMap<String, Value>,
    /// What replaces all others.
    pub default: Option<Value>,
    /// Where its name stands.
    pub place: Place,
}

/// A test of a mapping.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Test {
    /// What it promises.
    pub name: String,
    /// The tenant whose variables and lookups it uses.
    pub tenant: Option<Text>,
    /// The values of variables, where no tenant is named, or over the tenant's.
    pub vars: BTreeMap<String, Value>,
    /// The ids of target objects that are found: by object and value.
    pub find: BTreeMap<String, BTreeMap<String, String>>,
    /// The entity that is mapped; the pipeline has it.
    pub entity: String,
    /// The record as JSON text, not yet parsed.
    pub input: String,
    /// The file that the record came from: the sample, or the pipeline file itself.
    pub input_file: String,
    /// Target ids by entity (or `entity.route`) and key.
    pub refs: BTreeMap<String, BTreeMap<String, String>>,
    /// What must come out.
    pub expect: ExpectTable,
    /// Where it stands.
    pub place: Place,
    /// The test in its file, as a JSON pointer.
    pub pointer: String,
}
