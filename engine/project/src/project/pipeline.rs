//! A pipeline.

use super::Entity;
use crate::{
    Place,
    model::{ExpectTable, Open},
    toml::Document,
};
use engine_contract::Value;
use indexmap::IndexMap;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A pipeline file.
#[derive(Clone, Debug, Default)]
pub struct PipelineFile {
    /// The path of the file.
    pub file: String,
    /// The pipeline's name.
    pub name: String,
    /// One line about it.
    pub description: Option<String>,
    /// Where records come from; nothing when it was refused.
    pub source: Option<Side>,
    /// Where they go; nothing when it was refused.
    pub target: Option<Side>,
    /// Its lookups by name.
    pub lookups: BTreeMap<String, Lookup>,
    /// Its entities in the order of the file.
    pub entities: IndexMap<String, Entity>,
    /// Its tests in the order of the file.
    pub tests: Vec<Test>,
    /// The JSON pointers of what was refused: values of a wrong type, and whole lookups and tests. Entities and
    /// routes that lack something are kept all the same.
    pub incomplete: BTreeSet<String>,
    /// Whether no error was found in the file.
    pub complete: bool,
    /// The file itself.
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

/// The source or the target of a pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// The name of the connection; the project has it.
    pub connection: String,
    /// The connection's connector.
    pub connector: String,
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
