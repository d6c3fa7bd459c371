//! Evaluating rules. Order of work: condition, source, transforms, lookup, default, required.

use super::{
    MapError, Reference, key,
    script::{Script, Seen},
    tree::{Ref, Rule, Source},
};
use crate::Lookup;
use engine_contract::{Map, Record, Value};
use engine_project::diag::code;

/// What rules see: the record, the element of the `each` around them, and the variables.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) record: &'a Record,
    pub(super) item: Option<&'a Record>,
    pub(super) vars: &'a Map,
}

impl Sight<'_> {
    /// The value of a rule; `null` when it yields nothing. A reference or a look for a target object has no
    /// value here: see [`super::pending`].
    pub(super) fn value(&self, rule: &Rule) -> Result<Value, MapError> {
        if self.wants(rule)? { self.made(rule) } else { Ok(Value::Null) }
    }

    /// The value of a rule whose condition has been asked.
    pub(super) fn made(&self, rule: &Rule) -> Result<Value, MapError> {
        let value = match &rule.source {
            Source::Path(paths) => {
                let mut hits = paths.iter().filter_map(|path| path.value(self.record, self.item));
                hits.find(|hit| !hit.is_null()).unwrap_or_default()
            }
            Source::Const(value) => value.clone(),
            Source::Script(script) => script.value(self.seen())?,
            Source::Ref(_) | Source::Find(_) => Value::Null,
        };
        finish(rule, value)
    }

    /// Whether the rule's own condition lets it count.
    pub(super) fn wants(&self, rule: &Rule) -> Result<bool, MapError> {
        rule.when.as_ref().map_or(Ok(true), |when| self.holds(when))
    }

    /// The answer of a condition.
    pub(super) fn holds(&self, script: &Script) -> Result<bool, MapError> {
        script.holds(self.seen())
    }

    /// The key that some rules make, or the first rule whose part is missing.
    pub(super) fn key<'r>(&self, rules: &'r [Rule]) -> Result<Result<String, &'r Rule>, MapError> {
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
    pub(super) fn reference<'r>(&self, of: &'r Ref) -> Result<Result<Reference, &'r Rule>, MapError> {
        let key = self.key(&of.key)?;
        Ok(key.map(|key| Reference { entity: of.entity.clone(), route: of.route.clone(), key }))
    }

    /// The first value of some rules, and the rule that made it.
    pub(super) fn first<'r>(&self, rules: &'r [Rule]) -> Result<Option<(Value, &'r Rule)>, MapError> {
        for rule in rules {
            let value = self.value(rule)?;
            if !value.is_null() {
                return Ok(Some((value, rule)));
            }
        }
        Ok(None)
    }

    fn seen(&self) -> Seen<'_> {
        Seen { record: self.record, item: self.item, vars: self.vars, target: None }
    }
}

/// What a rule makes of the value of its source.
pub(super) fn finish(rule: &Rule, mut value: Value) -> Result<Value, MapError> {
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
    if let (Some((name, table)), false) = (&rule.lookup, value.is_null()) {
        value = look_up(rule, (name, table), &value)?;
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
fn look_up(rule: &Rule, (name, table): (&str, &Lookup), value: &Value) -> Result<Value, MapError> {
    let text = value.scalar_text().ok_or_else(|| {
        let message =
            format!("{} is {}, which cannot be looked up in `{name}`", label(rule), value.type_name());
        MapError::new(code::VALUE_TYPE, message, &rule.place)
    })?;
    let found = table.values.get(&text).or(rule.default.as_ref()).or(table.default.as_ref());
    found.cloned().ok_or_else(|| {
        let message = format!("lookup `{name}` does not have the value of {}", label(rule));
        MapError::new(code::LOOKUP_MISS, message, &rule.place)
    })
}

/// The source of a rule in messages.
pub(super) fn label(rule: &Rule) -> String {
    match &rule.source {
        Source::Path(paths) => {
            let texts: Vec<String> = paths.iter().map(|path| format!("`{}`", path.text)).collect();
            texts.join(" or ")
        }
        Source::Const(_) => "the constant".to_owned(),
        Source::Script(_) => "the script's result".to_owned(),
        Source::Ref(reference) => format!("the reference to `{}`", reference.entity),
        Source::Find(find) => format!("the id of the `{}`", find.object),
    }
}

/// The paths that some rules try, in messages; nothing when there is none, or something else may have a value.
pub(super) fn paths<R: AsRef<Rule>>(rules: &[R]) -> Option<String> {
    let is_path = |rule: &R| matches!(rule.as_ref().source, Source::Path(_)) && rule.as_ref().on.is_none();
    let labels: Vec<String> = rules.iter().map(|rule| label(rule.as_ref())).collect();
    (!labels.is_empty() && rules.iter().all(is_path)).then(|| labels.join(" or "))
}
