//! Scripts, ready to run.

use super::{BuildError, MapError};
use crate::{Library, mapping};
use engine_contract::{Map, Record, Value};
use engine_project::diag::code;
use engine_script::{Inputs, Libraries, Names, ScriptError};
use std::sync::Arc;

/// What all scripts of a Program have in common.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    libraries: Libraries,
    /// The pipeline's variables.
    pub(super) vars: Arc<Map>,
}

impl Surroundings {
    pub(super) fn of(blueprint: &crate::Blueprint) -> Result<Self, BuildError> {
        let texts: Vec<(&str, &str)> = blueprint
            .libraries
            .iter()
            .map(|library| (library.name.as_str(), library.text.as_str()))
            .collect();
        let libraries = Libraries::compile(&texts).map_err(|(index, error)| {
            let place = blueprint.libraries.get(index).map(|library: &Library| library.place.clone());
            BuildError::Script { place: place.unwrap_or_default(), message: error.to_string() }
        })?;
        let vars = blueprint.vars.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok(Self { libraries, vars: Arc::new(vars) })
    }
}

/// A compiled script, and where its lines stand.
#[derive(Debug)]
pub(super) struct Script {
    compiled: engine_script::Script,
    source: mapping::Script,
}

/// What a script is run on.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) record: &'a Record,
    pub(super) item: Option<&'a Record>,
    pub(super) vars: &'a Map,
    /// The mapped fields: for asserts only.
    pub(super) target: Option<&'a Map>,
}

impl Script {
    /// Compiles a script that sees the record, and the element and the target object where it may.
    pub(super) fn build(
        script: &mapping::Script,
        has_target: bool,
        around: &Surroundings,
    ) -> Result<Self, BuildError> {
        let names = Names { has_item: script.has_item, has_vars: true, has_target };
        let compiled =
            engine_script::Script::compile(&script.text, names, &around.libraries).map_err(|error| {
                BuildError::Script { place: script.place.clone(), message: error.to_string() }
            })?;
        Ok(Self { compiled, source: script.clone() })
    }

    /// What the script returns.
    pub(super) fn value(&self, seen: Seen<'_>) -> Result<Value, MapError> {
        self.compiled.eval(inputs(seen)).map_err(|error| self.failed(&error))
    }

    /// The answer of a condition.
    pub(super) fn holds(&self, seen: Seen<'_>) -> Result<bool, MapError> {
        self.compiled.eval_bool(inputs(seen)).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &ScriptError) -> MapError {
        let message = match error.line {
            0 => format!("the script failed: {}", error.message),
            _ => format!("the script failed: {error}"),
        };
        MapError::new(code::SCRIPT_FAILED, message, self.source.line(error.line))
    }
}

fn inputs(seen: Seen<'_>) -> Inputs<'_> {
    Inputs { record: seen.record, item: seen.item, vars: Some(seen.vars), target: seen.target }
}
