//! Writes what came out into the pipeline files, as what is expected. Comments and order stay as they are.

use super::run::Ran;
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    words::many,
    workspace::Workspace,
};
use engine_plan::testing::{Ended, field_at};
use engine_project::Test;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// Updates the tests that fail; whether any file was written.
pub(super) fn update(workspace: &Workspace, ran: &[Ran<'_>], output: &Output) -> Result<bool> {
    let mut files: BTreeMap<&str, Vec<&Ran<'_>>> = BTreeMap::new();
    // A test whose input cannot be read has no outcome that could be expected.
    for test in ran.iter().filter(|test| !test.passed() && !test.ended.is_empty()) {
        files.entry(&test.place().file).or_default().push(test);
    }
    for (file, tests) in &files {
        let path = workspace.dir.join(file);
        let refused = |why: String| {
            let message = format!("`{}` cannot be written: {why}", path.display());
            CommandError::new(Exit::Failed, "command/not-writable", message)
        };
        let text = std::fs::read_to_string(&path).map_err(|error| refused(error.to_string()))?;
        let text = rewritten(&text, tests).map_err(refused)?;
        std::fs::write(&path, text).map_err(|error| refused(error.to_string()))?;
        output.step(output::GOOD, "Updated", &format!("{file}: {}", many(tests.len(), "test")));
    }
    Ok(!files.is_empty())
}

/// The text of a file with new expectations.
fn rewritten(text: &str, tests: &[&Ran<'_>]) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    for test in tests {
        let Some(table) = find(&mut document, test.test) else { continue };
        if table.get("expect").is_none() {
            let mut expect = Table::new();
            expect.set_dotted(true);
            table.insert("expect", Item::Table(expect));
        }
        if let Some(expect) = table.get_mut("expect").and_then(Item::as_table_like_mut) {
            expectations(expect, test);
        }
    }
    Ok(document.to_string())
}

/// The table of a test.
fn find<'a>(document: &'a mut DocumentMut, test: &Test) -> Option<&'a mut dyn TableLike> {
    let is_it = |table: &dyn TableLike| {
        let says = |key: &str, text: &str| table.get(key).and_then(Item::as_str) == Some(text);
        says("name", &test.name) && says("entity", &test.entity)
    };
    match document.get_mut("test")? {
        Item::ArrayOfTables(tables) => {
            tables.iter_mut().find(|table| is_it(*table)).map(|table| table as &mut dyn TableLike)
        }
        Item::Value(Value::Array(tables)) => {
            let mut tables = tables.iter_mut().filter_map(Value::as_inline_table_mut);
            tables.find(|table| is_it(*table)).map(|table| table as &mut dyn TableLike)
        }
        _ => None,
    }
}

/// Sets what a test looks at to what came out. One that looks at nothing gets all fields.
fn expectations(expect: &mut dyn TableLike, test: &Ran<'_>) {
    let ended = test.ended.as_slice();
    let mapped = ended.iter().filter(|item| item.is_mapped()).count();
    let Some(first) = ended.iter().find(|item| item.is_mapped()) else {
        return unmapped(expect, ended);
    };
    expect.remove("error");
    if expect.get("status").is_some() {
        set(expect, "status", first.status.as_str().into());
    }
    if expect.get("count").is_some() {
        set(expect, "count", i64::try_from(mapped).unwrap_or(i64::MAX).into());
    }
    if expect.get("route").is_some() {
        match &first.route {
            Some(route) => set(expect, "route", route.as_str().into()),
            None => drop(expect.remove("route")),
        }
    }
    let object = Json::from(&engine_contract::Value::Map(first.fields.clone()));
    if expect.get("object").is_some()
        && let Some(object) = written(&object)
    {
        set(expect, "object", object);
    }
    if let Some(fields) = expect.get_mut("fields").and_then(Item::as_table_like_mut) {
        let paths: Vec<String> = fields.iter().map(|(path, _)| path.to_owned()).collect();
        for path in paths.into_iter().filter(|path| differs(test, path)) {
            let actual = field_at(&first.fields, &path).and_then(|value| written(&Json::from(value)));
            match actual {
                Some(actual) => set(fields, &path, actual),
                None => drop(fields.remove(&path)),
            }
        }
    } else if expect.is_empty()
        && let Some(fields) = written(&object)
    {
        set(expect, "fields", fields);
    }
}

/// Whether a test found a field, or something in it, different: what is equal stays as its author wrote it.
fn differs(test: &Ran<'_>, path: &str) -> bool {
    test.differences.iter().any(|difference| {
        let rest = difference.what.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// The expectations of a record that makes no target object.
fn unmapped(expect: &mut dyn TableLike, ended: &[Ended]) {
    for key in ["fields", "object", "count", "route"] {
        expect.remove(key);
    }
    let Some(first) = ended.first() else { return };
    if let Some(error) = &first.error {
        expect.remove("status");
        set(expect, "error", error.code.as_str().into());
    } else {
        expect.remove("error");
        set(expect, "status", first.status.as_str().into());
    }
}

/// Replaces a value, and nothing of what stands around it.
fn set(table: &mut dyn TableLike, key: &str, mut new: Value) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        *new.decor_mut() = old.decor().clone();
        *old = new;
        return;
    }
    table.insert(key, value(new));
}

/// A value as files write it: decimals as texts. Nothing for what TOML cannot say.
fn written(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(is_true) => (*is_true).into(),
        Json::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.to_string().into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::Array(items.iter().filter_map(written).collect::<Array>()),
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| Some((name.clone(), written(value)?));
            Value::InlineTable(members.iter().filter_map(member).collect::<InlineTable>())
        }
    })
}
