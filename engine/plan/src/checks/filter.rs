//! Filters that the stream does not have.
//!
//! **What it finds.** A name in `source.filter` that is no filter of the stream (`entity/unknown-filter`), and a
//! value that the filter does not take (`entity/filter-value`), where the filters are known.
//!
//! **Why it matters.** The source would refuse the request, or ignore the filter and send everything.
//!
//! **Fails:** `filter = { state = "completed" }` where the filter is called `status`.
//!
//! **Passes:** `filter = { status = ["completed"] }`.

use super::names::with_keys;
use crate::scene::Scene;
use engine_contract::{Field, FieldType};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code, words::type_of},
    model::VarType,
    project::Entity,
    toml::child,
};
use serde_json::Value as Json;

pub(super) fn check(scene: &Scene<'_>, entity: &Entity, out: &mut Diagnostics) {
    let Some(stream) = scene.stream(entity) else { return };
    for (name, value) in &entity.source.filter {
        let pointer = child(&format!("{}/source/filter", entity.pointer), name);
        let Some(filter) = stream.filters.iter().find(|filter| filter.name == *name) else {
            let message = format!("stream `{}` has no filter `{name}`", stream.name);
            let unknown =
                Diagnostic::error(code::FILTER_UNKNOWN, message).at(scene.file.key_place(&pointer), "");
            let names = stream.filters.iter().map(|filter| filter.name.as_str());
            out.push(if stream.filters.is_empty() {
                unknown.help("the stream cannot be filtered: let a script of `when` choose")
            } else {
                with_keys(unknown, name, names)
            });
            continue;
        };
        for (pointer, value) in parts(filter, value, &pointer) {
            if let Some(what) = refused(scene, filter, value) {
                let message = format!("filter `{name}` takes {what}");
                out.push(Diagnostic::error(code::FILTER_VALUE, message).at(scene.file.place(&pointer), ""));
            }
        }
    }
}

/// The elements of a list, for filters that take several values; else the value.
fn parts<'a>(filter: &Field, value: &'a Json, pointer: &str) -> Vec<(String, &'a Json)> {
    match value {
        Json::Array(items) if filter.kind == FieldType::List => {
            items.iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)).collect()
        }
        one => vec![(pointer.to_owned(), one)],
    }
}

/// What a filter takes instead of a value; nothing when it takes the value.
fn refused(scene: &Scene<'_>, filter: &Field, value: &Json) -> Option<String> {
    let kind = if filter.kind == FieldType::List { filter.element.unwrap_or_default() } else { filter.kind };
    if let Some(name) = variable(value) {
        let given = scene.file.vars.get(name)?.kind;
        return (!takes_var(kind, given))
            .then(|| format!("{}, and `{name}` is {}", kind.as_str(), called(given)));
    }
    if !takes(kind, value) {
        return Some(format!("{}, not {}", kind.as_str(), type_of(value)));
    }
    let text = value.as_str().filter(|_| !filter.one_of.is_empty())?;
    let is_known = filter.one_of.iter().any(|known| known == text);
    (!is_known).then(|| format!("only {}, not `{text}`", filter.one_of.join(", ")))
}

fn takes(kind: FieldType, value: &Json) -> bool {
    match kind {
        FieldType::Text => value.is_string(),
        FieldType::Integer => value.is_i64(),
        FieldType::Decimal => {
            value.is_number()
                || value.as_str().is_some_and(|text| text.parse::<rust_decimal::Decimal>().is_ok())
        }
        FieldType::Boolean => value.is_boolean(),
        FieldType::Date => value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
        FieldType::Timestamp => value.as_str().is_some_and(|text| {
            text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
        }),
        FieldType::Object | FieldType::List | FieldType::Json | FieldType::Any => true,
    }
}

fn takes_var(kind: FieldType, given: VarType) -> bool {
    match given {
        // A text may be a day, a time or a number.
        VarType::String => !matches!(kind, FieldType::Integer | FieldType::Boolean),
        VarType::Integer => {
            !matches!(kind, FieldType::Text | FieldType::Boolean | FieldType::Date | FieldType::Timestamp)
        }
        VarType::Decimal => matches!(kind, FieldType::Decimal | FieldType::Any | FieldType::Json),
        VarType::Boolean => matches!(kind, FieldType::Boolean | FieldType::Any | FieldType::Json),
        VarType::Date => !matches!(kind, FieldType::Integer | FieldType::Decimal | FieldType::Boolean),
    }
}

fn called(kind: VarType) -> &'static str {
    match kind {
        VarType::String => "a text",
        VarType::Integer => "an integer",
        VarType::Decimal => "a decimal",
        VarType::Boolean => "a boolean",
        VarType::Date => "a date",
    }
}

/// The name in `{ var = "name" }`.
pub(super) fn variable(value: &Json) -> Option<&str> {
    let table = value.as_object().filter(|table| table.len() == 1)?;
    table.get("var")?.as_str()
}
