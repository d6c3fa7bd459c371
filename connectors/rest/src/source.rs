//! From the files of a folder to a connector: read, put together, looked through.

use crate::{
    Described, decode,
    problem::{Problem, ProblemKind},
    schema,
    script::{self, HOOKS},
    verify,
};
use engine_contract::EntitySchema;
use std::collections::BTreeMap;

/// The file that every described connector has.
pub(crate) const MANIFEST: &str = "connector.toml";

impl Described {
    /// Reads a connector from the files of its folder, by their names within it: connector.toml, the field
    /// schemas that it names, and hooks.rhai where there is one.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub fn read(files: &BTreeMap<String, String>) -> Result<Self, Vec<Problem>> {
        let (described, problems) = Self::read_all(files);
        described.ok_or(problems)
    }

    /// As [`Described::read`], with what deserves a warning beside a connector that can be used.
    #[must_use]
    pub fn read_all(files: &BTreeMap<String, String>) -> (Option<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        let Some(text) = files.get(MANIFEST) else {
            let missing = Problem::new(MANIFEST, 0..0, "a connector needs this file");
            return (None, vec![missing.of(ProblemKind::Syntax)]);
        };
        let manifest = decode::manifest(text, &mut problems);
        let schemas = schemas(files, &mut problems);
        let hooks = files.get(HOOKS).and_then(|text| script::read(text, &mut problems));
        let Some(manifest) = manifest else { return (None, problems) };
        let scene = verify::Scene::new(&manifest, files, &schemas);
        verify::verify(&scene, hooks.as_ref(), &mut problems);
        if !problems.iter().all(Problem::is_warning) {
            return (None, problems);
        }
        let discovery = schema::discovery(&manifest, &schemas);
        (Some(Self::new(manifest, discovery, hooks.filter(|hooks| !hooks.is_empty()))), problems)
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
                let problem = Problem::new(file, place..place, error.to_string());
                problems.push(problem.of(ProblemKind::Fields));
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
