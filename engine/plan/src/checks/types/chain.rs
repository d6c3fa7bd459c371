//! The types of a rule from its source to its end: source, transforms, lookup, default, required.

use super::{
    fit::{Fit, fit},
    typer::Typer,
    value::{known_texts, of_value},
};
use crate::{
    scene::Sight,
    transform::{Mismatch, Output},
    types::Type,
};
use engine_contract::FieldType;
use engine_project::rule::{Rule, TransformCall};

/// What is known of the values of a rule at each of its steps.
#[derive(Clone, Debug)]
pub(crate) struct Chain<'r> {
    /// Whether anything is known of its source.
    pub(crate) is_known: bool,
    /// Its transforms up to the first that nothing is known of or that no value passes.
    pub(crate) steps: Vec<Step<'r>>,
    /// What its lookup does, when it has one that is known.
    pub(crate) lookup: Option<Looked>,
    /// What there is before its default.
    pub(crate) before_default: Type,
    /// What it gives.
    pub(crate) result: Type,
}

/// A transform between two types.
#[derive(Clone, Debug)]
pub(crate) struct Step<'r> {
    pub(crate) call: &'r TransformCall,
    pub(crate) input: Type,
    pub(crate) output: Result<Output, Mismatch>,
}

/// A lookup and the values that it gets.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    /// What is looked up.
    pub(crate) input: Type,
    /// Whether that can be looked up: texts, numbers and booleans can.
    pub(crate) fit: Fit,
    /// The values that it certainly does not have, where all are known; nothing when it has a default.
    pub(crate) misses: Vec<String>,
    /// Whether it has none of them.
    pub(crate) has_none: bool,
    result: Type,
}

impl<'r> Chain<'r> {
    pub(super) fn of(typer: &Typer<'_>, rule: &'r Rule, sight: Sight<'_>) -> Self {
        let source = typer.source(&rule.source, sight);
        let (steps, transformed) = steps(typer, rule, &source);
        let lookup = rule.lookup.as_ref().and_then(|name| looked(typer, rule, name, &transformed));
        let before_default = match (&lookup, &rule.lookup) {
            (Some(looked), _) => looked.result.clone(),
            (None, Some(_)) => Type::any(),
            (None, None) => transformed,
        };
        let mut result = before_default.clone();
        if let Some(default) = rule.default.as_ref().filter(|default| !default.is_null() && result.nullable) {
            result.nullable = false;
            result =
                if result.bases.is_empty() { of_value(default) } else { result.union(of_value(default)) };
        }
        // A value that is missing fails the record here, so that none is missing afterwards.
        result.nullable &= !rule.required;
        result.nullable |= rule.when.is_some();
        Self { is_known: !source.is_any(), steps, lookup, before_default, result }
    }
}

fn steps<'r>(typer: &Typer<'_>, rule: &'r Rule, source: &Type) -> (Vec<Step<'r>>, Type) {
    let mut here = source.clone();
    let mut steps = Vec::new();
    for call in &rule.transform {
        let Some(transform) = typer.transform(call) else { return (steps, Type::any()) };
        let output = transform.output(&here);
        let next = output.as_ref().map_or_else(|_| Type::any(), |output| output.ty.clone());
        let fails = output.is_err();
        steps.push(Step { call, input: std::mem::replace(&mut here, next), output });
        if fails {
            break;
        }
    }
    (steps, here)
}

fn looked(typer: &Typer<'_>, rule: &Rule, name: &str, input: &Type) -> Option<Looked> {
    let table = typer.lookup(name)?;
    let default = rule.default.as_ref().or(table.default.as_ref());
    let texts: Option<Vec<&str>> = known_texts(input).map(Iterator::collect);
    let hits = table
        .values
        .iter()
        .filter(|(key, _)| texts.as_ref().is_none_or(|texts| texts.contains(&key.as_str())));
    let hits: Vec<Type> = hits.map(|(_, value)| of_value(value)).collect();
    let all: Vec<&str> = texts.unwrap_or_default();
    let misses: Vec<String> = all
        .iter()
        .filter(|text| default.is_none() && !table.values.contains_key(**text))
        .map(|text| (*text).to_owned())
        .collect();
    let has_none = !all.is_empty() && misses.len() == all.len();
    let results = hits.into_iter().chain(default.map(of_value));
    // A table without values gives none: its records are blocked, and nothing is said of what they would hold.
    let mut result = results.reduce(Type::union).unwrap_or_else(Type::any);
    result.nullable = input.nullable || result.nullable && !result.is_any();
    let result = if input.bases.is_empty() { Type::nothing() } else { result };
    Some(Looked { input: input.clone(), fit: fit(input, FieldType::Text), misses, has_none, result })
}
