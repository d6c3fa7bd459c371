//! `engine validate`: checks pipeline files.

use crate::{
    args::{Format, Validate},
    diagnostic::{counts, github, human, json, sarif},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    select::{Selection, select},
    surroundings,
    watch::{Seen, watch},
    words::many,
    workspace::Workspace,
};
use engine_contract::Cancel;
use engine_project::{
    Project,
    rule::{Members, Node},
};
use jiff::Timestamp;
use std::path::Path;

pub(super) fn run(arguments: &Validate, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selections = select(&arguments.paths, project)?;
    if !arguments.watch {
        return check(&selections, arguments, output);
    }
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let folders: Vec<_> = selections.iter().map(|selection| selection.project.clone()).collect();
    watch(&folders, &cancel, |seen| match seen {
        Seen::Changed => again(&selections, arguments, output),
        Seen::Emptied => {
            output.step(
                output::WARN,
                "Waiting",
                "the project's files are gone: what was said last still holds",
            );
        }
    })
    .map_err(|error| CommandError::new(Exit::Failed, "file/unreadable", error.to_string()))?;
    Ok(Exit::Signal(surroundings::signal().unwrap_or(2)))
}

/// A check while watching: an error that would end the command is told, and the watch goes on.
fn again(selections: &[Selection], arguments: &Validate, output: &Output) {
    match check(selections, arguments, output) {
        Ok(_) => output.step(output::GOOD, "Watching", "for changes; Ctrl-C ends"),
        Err(error) => output.error(&error),
    }
}

/// What the closing line counts.
#[derive(Default)]
struct Size {
    pipelines: usize,
    entities: usize,
    mappings: usize,
}

fn check(selections: &[Selection], arguments: &Validate, output: &Output) -> Result<Exit> {
    let start = Timestamp::now();
    let mut workspaces = Vec::new();
    for selection in selections {
        let mut workspace = Workspace::load(selection, &arguments.which, &Cancel::default())?;
        workspace.run_tests(&arguments.which);
        workspaces.push(workspace);
    }
    let mut size = Size::default();
    for workspace in &workspaces {
        measure(&workspace.project, &workspace.asked, &mut size);
    }
    let (errors, warnings) = counts(workspaces.iter().flat_map(|workspace| &workspace.findings));
    let failed = errors > 0 || (arguments.deny_warnings && warnings > 0);
    let exit = if failed { Exit::Invalid } else { Exit::Done };
    if output.shows_notes() {
        workspaces.iter_mut().for_each(Workspace::show_notes);
    }
    print(&workspaces, output);
    let took = Timestamp::now().duration_since(start).as_millis().max(0);
    match output.format() {
        Format::Text => {
            let style = if failed { output::BAD } else { output::GOOD };
            let Size { pipelines, entities, mappings } = size;
            let sizes =
                [many(pipelines, "pipeline"), many(entities, "entity"), many(mappings, "mapping")].join(", ");
            let found = format!("{}, {}", many(errors, "error"), many(warnings, "warning"));
            output.step(style, "Checked", &format!("{sizes} in {took}ms: {found}"));
        }
        Format::Json | Format::Ndjson => {
            let diagnostics = workspaces
                .iter()
                .flat_map(|workspace| json::documents(&workspace.project, &workspace.findings));
            output.json(&serde_json::json!({
                "diagnostics": diagnostics.collect::<Vec<_>>(), "errors": errors, "warnings": warnings,
                "pipelines": size.pipelines, "entities": size.entities, "mappings": size.mappings,
                "duration_ms": took, "exit_code": exit.number(),
            }));
        }
        Format::Github | Format::Sarif => {}
    }
    Ok(exit)
}

/// Prints the diagnostics in those formats where they are not part of a larger document.
fn print(workspaces: &[Workspace], output: &Output) {
    match output.format() {
        Format::Text => {
            for workspace in workspaces {
                human::print(output, &workspace.project, &workspace.findings);
            }
            human::print_more(output, workspaces.iter().flat_map(|workspace| &workspace.findings));
        }
        Format::Github => {
            let lines =
                workspaces.iter().flat_map(|one| github::lines(&one.dir, &one.project, &one.findings));
            lines.for_each(|line| output.result(&line));
        }
        Format::Sarif => {
            let checked: Vec<sarif::Checked<'_>> = workspaces
                .iter()
                .map(|one| (one.dir.as_path(), &one.project, one.findings.as_slice()))
                .collect();
            output.json(&sarif::log(&checked));
        }
        Format::Json | Format::Ndjson => {}
    }
}

fn measure(project: &Project, names: &[String], size: &mut Size) {
    size.pipelines += names.len();
    for pipeline in project.pipelines.iter().filter(|pipeline| names.contains(&pipeline.name)) {
        size.entities += pipeline.entities.len();
        for entity in pipeline.entities.values() {
            let maps = std::iter::once(&entity.map).chain(entity.routes.iter().map(|route| &route.map));
            size.mappings += maps.map(mappings).sum::<usize>();
        }
    }
}

/// How many fields are made of rules.
fn mappings(members: &Members) -> usize {
    let of = |node: &Node| match node {
        Node::Object(object) => mappings(object),
        Node::Rules(_) => 1,
        Node::Blocks(blocks) => blocks.iter().map(|block| mappings(&block.map)).sum(),
    };
    members.values().map(|member| of(&member.node)).sum()
}
