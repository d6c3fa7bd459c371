//! Reads `[vars]`, and checks the values that variables are given.

use super::decode::Refused;
use crate::{
    PipelineFile, Place,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{Table, VarTable, VarType},
    project::{Var, day},
    toml::{Document, child},
};
use engine_contract::Value;
use indexmap::IndexMap;
use rust_decimal::Decimal;

/// Reads the variables of a pipeline.
pub(super) fn read(
    document: &Document,
    tables: IndexMap<String, Table<VarTable>>,
    refused: &Refused,
    out: &mut Diagnostics,
) -> IndexMap<String, Var> {
    let mut vars = IndexMap::new();
    for (name, Table(table)) in tables {
        let pointer = child("/vars", &name);
        if let Some(value) = table.default.as_ref().filter(|_| !refused.has(&child(&pointer, "type"))) {
            let place = document.place(&child(&pointer, "default"));
            out.extend(wrong_type("default", table.kind, value, place));
        }
        let place = document.key_place(&pointer);
        let (kind, description, default) = (table.kind, table.description, table.default);
        vars.insert(name.clone(), Var { name, kind, description, default, place });
    }
    vars
}

/// The variable that a pipeline declares, where its type is known.
pub(super) fn declared<'a>(pipeline: &'a PipelineFile, name: &str) -> Option<&'a Var> {
    let was_refused = pipeline.incomplete.contains(&format!("{}/type", child("/vars", name)));
    pipeline.vars.get(name).filter(|_| !was_refused)
}

/// Whether a pipeline declares a variable, or may: its table was refused.
pub(super) fn may_declare(pipeline: &PipelineFile, name: &str) -> bool {
    let refused = |at: &str| pipeline.incomplete.contains(at);
    pipeline.vars.contains_key(name) || refused("/vars") || refused(&child("/vars", name))
}

/// What is said of a value that a variable does not take.
pub(super) fn wrong_type(name: &str, kind: VarType, value: &Value, place: Place) -> Option<Diagnostic> {
    // What has no exact value has been reported.
    if fits(kind, value) || value.is_null() {
        return None;
    }
    let (wanted, example) = match kind {
        VarType::String => ("a text", "\"W\""),
        VarType::Integer => ("a whole number", "30"),
        VarType::Decimal => ("an exact number", "\"0.05\""),
        VarType::Boolean => ("true or false", "true"),
        VarType::Date => ("a day", "\"2026-01-31\""),
    };
    let message = format!("`{name}` must be {wanted}");
    let diagnostic = Diagnostic::error(code::VAR_TYPE, message).at(place, "");
    Some(diagnostic.help(format!("for example `{name} = {example}`")))
}

fn fits(kind: VarType, value: &Value) -> bool {
    match (kind, value) {
        (VarType::String, Value::Text(_))
        | (VarType::Integer, Value::Int(_))
        | (VarType::Decimal, Value::Int(_) | Value::Decimal(_))
        | (VarType::Boolean, Value::Bool(_)) => true,
        (VarType::Decimal, Value::Text(text)) => Decimal::from_str_exact(text).is_ok(),
        (VarType::Date, Value::Text(text)) => day(text).is_some(),
        _ => false,
    }
}

/// What is said of a value for a variable that is not declared.
pub(super) fn unknown<'a>(
    name: &str,
    declared: impl Iterator<Item = &'a str>,
    message: String,
    place: Place,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::VAR_UNKNOWN, message).at(place.clone(), "");
    match suggest(name, declared) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(place, near),
        None => diagnostic.help(format!("a pipeline declares it: `[vars.{name}]`")),
    }
}
