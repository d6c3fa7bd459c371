//! Maps the inputs of all tests with the files of a git revision and with those at hand, and shows what
//! changes, field by field. Nothing is judged: the exit code is 0 whatever changes.

use super::cases::cases;
use crate::{
    args::Test as Arguments,
    error::{CommandError, Result},
    exit::Exit,
    git::Revision,
    output::{self, Output},
    surroundings,
    words::many,
    workspace::Workspace,
};
use engine_contract::Value;
use engine_plan::{
    compile,
    testing::{Built, Case, Ended, map_input},
};
use engine_project::{Project, diag::Severity};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// One field that changes: what it was and what it is.
struct Change {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

/// What becomes of one input in both versions.
struct Compared {
    name: String,
    input: String,
    changes: Vec<Change>,
}

pub(super) fn run(
    workspace: &Workspace,
    arguments: &Arguments,
    revision: &str,
    output: &Output,
) -> Result<Exit> {
    let files = Revision::open(&workspace.dir, revision)?;
    let (old, found) =
        engine_project::load(&files, &surroundings::environment(), arguments.which.env.as_deref());
    if let Some(error) = found.iter().find(|found| found.severity == Severity::Error) {
        let message = format!("the project of `{revision}` has mistakes; the first: {error}");
        return Err(CommandError::new(Exit::Invalid, "command/git", message));
    }
    let mut compared = Vec::new();
    let mut programs: BTreeMap<String, Result<Built, String>> = BTreeMap::new();
    for case in cases(workspace, arguments)? {
        let Ok(new) = &case.built else { continue };
        let title = format!("{}/{}", new.blueprint.tenant, case.pipeline.name);
        let before = programs.entry(title).or_insert_with(|| program(workspace, &old, &case, new));
        compared.push(compare(&case, before, new));
    }
    print(&compared, revision, output);
    Ok(Exit::Done)
}

/// The program of the old files for a pipeline and tenant.
fn program(workspace: &Workspace, old: &Project, case: &Case<'_>, new: &Built) -> Result<Built, String> {
    let name = &case.pipeline.name;
    let tenant = old.tenant(&new.blueprint.tenant).or_else(|| old.tenants.first());
    let (Some(_), Some(tenant)) = (old.pipeline(name), tenant) else {
        return Err(format!("there was no pipeline `{name}`"));
    };
    let (blueprint, found) = compile(old, name, tenant, &workspace.registry, &workspace.catalogs);
    let error = found.into_iter().find(|found| found.severity == Severity::Error);
    let mistakes = || error.map_or_else(|| "the pipeline had mistakes".to_owned(), |error| error.to_string());
    Built::new(Arc::new(blueprint.ok_or_else(mistakes)?))
}

fn compare(case: &Case<'_>, before: &Result<Built, String>, after: &Built) -> Compared {
    let told = |ended: Result<Vec<Ended>, String>| match ended {
        Ok(ended) => flat(&ended),
        Err(message) => BTreeMap::from([("status".to_owned(), message)]),
    };
    let before = match before {
        Ok(before) => told(map_input(&before.program, case.test)),
        Err(message) => BTreeMap::from([("status".to_owned(), message.clone())]),
    };
    let after = told(map_input(&after.program, case.test));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |path: &String| {
        let (before, after) = (before.get(path).cloned(), after.get(path).cloned());
        (before != after).then(|| Change { path: path.clone(), before, after })
    };
    let input = case.test.input_file.clone();
    Compared { name: case.name.clone(), input, changes: paths.into_iter().filter_map(change).collect() }
}

/// Everything that came out, as texts by path. Items of a fan-out are counted from 0.
fn flat(ended: &[Ended]) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (index, item) in ended.iter().enumerate() {
        let before = if ended.len() > 1 { format!("[{index}].") } else { String::new() };
        let status = match &item.error {
            Some(error) => format!("{} ({}: {})", item.status, error.code, error.message),
            None => item.status.to_string(),
        };
        out.insert(format!("{before}status"), status);
        out.extend(item.route.as_ref().map(|route| (format!("{before}route"), route.clone())));
        for (name, value) in &item.fields {
            flatten(&format!("{before}{name}"), value, &mut out);
        }
    }
    out
}

fn flatten(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Map(members) if !members.is_empty() => {
            for (name, value) in members {
                flatten(&format!("{path}.{name}"), value, out);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                flatten(&format!("{path}[{index}]"), value, out);
            }
        }
        _ => drop(out.insert(path.to_owned(), value.to_json())),
    }
}

fn print(compared: &[Compared], revision: &str, output: &Output) {
    let changed = compared.iter().filter(|one| !one.changes.is_empty()).count();
    if !output.is_text() {
        let document =
            |change: &Change| json!({ "path": change.path, "before": change.before, "after": change.after });
        let one = |one: &Compared| {
            let documents: Vec<_> = one.changes.iter().map(document).collect();
            json!({ "name": one.name, "input": one.input, "changes": documents })
        };
        let inputs: Vec<_> = compared.iter().map(one).collect();
        return output.json(&json!({ "revision": revision, "inputs": inputs, "changed": changed }));
    }
    for one in compared.iter().filter(|one| !one.changes.is_empty()) {
        output.result(&format!("{}    {}", one.name, one.input));
        let width = one.changes.iter().map(|change| change.path.chars().count()).max().unwrap_or_default();
        for Change { path, before, after } in &one.changes {
            let line = match (before, after) {
                (Some(before), Some(after)) => {
                    format!("{0}~{0:#} {path:<width$}  {before}  ->  {after}", output::WARN)
                }
                (Some(before), None) => format!("{0}-{0:#} {path:<width$}  {before}", output::BAD),
                (None, after) => {
                    let after = after.as_deref().unwrap_or_default();
                    format!("{0}+{0:#} {path:<width$}  {after}", output::GOOD)
                }
            };
            output.result(&format!("  {line}"));
        }
    }
    output.result(&format!("{} compared with {revision}: {changed} changed", many(compared.len(), "input")));
}
