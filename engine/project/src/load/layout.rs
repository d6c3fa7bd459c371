//! Which files of a project are pipelines, tenants and environments.

use crate::{
    FileError, Files,
    diag::{Diagnostic, Diagnostics, code},
};

/// The folder of pipelines; they may also stand beside engine.toml.
const PIPELINES: &str = "pipelines";
/// The folder of tenants.
const TENANTS: &str = "tenants";
/// Folders of files that pipelines name.
const BESIDE: [&str; 4] = ["lib", "lookups", "samples", "data"];

/// A pipeline: one file, or the files of a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// The path of the file or folder.
    pub(super) path: String,
    pub(super) files: Vec<String>,
}

/// The pipelines of a project.
pub(super) fn pipelines(files: &dyn Files, out: &mut Diagnostics) -> Vec<Parts> {
    let mut found = Vec::new();
    for folder in ["", PIPELINES] {
        let paths = toml_files(files, folder, out);
        found.extend(paths.into_iter().map(|path| Parts { files: vec![path.clone()], path }));
    }
    let folders = or_nothing(files.folders(PIPELINES), PIPELINES, out);
    for name in folders.iter().filter(|name| !name.starts_with('.') && !BESIDE.contains(&name.as_str())) {
        let path = format!("{PIPELINES}/{name}");
        let files = toml_files(files, &path, out);
        if !files.is_empty() {
            found.push(Parts { path, files });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The paths of the tenants' files.
pub(super) fn tenants(files: &dyn Files, out: &mut Diagnostics) -> Vec<String> {
    toml_files(files, TENANTS, out)
}

/// The names of the environments that have a connections file.
pub(super) fn environments(files: &dyn Files) -> Vec<String> {
    let names = files.list("").unwrap_or_default();
    let name = |file: &String| file.strip_prefix("connections.")?.strip_suffix(".toml").map(str::to_owned);
    names.iter().filter_map(name).filter(|name| !name.is_empty()).collect()
}

fn toml_files(files: &dyn Files, folder: &str, out: &mut Diagnostics) -> Vec<String> {
    let names = or_nothing(files.list(folder), folder, out);
    let mut names: Vec<String> = names.into_iter().filter(|name| is_part(name)).collect();
    names.sort();
    names.into_iter().map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") }).collect()
}

fn or_nothing(names: Result<Vec<String>, FileError>, folder: &str, out: &mut Diagnostics) -> Vec<String> {
    names.unwrap_or_else(|error| {
        let shown = if folder.is_empty() { "the project's folder" } else { folder };
        out.push(Diagnostic::error(code::FILE_UNREADABLE, format!("cannot read {shown}: {error}")));
        Vec::new()
    })
}

fn is_part(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".toml") else { return false };
    let is_other = matches!(stem, "" | "engine" | "connections" | "tombi")
        || stem.starts_with('.')
        || stem.starts_with("connections.");
    !is_other
}
