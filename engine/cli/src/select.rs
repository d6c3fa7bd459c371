//! What the arguments mean: projects, and pipelines in them.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use std::path::{Path, PathBuf};

/// Pipelines of one project that a command was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The project's folder.
    pub(crate) project: PathBuf,
    /// What of it; all pipelines when empty.
    pub(crate) pipelines: Vec<Wanted>,
}

/// One pipeline, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// By its name.
    Name(String),
    /// By its file, relative to the project.
    File(String),
}

/// Resolves names, files and folders to projects, in the order of their first mention.
pub(crate) fn select(arguments: &[String], project: Option<&Path>) -> Result<Vec<Selection>> {
    if arguments.is_empty() {
        return Ok(vec![Selection { project: current(project)?, pipelines: Vec::new() }]);
    }
    let mut selections: Vec<(Selection, bool)> = Vec::new();
    for argument in arguments {
        let path = Path::new(argument);
        let (project, wanted) = if path.is_dir() {
            (path.to_owned(), None)
        } else if path.is_file() {
            let (project, file) = owner(path);
            (project, Some(Wanted::File(file)))
        } else if argument.contains('/') || has_toml_extension(path) {
            let message = format!("there is no file or folder `{argument}`");
            return Err(CommandError::new(Exit::NotFound, "file/not-found", message));
        } else {
            let project = current(project).map_err(|mut error| {
                error.message = format!("`{argument}` is no file or folder, and {}", error.message);
                error
            });
            (project?, Some(Wanted::Name(argument.clone())))
        };
        let known = selections.iter_mut().find(|(selection, _)| selection.project == project);
        if let Some((selection, whole)) = known {
            *whole |= wanted.is_none();
            selection.pipelines.extend(wanted);
        } else {
            let whole = wanted.is_none();
            selections.push((Selection { project, pipelines: wanted.into_iter().collect() }, whole));
        }
    }
    let whole = |(mut selection, whole): (Selection, bool)| {
        if whole {
            selection.pipelines.clear();
        }
        selection
    };
    Ok(selections.into_iter().map(whole).collect())
}

fn has_toml_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// The project that is meant when none is named: the nearest folder upwards with an engine.toml.
pub(crate) fn current(project: Option<&Path>) -> Result<PathBuf> {
    if let Some(project) = project {
        return if project.is_dir() {
            Ok(project.to_owned())
        } else {
            let message = format!("there is no folder `{}`", project.display());
            Err(CommandError::new(Exit::NotFound, "file/not-found", message))
        };
    }
    let here = std::env::current_dir()
        .map_err(|error| CommandError::new(Exit::Failed, "file/unreadable", error.to_string()))?;
    let found = here.ancestors().find(|folder| folder.join("engine.toml").is_file());
    found.map(Path::to_owned).ok_or_else(|| {
        CommandError::new(
            Exit::NotFound,
            "project/not-found",
            "no folder from here upwards has an engine.toml",
        )
        .help("name a project's folder, or make one with `engine init`")
    })
}

/// The project that a pipeline file belongs to: its folder, or the one above when that is `pipelines`.
fn owner(file: &Path) -> (PathBuf, String) {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let is_pipelines = std::path::absolute(folder)
        .ok()
        .and_then(|folder| folder.file_name().map(|name| name == "pipelines"))
        .unwrap_or_default();
    if folder.join("engine.toml").is_file() || !is_pipelines {
        return (folder.to_owned(), name);
    }
    (folder.join(".."), format!("pipelines/{name}"))
}
