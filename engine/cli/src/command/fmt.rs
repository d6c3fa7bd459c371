//! `engine fmt`: writes the TOML files of a project in their one form.

use crate::{
    args::Fmt,
    diagnostic::{Finding, human},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    select::{Selection, Wanted, select},
    words::many,
    workspace::{Depth, Workspace},
};
use engine_contract::Cancel;
use engine_project::{FileText, Project, connector::CONNECTORS, fmt::format_file};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// What was done, by path.
#[derive(Default)]
struct Done {
    changed: Vec<String>,
    broken: Vec<String>,
    files: usize,
}

pub(super) fn run(arguments: &Fmt, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let mut done = Done::default();
    for selection in select(&arguments.paths, project)? {
        let depth = Depth::Files;
        let workspace = Workspace::load_to(depth, &selection, &arguments.which, &Cancel::default())?;
        for text in wanted(&workspace.project, &selection) {
            one(&workspace, text, arguments.check, &mut done, output)?;
        }
    }
    Ok(finish(&done, arguments.check, output))
}

/// The files that were asked for: all TOML files of the project, or its pipelines of these names.
fn wanted<'a>(project: &'a Project, selection: &Selection) -> Vec<&'a Arc<FileText>> {
    let is_wanted = |file: &str| {
        selection.pipelines.is_empty()
            || selection.pipelines.iter().any(|wanted| match wanted {
                Wanted::File(path) => path == file,
                Wanted::Name(name) => project.pipeline(name).is_some_and(|pipeline| pipeline.file == file),
            })
    };
    // connector.toml is a page that a person arranges.
    let is_connector = |file: &str| file.split('/').next() == Some(CONNECTORS);
    let is_toml = |file: &str| {
        Path::new(file).extension().is_some_and(|extension| extension == "toml") && !is_connector(file)
    };
    project.texts.iter().filter(|(file, _)| is_toml(file) && is_wanted(file)).map(|(_, text)| text).collect()
}

fn one(
    workspace: &Workspace,
    text: &Arc<FileText>,
    is_check: bool,
    done: &mut Done,
    output: &Output,
) -> Result<()> {
    done.files += 1;
    let path: PathBuf = workspace.dir.join(text.file());
    match format_file(text) {
        Err(mistakes) => {
            let findings: Vec<Finding> = mistakes.into_iter().map(Finding::from).collect();
            if output.is_text() {
                human::print(output, &workspace.project, &findings);
            }
            done.broken.push(text.file().to_owned());
        }
        Ok(formatted) if formatted == text.text() => {}
        Ok(formatted) => {
            if !is_check {
                std::fs::write(&path, formatted).map_err(|error| {
                    let message = format!("`{}` cannot be written: {error}", path.display());
                    CommandError::new(Exit::Failed, "command/not-writable", message)
                })?;
            }
            done.changed.push(text.file().to_owned());
        }
    }
    Ok(())
}

fn finish(done: &Done, is_check: bool, output: &Output) -> Exit {
    let exit = if !done.broken.is_empty() {
        Exit::Invalid
    } else if is_check && !done.changed.is_empty() {
        Exit::Failed
    } else {
        Exit::Done
    };
    if !output.is_text() {
        let key = if is_check { "to_format" } else { "formatted" };
        let document = serde_json::json!({
            key: done.changed, "broken": done.broken, "files": done.files, "exit_code": exit.number(),
        });
        output.json(&document);
        return exit;
    }
    let (style, verb) = if is_check { (output::WARN, "To format") } else { (output::GOOD, "Formatted") };
    done.changed.iter().for_each(|file| output.step(style, verb, file));
    let same = done.files - done.changed.len() - done.broken.len();
    output.step(output::GOOD, "Unchanged", &many(same, "file"));
    exit
}
