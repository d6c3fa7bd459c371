//! `engine conflicts`: records that both sides changed, and about which a person decides.

use crate::{
    args::{Conflicts, ConflictsVerb, Decided, Which},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    plan::masked_value,
    select::{Selection, current},
    table::columns,
    words::many,
    workspace::{Depth, Workspace, runtime, title},
};
use engine_contract::{Cancel, Value};
use engine_plan::Back;
use engine_run::{
    RecordKey, Side,
    state::{ConflictField, KeptConflict, StateStore},
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, path::Path};

pub(super) fn run(arguments: &Conflicts, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        ConflictsVerb::Ls { pipeline, which } => {
            list(&opened(which, project)?, pipeline.as_deref(), which, output)
        }
        ConflictsVerb::Show { id, reveal, which } => {
            show(&opened(which, project)?, (id, which), *reveal, output)
        }
        ConflictsVerb::Resolve(resolve) => {
            let workspace = opened(&resolve.which, project)?;
            decide(&workspace, (&resolve.id, &resolve.which), &resolve.decided, output)
        }
    }
}

fn opened(which: &Which, project: Option<&Path>) -> Result<Workspace> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    Workspace::load_to(Depth::Files, &selection, which, &Cancel::default())
}

/// All conflicts that are meant.
fn all(
    workspace: &Workspace,
    store: &dyn StateStore,
    which: &Which,
    pipeline: Option<&str>,
) -> Result<Vec<KeptConflict>> {
    let filter = workspace.filter(which, pipeline.map(str::to_owned), usize::MAX);
    Ok(runtime()?.block_on(store.conflicts(&filter))?)
}

