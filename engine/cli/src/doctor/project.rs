//! The project: its files, its state, its connections.

use super::Check;
use crate::{
    args::Which,
    custody::{Place, master, variable},
    diagnostic::counts,
    error::CommandError,
    git,
    select::{Selection, current},
    words::{list, many},
    workspace::{StatePlace, Workspace, secret_names},
};
use engine_contract::{Cancel, Secrets};
use engine_project::Connection;
use engine_run::state::{StateDatabase, sqlite::SCHEMA_VERSION};
use serde_json::Value;
use std::path::Path;

/// The checks of the project that is meant; one that says so when there is none.
pub(crate) fn project_checks(which: &Which, project: Option<&Path>) -> Vec<Check> {
    let dir = match current(project) {
        Ok(dir) => dir,
        Err(CommandError { message, help, .. }) => {
            return vec![Check::problem("project", message, help.unwrap_or_default())];
        }
    };
    let mut checks = vec![git_state(&dir)];
    let selection = Selection { project: dir, pipelines: Vec::new() };
    let workspace = match Workspace::load(&selection, which, &Cancel::default()) {
        Ok(workspace) => workspace,
        Err(CommandError { message, help, .. }) => {
            checks.push(Check::problem("project", message, help.unwrap_or_default()));
            return checks;
        }
    };
    checks.insert(0, files(&workspace));
    checks.push(state(&workspace));
    checks.extend(workspace.project.connections.values().map(|one| connection(&workspace, one)));
    checks
}

fn files(workspace: &Workspace) -> Check {
    let (errors, warnings) = counts(&workspace.findings);
    let files = many(workspace.project.texts.len(), "file");
    let pipelines = many(workspace.asked.len(), "pipeline");
    let found = format!("{}: {files} read, {pipelines}", workspace.dir.display());
    let fix = "engine validate";
    match (errors, warnings) {
        (0, 0) => Check::fine("project", found),
        (0, warnings) => Check::doubt("project", format!("{found}, {}", many(warnings, "warning")), fix),
        (errors, _) => Check::problem("project", format!("{found}, {}", many(errors, "error")), fix),
    }
}

fn git_state(dir: &Path) -> Check {
    match git::state(dir) {
        Some(state) => Check::fine("git", state),
        None => {
            Check::doubt("git", "not in a repository", "git init: changes of pipelines are worth keeping")
        }
    }
}

fn state(workspace: &Workspace) -> Check {
    let shown = workspace.state.to_string();
    let is_there = match workspace.state.is_there() {
        Ok(is_there) => is_there,
        Err(CommandError { message, help, .. }) => {
            return Check::problem("state", message, help.unwrap_or_default());
        }
    };
    if !is_there {
        let Some(path) = workspace.state.location.file() else {
            return Check::fine("state", format!("{shown} is made by the first run"));
        };
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir());
        let can_write = folder.and_then(|folder| folder.metadata().ok());
        return match can_write {
            Some(metadata) if !metadata.permissions().readonly() => {
                Check::fine("state", format!("{shown} is made by the first run"))
            }
            _ => Check::problem("state", format!("{shown} cannot be made"), "let its folder be written"),
        };
    }
    match workspace.state.read() {
        Ok(store) => state_key(&workspace.state, &*store),
        Err(CommandError { message, help, .. }) => Check::problem("state", message, help.unwrap_or_default()),
    }
}

fn state_key(shown: &StatePlace, store: &dyn StateDatabase) -> Check {
    match master(shown, false).map(|master| master.place) {
        Ok(Place::Nowhere) => Check::problem(
            "state",
            format!("{shown} has lost its key"),
            "put back the key file from your copy",
        ),
        Ok(place) => match store.is_unlocked() {
            Ok(()) => {
                Check::fine("state", format!("{shown}, schema {SCHEMA_VERSION}, key in {}", place.shown()))
            }
            Err(error) => Check::problem("state", error.to_string(), "put back the key that it needs"),
        },
        Err(CommandError { message, help, .. }) => Check::problem("state", message, help.unwrap_or_default()),
    }
}

fn connection(workspace: &Workspace, connection: &Connection) -> Check {
    let name = format!("connection {}", connection.name);
    let place = connection.key_place("");
    let Some(connector) = workspace.registry.get(&connection.connector) else {
        let found = format!("there is no connector `{}`", connection.connector);
        return Check::problem(name, found, format!("mend {place}"));
    };
    let settings = Value::Object(connection.settings.clone());
    if let Err(error) = connector.check(&settings) {
        let found = format!("{}: setting `{}` is refused", connection.connector, error.pointer);
        return Check::problem(name, found, format!("mend {place}; `engine validate` says more"));
    }
    let wanted = secret_names(&settings);
    let missing: Vec<&str> =
        wanted.into_iter().filter(|name| !has(&*workspace.context.secrets, name)).collect();
    if let Some(first) = missing.first() {
        let found = format!("{}: secret {} is not set", connection.connector, list(missing.iter().copied()));
        return Check::doubt(name, found, format!("engine secret set {first}, or set {}", variable(first)));
    }
    Check::fine(name, connection.connector.clone())
}

/// Whether a secret is there; its value is let go at once.
fn has(secrets: &dyn Secrets, name: &str) -> bool {
    secrets.get(name).is_some()
}
