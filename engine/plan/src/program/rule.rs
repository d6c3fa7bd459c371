//! Evaluating rules. Order of work: source, transforms, lookup, default, required.

use super::{MapError, Reference, key, parts::Parts};
use crate::{
    mapping::{Ref, Rule, Script, Source},
    path,
};
use engine_contract::{Record, Value};
use engine_project::diag::code;
use engine_script::Inputs;

/// What rules see: the record, and the element of the `each` around them.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) record: &'a Record,
    pub(crate) item: Option<&'a Record>,
}

impl Sight<'_> {
    /// The value of a rule; `null` when it yields nothing. A reference has no value here: see
    /// [`super::pending`].
    pub(crate) fn value(&self, rule: &Rule) -> Result<Value, MapError> {
        let value = match &rule.source {
            Source::Path(paths) => {
                let mut hits = paths
                    .iter()
                    .filter_map(|path| path::value(path, self.record, self.item, &self.parts.queries));
                hits.find(|hit| !hit.is_null()).unwrap_or_default()
            }
            Source::Const(value) => value.clone(),
            Source::Script(script) => self.run(script)?,
            Source::Ref(_) => Value::Null,
        };
        finish(rule, value, self.parts)
    }

    /// The answer of a condition.
    pub(crate) fn holds(&self, script: &Script) -> Result<bool, MapError> {
        let compiled = self.parts.compiled(script).ok_or_else(|| unknown_script(script))?;
        compiled.eval_bool(self.inputs()).map_err(|error| script_failed(script, &error))
    }

    /// The key that some rules make, or the first rule whose part is missing.
    pub(crate) fn key<'r>(&self, rules: &'r [Rule]) -> Result<Result<String, &'r Rule>, MapError> {
        let mut all = Vec::with_capacity(rules.len());
        for rule in rules {
            match key::parts(&self.value(rule)?) {
                Some(parts) => all.extend(parts),
                None => return Ok(Err(rule)),
            }
        }
        Ok(Ok(engine_contract::join_key(&all)))
    }

    /// The record that a reference names, or the rule whose part of the key is missing.
    pub(crate) fn reference<'r>(&self, of: &'r Ref) -> Result<Result<Reference, &'r Rule>, MapError> {
        let key = self.key(&of.key)?;
        Ok(key.map(|key| Reference { entity: of.entity.clone(), route: of.route.clone(), key }))
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs { record: self.record, item: self.item, vars: None, target: None }
    }

    fn run(&self, script: &Script) -> Result<Value, MapError> {
        let compiled = self.parts.compiled(script).ok_or_else(|| unknown_script(script))?;
        compiled.eval(self.inputs()).map_err(|error| script_failed(script, &error))
    }
}

/// What a rule makes of the value of its source.
pub(crate) fn finish(rule: &Rule, mut value: Value, parts: &Parts) -> Result<Value, MapError> {
    for step in &rule.transform {
        let kind = value.type_name();
        value = step.transform.apply(value).map_err(|needs| {
            let message = format!(
                "{} is {kind} where transform `{}` needs {needs}",
                label(rule),
                step.transform.name()
            );
            MapError::new(code::TRANSFORM_FAILED, message, &step.place)
        })?;
    }
    if let (Some(name), false) = (&rule.lookup, value.is_null()) {
        value = look_up(rule, name, &value, parts)?;
    }
    if let (Some(default), true) = (&rule.default, value.is_null()) {
        value = default.clone();
    }
    if rule.required && value.is_null() {
        let message = format!("{} has no value, and the field is required", label(rule));
        return Err(MapError::new(code::VALUE_REQUIRED, message, &rule.place));
    }
    Ok(value)
}

/// A hit, else the rule's default, else the lookup's.
fn look_up(rule: &Rule, name: &str, value: &Value, parts: &Parts) -> Result<Value, MapError> {
    let table = parts.lookups.get(name);
    let text = value.scalar_text().ok_or_else(|| {
        let message =
            format!("{} is {}, which cannot be looked up in `{name}`", label(rule), value.type_name());
        MapError::new(code::VALUE_TYPE, message, &rule.place)
    })?;
    let hit = table.and_then(|table| table.values.get(&text));
    let found = hit.or(rule.default.as_ref()).or_else(|| table.and_then(|table| table.default.as_ref()));
    found.cloned().ok_or_else(|| {
        let message = format!("lookup `{name}` does not have the value of {}", label(rule));
        MapError::new(code::LOOKUP_MISS, message, &rule.place)
    })
}

/// The source of a rule in messages.
pub(crate) fn label(rule: &Rule) -> String {
    match &rule.source {
        Source::Path(paths) => {
            let texts: Vec<String> = paths.iter().map(|path| format!("`{}`", path.text)).collect();
            texts.join(" or ")
        }
        Source::Const(_) => "the constant".to_owned(),
        Source::Script(_) => "the script's result".to_owned(),
        Source::Ref(reference) => format!("the reference to `{}`", reference.entity),
    }
}

/// The paths that some rules try, in messages; nothing when there is none, or something else may have a value.
pub(crate) fn paths(rules: &[Rule]) -> Option<String> {
    let is_path = |rule: &Rule| matches!(rule.source, Source::Path(_)) && rule.on.is_none();
    let labels: Vec<String> = rules.iter().map(label).collect();
    (!labels.is_empty() && rules.iter().all(is_path)).then(|| labels.join(" or "))
}

fn script_failed(script: &Script, error: &engine_script::ScriptError) -> MapError {
    let message = match error.line {
        0 => format!("the script failed: {}", error.message),
        _ => format!("the script failed: {error}"),
    };
    MapError::new(code::SCRIPT_FAILED, message, script.line(error.line))
}

/// Cannot happen to a Program that [`super::Program::build`] made: it compiles every script.
fn unknown_script(script: &Script) -> MapError {
    MapError::new(code::SCRIPT_FAILED, "the script is not compiled", &script.place)
}