fn list(workspace: &Workspace, pipeline: Option<&str>, which: &Which, output: &Output) -> Result<Exit> {
    let store = workspace.state.read()?;
    let found = all(workspace, &*store, which, pipeline)?;
    if !output.is_text() {
        let found: Vec<Json> = found.iter().map(|kept| document(kept, false)).collect();
        output.json(&json!({ "conflicts": found }));
        return Ok(Exit::Done);
    }
    let cells = |kept: &KeptConflict| {
        let fields: Vec<&str> = kept.conflict.fields.iter().map(|field| field.path.as_str()).collect();
        vec![
            kept.id(),
            entity(workspace, kept),
            kept.conflict.source_key.clone(),
            fields.join(", "),
            format!("{:.0}", kept.since).replace('T', " "),
            if kept.choice.is_empty() { "open" } else { "decided" }.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = found.iter().map(cells).collect();
    if !rows.is_empty() {
        for line in columns(&["ID", "ENTITY", "RECORD", "FIELDS", "SINCE", "STATE"], &rows) {
            output.result(&line);
        }
    }
    match rows.len() {
        0 => output.talk("no conflicts"),
        all => output.talk(&many(all, "conflict")),
    }
    Ok(Exit::Done)
}

/// `pipeline::entity`.
fn entity(workspace: &Workspace, kept: &KeptConflict) -> String {
    let scope = &kept.scope;
    format!("{}::{}", title(&workspace.project, &scope.tenant, &scope.pipeline), kept.conflict.record.entity)
}

fn document(kept: &KeptConflict, reveal: bool) -> Json {
    let field = |field: &ConflictField| {
        let value = |value: &Value| Json::from(&shown(field, value, reveal));
        json!({
            "path": field.path, "base": value(&field.base), "source": value(&field.source),
            "target": value(&field.target), "choice": kept.choice.get(&field.path),
        })
    };
    json!({
        "id": kept.id(), "tenant": kept.scope.tenant, "environment": kept.scope.environment,
        "pipeline": kept.scope.pipeline, "entity": kept.conflict.record.entity,
        "source_key": kept.conflict.source_key, "since": kept.since, "run": kept.run,
        "fields": kept.conflict.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

fn shown(field: &ConflictField, value: &Value, reveal: bool) -> Value {
    if field.is_personal && !reveal { masked_value(value) } else { value.clone() }
}

/// The conflict of an ID.
fn named(workspace: &Workspace, store: &dyn StateStore, (id, which): (&str, &Which)) -> Result<KeptConflict> {
    let found = all(workspace, store, which, None)?;
    found.into_iter().find(|kept| kept.id() == id).ok_or_else(|| {
        let message = format!("there is no conflict `{id}` here");
        CommandError::new(Exit::NotFound, "conflict/unknown", message)
            .help("`engine conflicts ls` shows those that there are; one that is over is not kept")
    })
}

fn show(workspace: &Workspace, named_by: (&str, &Which), reveal: bool, output: &Output) -> Result<Exit> {
    let store = workspace.state.read()?;
    let kept = named(workspace, &*store, named_by)?;
    if !output.is_text() {
        output.json(&json!({ "conflict": document(&kept, reveal) }));
        return Ok(Exit::Done);
    }
    output.result(&format!("{} {}", entity(workspace, &kept), kept.conflict.source_key));
    let cells = |field: &ConflictField| {
        let text = |value: &Value| match shown(field, value, reveal) {
            Value::Null => "-".to_owned(),
            value => value.scalar_text().unwrap_or_else(|| value.to_json()),
        };
        let choice = kept.choice.get(&field.path).map_or("", |side| side.as_str());
        vec![
            field.path.clone(),
            text(&field.base),
            text(&field.source),
            text(&field.target),
            choice.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = kept.conflict.fields.iter().map(cells).collect();
    for line in columns(&["FIELD", "BEFORE", "SOURCE", "TARGET", "DECIDED"], &rows) {
        output.result(&line);
    }
    output.talk(&format!(
        "  help: engine conflicts resolve {} --source | --target | --field FIELD=SIDE",
        kept.id()
    ));
    Ok(Exit::Done)
}

fn decide(
    workspace: &Workspace,
    named_by: (&str, &Which),
    decided: &Decided,
    output: &Output,
) -> Result<Exit> {
    let store = workspace.state.open()?;
    let kept = named(workspace, &*store, named_by)?;
    let choice = choice(&kept, decided)?;
    let record = &kept.conflict.record;
    let known = store.recall(&kept.scope, &record.entity, std::slice::from_ref(&record.key));
    let known = runtime()?.block_on(known)?;
    let id = known.get(&record.key).and_then(|known| known.link.as_ref()?.target_id.clone());
    let other = id.map(|key| RecordKey { entity: Back::name_of(&record.entity), key });
    let is_kept = runtime()?.block_on(store.choose(&kept, choice.clone(), other, jiff::Timestamp::now()))?;
    if !is_kept {
        let message = format!("conflict `{}` is over", kept.id());
        return Err(CommandError::new(Exit::NotFound, "conflict/unknown", message)
            .help("a run has found both sides alike in between"));
    }
    if output.is_text() {
        let fields = choice.iter().map(|(path, side)| format!("{path} as the {} has it", side.as_str()));
        output.step(output::GOOD, "Decided", &fields.collect::<Vec<_>>().join(", "));
        output.talk("  The next run writes it, unless one of the sides changes again before.");
    } else {
        output.json(&json!({ "conflict": kept.id(), "choice": choice }));
    }
    Ok(Exit::Done)
}

/// Who is right, field by field: every one that is in conflict.
fn choice(kept: &KeptConflict, decided: &Decided) -> Result<BTreeMap<String, Side>> {
    let wrong = |message: String, help: &str| {
        CommandError::new(Exit::Usage, "conflict/undecided", message).help(help)
    };
    let others = match (decided.source, decided.target) {
        (true, _) => Some(Side::Source),
        (_, true) => Some(Side::Target),
        (false, false) => None,
    };
    let mut by_field = BTreeMap::new();
    for given in &decided.field {
        let side = match given.rsplit_once('=') {
            Some((path, "source")) => Some((path, Side::Source)),
            Some((path, "target")) => Some((path, Side::Target)),
            _ => None,
        };
        let Some((path, side)) = side else {
            return Err(wrong(format!("`{given}` names no side"), "write `FIELD=source` or `FIELD=target`"));
        };
        if kept.conflict.fields.iter().all(|field| field.path != path) {
            let help = "`engine conflicts show` lists the fields that are";
            return Err(wrong(format!("`{path}` is not in conflict"), help));
        }
        by_field.insert(path.to_owned(), side);
    }
    for field in &kept.conflict.fields {
        match (by_field.contains_key(&field.path), others) {
            (true, _) => {}
            (false, Some(side)) => drop(by_field.insert(field.path.clone(), side)),
            (false, None) => {
                let message = format!("nothing is said about `{}`", field.path);
                return Err(wrong(
                    message,
                    "decide every field: `--source` or `--target` says it for the rest",
                ));
            }
        }
    }
    Ok(by_field)
}
