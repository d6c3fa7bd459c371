//! What git knows of a project: through its own program.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use engine_project::{FileError, Files, MAX_FILE_BYTES};
use std::{
    collections::BTreeSet,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The files of a project at a revision.
pub(crate) struct Revision {
    project: PathBuf,
    /// The commit, so that a branch that moves meanwhile changes nothing.
    commit: String,
    paths: BTreeSet<String>,
}

impl Revision {
    /// Looks up a revision: a branch, a tag, a commit, `HEAD~2`.
    pub(crate) fn open(project: &Path, revision: &str) -> Result<Self> {
        let failed = |message: String| CommandError::new(Exit::Failed, "command/git", message);
        if !run(project, &["rev-parse", "--is-inside-work-tree"])?.status.success() {
            let message = format!("`{}` is not in a git repository", project.display());
            return Err(failed(message).help("only what git has kept can be compared with"));
        }
        // A name that begins with a dash would be an option.
        let wanted = format!("{revision}^{{commit}}");
        let found = run(project, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        if !found.status.success() {
            let message = format!("git knows no revision `{revision}`");
            return Err(CommandError::new(Exit::NotFound, "command/git", message));
        }
        let commit = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        let listed = run(project, &["ls-tree", "-r", "-z", "--name-only", &commit, "."])?;
        if !listed.status.success() {
            return Err(failed(said(&listed)));
        }
        let names = String::from_utf8_lossy(&listed.stdout);
        let paths = names.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
        Ok(Self { project: project.to_owned(), commit, paths })
    }

    /// The names of what stands in a folder, before the next `/` where `is_folder`.
    fn names(&self, folder: &str, is_folder: bool) -> Vec<String> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.paths.iter().filter_map(|path| path.strip_prefix(&prefix));
        let names: BTreeSet<&str> = below
            .filter_map(|path| match path.split_once('/') {
                Some((name, _)) => is_folder.then_some(name),
                None => (!is_folder).then_some(path),
            })
            .collect();
        names.into_iter().map(str::to_owned).collect()
    }
}

impl Files for Revision {
    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        if !self.paths.contains(path) {
            return Ok(None);
        }
        let shown = run(&self.project, &["show", &format!("{}:./{path}", self.commit)])
            .map_err(|error| FileError(error.message))?;
        if !shown.status.success() {
            return Err(FileError(said(&shown)));
        }
        let mut bytes = shown.stdout;
        bytes.truncate(MAX_FILE_BYTES + 1);
        String::from_utf8(bytes).map(Some).map_err(|_| FileError("it is not UTF-8".to_owned()))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        Ok(self.names(folder, false))
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError> {
        Ok(self.names(folder, true))
    }
}

/// How a project stands in git: branch, commit, and how many files have changed. Nothing outside of one.
pub(crate) fn state(project: &Path) -> Option<String> {
    let text = |arguments: &[&str]| {
        let output = run(project, arguments).ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let branch = text(&["rev-parse", "--abbrev-ref", "HEAD"])?;
    let commit = text(&["rev-parse", "--short", "HEAD"])?;
    let count = text(&["status", "--porcelain", "--", "."])?.lines().count();
    let changes = match count {
        0 => "clean".to_owned(),
        1 => "1 changed file".to_owned(),
        many => format!("{many} changed files"),
    };
    Some(format!("{branch}@{commit}, {changes}"))
}

fn run(project: &Path, arguments: &[&str]) -> Result<Output> {
    let output = Command::new("git").arg("-C").arg(project).args(arguments).output();
    output.map_err(|error| {
        let why = if error.kind() == ErrorKind::NotFound {
            "it is not installed".to_owned()
        } else {
            error.to_string()
        };
        CommandError::new(Exit::Failed, "command/git", format!("git cannot be used: {why}"))
    })
}

/// What git said was wrong, in one line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().next().unwrap_or("git failed without a word").trim_start_matches("fatal: ").to_owned()
}
