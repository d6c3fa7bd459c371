//! Which files of a project are pipelines.

use crate::{
    Files,
    diag::{Diagnostic, Diagnostics, code},
};

/// The folder of pipelines; they may also stand beside engine.toml.
const FOLDER: &str = "pipelines";

/// The paths of the pipeline files.
pub(super) fn pipeline_files(files: &dyn Files, out: &mut Diagnostics) -> Vec<String> {
    let mut paths = Vec::new();
    for folder in ["", FOLDER] {
        let names = files.list(folder).unwrap_or_else(|error| {
            let shown = if folder.is_empty() { "the project's folder" } else { FOLDER };
            out.push(Diagnostic::error(code::FILE_UNREADABLE, format!("cannot read {shown}: {error}")));
            Vec::new()
        });
        let pipelines = names.into_iter().filter(|name| is_pipeline(name));
        paths.extend(pipelines.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") }));
    }
    paths.sort();
    paths
}

fn is_pipeline(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".toml") else { return false };
    let is_other = matches!(stem, "" | "engine" | "connections" | "tombi")
        || stem.starts_with('.')
        || stem.starts_with("connections.");
    !is_other
}
