//! `engine schema sync`: the schemas of this project's files, and the settings by which editors find them.

use crate::{
    args::Which,
    error::{CommandError, Result},
    exit::Exit,
    files::DiskFiles,
    output::{self, Output},
    select::{Selection, current},
    words::many,
    workspace::{Depth, Workspace},
};
use engine_contract::Cancel;
use engine_plan::transform::catalog;
use engine_project::schema::{ConnectorFacts, Facts, Synced, TransformFacts, finished, sync};
use std::path::Path;

pub(super) fn run(which: &Which, is_check: bool, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    // Editors are wanted most while files have mistakes: whatever could be read is used.
    let mut workspace = Workspace::load_to(Depth::Files, &selection, which, &Cancel::default())?;
    let names: Vec<String> = workspace.project.connections.keys().cloned().collect();
    for name in &names {
        // What cannot be looked at is offered without its fields; `validate` says why.
        drop(workspace.look_at(name)?);
    }
    let Synced { files, notes } = sync(&DiskFiles::new(&workspace.dir), &facts(&workspace));
    if !is_check {
        for (path, text) in &files {
            write(&workspace.dir.join(path), text)?;
        }
    }
    let exit = if is_check && !files.is_empty() { Exit::Failed } else { Exit::Done };
    if !output.is_text() {
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        let key = if is_check { "stale" } else { "written" };
        output.json(&serde_json::json!({ key: paths, "notes": notes, "exit_code": exit.number() }));
        return Ok(exit);
    }
    let (style, verb) = if is_check { (output::WARN, "Stale") } else { (output::GOOD, "Wrote") };
    for (path, _) in &files {
        output.step(style, verb, path);
    }
    for note in &notes {
        output.step(output::WARN, "Note", note);
    }
    if files.is_empty() {
        output.step(
            output::GOOD,
            "Fresh",
            &format!("the schemas of {} are as they should be", connections(&names)),
        );
    }
    Ok(exit)
}

fn connections(names: &[String]) -> String {
    many(names.len(), "connection")
}

/// What is known of the project: what it says itself, its connectors, and what connections offer.
fn facts(workspace: &Workspace) -> Facts {
    let mut facts = Facts::of(&workspace.project);
    facts.manifest = Some(finished(connector_rest::manifest_schema()));
    for name in workspace.registry.names() {
        let Some(connector) = workspace.registry.get(name) else { continue };
        let known = ConnectorFacts { settings: connector.settings_schema(), offers: connector.describe() };
        facts.connectors.insert(name.to_owned(), known);
    }
    facts.transforms = catalog::TABLE.iter().map(|spec| transform(spec)).collect();
    for (name, connection) in &mut facts.connections {
        connection.offers = workspace.catalogs.0.get(name).cloned();
    }
    facts
}

fn transform(spec: &catalog::Spec) -> TransformFacts {
    let examples: Vec<String> = spec
        .examples
        .iter()
        .map(|example| {
            let output = example.output.map_or_else(|| "fails".to_owned(), |output| format!("`{output}`"));
            format!("- `{}`: `{}` becomes {output}", example.call, example.input)
        })
        .collect();
    TransformFacts {
        name: spec.name.to_owned(),
        description: format!("{}\n\n{}", spec.doc, examples.join("\n")),
        bare: spec.is_bare(),
        argument: spec.argument(),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text)).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        CommandError::new(Exit::Failed, "command/not-writable", message)
    })
}
