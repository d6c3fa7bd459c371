//! From the files of a folder to a connector: read, put together, looked through.

use crate::{Described, manifest::Manifest, schema, verify};
use engine_contract::EntitySchema;
use std::{collections::BTreeMap, ops::Range};

/// The file that every described connector has.
pub(crate) const MANIFEST: &str = "connector.toml";

/// A mistake in the files of a described connector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct Problem {
    /// The file, within the connector's folder.
    pub file: String,
    /// Its bytes there.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(file: impl Into<String>, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { file: file.into(), range, message: message.into() }
    }
}

impl Described {
    /// Reads a connector from the files of its folder, by their names within it: connector.toml and the field
    /// schemas that it names.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub fn read(files: &BTreeMap<String, String>) -> Result<Self, Vec<Problem>> {
        let Some(text) = files.get(MANIFEST) else {
            return Err(vec![Problem::new(MANIFEST, 0..0, "a connector needs this file")]);
        };
        let manifest: Manifest = toml::from_str(text).map_err(|error| {
            let range = error.span().unwrap_or_default();
            vec![Problem::new(MANIFEST, range, error.message())]
        })?;
        let mut problems = Vec::new();
        let schemas = schemas(files, &mut problems);
        verify::verify(&verify::Scene::new(&manifest, files, &schemas), &mut problems);
        if problems.is_empty() {
            let discovery = schema::discovery(&manifest, &schemas);
            return Ok(Self::new(manifest, discovery));
        }
        Err(problems)
    }
}

/// The field schemas by file.
fn schemas(files: &BTreeMap<String, String>, problems: &mut Vec<Problem>) -> BTreeMap<String, EntitySchema> {
    let mut schemas = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| is_schema(file)) {
        match serde_json::from_str(text) {
            Ok(schema) => drop(schemas.insert(file.clone(), schema)),
            Err(error) => {
                let place = offset(text, error.line(), error.column());
                problems.push(Problem::new(file, place..place, error.to_string()));
            }
        }
    }
    schemas
}

/// Whether a file holds fields, by its name.
pub(crate) fn is_schema(file: &str) -> bool {
    let name = file.strip_prefix("streams/").or_else(|| file.strip_prefix("objects/"));
    name.and_then(|name| name.strip_suffix(".json")).is_some()
}

/// The byte at a line and column, both counted from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text.floor_char_boundary(before + column.saturating_sub(1))
}
