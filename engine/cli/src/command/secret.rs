//! `engine secret`: keeps secrets, encrypted in the state.

use crate::{
    args::{Secret, SecretVerb, Which},
    custody::{ProjectVault, variable},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    prompt,
    select::{Selection, current},
    table::columns,
    words::many,
    workspace::{Depth, Workspace, runtime, secret_names},
};
use engine_contract::Cancel;
use engine_project::diag::suggest;
use engine_run::state::{SecretEntry, StateVault};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc};

pub(super) fn run(arguments: &Secret, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        SecretVerb::Set { name, host, which } => set(&load(which, project)?, (name, host), output),
        SecretVerb::Ls { which } => list(&load(which, project)?, output),
        SecretVerb::Rm { name, which } => remove(&load(which, project)?, name, output),
        SecretVerb::Check { which } => check(&load(which, project)?, output),
    }
}

fn load(which: &Which, project: Option<&Path>) -> Result<Workspace> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    Workspace::load_to(Depth::Files, &selection, which, &Cancel::default())
}

fn vault(workspace: &Workspace) -> Result<Arc<dyn StateVault>> {
    ProjectVault::new(&workspace.state, Arc::clone(&workspace.context.clock)).to_write()
}

/// Where a secret may be sent, in words.
fn hosts(entry: &SecretEntry) -> String {
    if entry.hosts.is_empty() { "any".to_owned() } else { entry.hosts.join(" ") }
}

fn set(workspace: &Workspace, (name, host): (&str, &[String]), output: &Output) -> Result<Exit> {
    let value = prompt::secret(&format!("Value of secret `{name}`: "))?;
    if value.is_empty() {
        let message = format!("secret `{name}` has no value");
        return Err(CommandError::new(Exit::Usage, "command/needs-value", message)
            .help("type it when it is asked for, or pipe it in: `pass show shop | engine secret set NAME`"));
    }
    let mut host = host.to_vec();
    host.sort();
    host.dedup();
    runtime()?.block_on(vault(workspace)?.put_secret(name, &value, &host))?;
    let is_covered = workspace.secrets.is_in_environment(name);
    if output.is_text() {
        let bound = if host.is_empty() { String::new() } else { format!(", for {}", host.join(" ")) };
        output.step(output::GOOD, "Kept", &format!("secret `{name}`{bound}"));
        if is_covered {
            output.talk(&format!("{} is set and goes before it", variable(name)));
        }
    } else {
        output.json(&json!({ "name": name, "hosts": host, "overridden_by_environment": is_covered }));
    }
    Ok(Exit::Done)
}

fn list(workspace: &Workspace, output: &Output) -> Result<Exit> {
    let kept = workspace.secrets.kept()?;
    if !output.is_text() {
        let entry = |entry: &SecretEntry| json!({ "name": entry.name, "hosts": entry.hosts, "updated_at": entry.updated_at });
        output.json(&json!({ "secrets": kept.iter().map(entry).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    let row = |entry: &SecretEntry| {
        vec![entry.name.clone(), hosts(entry), entry.updated_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()]
    };
    if !kept.is_empty() {
        let rows: Vec<_> = kept.iter().map(row).collect();
        for line in columns(&["NAME", "HOSTS", "SET"], &rows) {
            output.result(&line);
        }
    }
    output.talk(&format!("{} kept", many(kept.len(), "secret")));
    Ok(Exit::Done)
}

fn remove(workspace: &Workspace, name: &str, output: &Output) -> Result<Exit> {
    let kept = workspace.secrets.kept()?;
    if !kept.iter().any(|entry| entry.name == name) {
        let message = format!("no secret `{name}` is kept");
        let error = CommandError::new(Exit::NotFound, "command/unknown-secret", message);
        return Err(match suggest(name, kept.iter().map(|entry| entry.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`engine secret ls` lists them"),
        });
    }
    runtime()?.block_on(vault(workspace)?.remove_secret(name))?;
    output.step(output::GOOD, "Removed", &format!("secret `{name}`"));
    if !output.is_text() {
        output.json(&json!({ "removed": name }));
    }
    Ok(Exit::Done)
}

/// What is known of a secret that connections name.
struct Needed {
    name: String,
    /// Where it comes from; nothing when it is missing.
    from: Option<&'static str>,
    used_by: Vec<String>,
}

fn check(workspace: &Workspace, output: &Output) -> Result<Exit> {
    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for connection in workspace.project.connections.values() {
        for name in secret_names(&Value::Object(connection.settings.clone())) {
            uses.entry(name.to_owned()).or_default().push(connection.name.clone());
        }
    }
    let mut needed = Vec::new();
    for (name, used_by) in uses {
        let from = workspace.secrets.find(&name)?.map(|found| found.from.as_str());
        needed.push(Needed { name, from, used_by });
    }
    let missing: Vec<&str> =
        needed.iter().filter(|one| one.from.is_none()).map(|one| one.name.as_str()).collect();
    let exit = if missing.is_empty() { Exit::Done } else { Exit::Tests };
    if !output.is_text() {
        let entry = |one: &Needed| json!({ "name": one.name, "from": one.from, "used_by": one.used_by });
        let entries: Vec<_> = needed.iter().map(entry).collect();
        output.json(&json!({ "secrets": entries, "missing": missing.len(), "exit_code": exit.number() }));
        return Ok(exit);
    }
    let row = |one: &Needed| {
        vec![one.name.clone(), one.from.unwrap_or("missing").to_owned(), one.used_by.join(" ")]
    };
    if !needed.is_empty() {
        let rows: Vec<_> = needed.iter().map(row).collect();
        for line in columns(&["NAME", "FROM", "USED BY"], &rows) {
            output.result(&line);
        }
    }
    output.talk(&match missing.first() {
        None => format!("{} named, none missing", many(needed.len(), "secret")),
        Some(first) => format!(
            "{} missing: engine secret set {first}, or set {}",
            many(missing.len(), "secret"),
            variable(first)
        ),
    });
    Ok(exit)
}
