//! `engine state backup`: everything in one sealed file.

use super::{guard, passphrase};
use crate::{
    args::Passphrase,
    custody::master,
    error::Result,
    exit::Exit,
    output::{self, Output},
    surroundings::SystemRng,
    words::many,
    workspace::{StatePlace, Workspace, runtime},
};
use engine_contract::Rng;
use engine_run::state::{
    StateDatabase,
    copy::{Content, Lock, Writer},
    sqlite::SCHEMA_VERSION,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub(super) fn run(
    workspace: &Workspace,
    (file, passphrase): (&Path, &Passphrase),
    output: &Output,
) -> Result<Exit> {
    let state = &workspace.state;
    guard::present(state)?;
    let text = match (&passphrase.passphrase_file, passphrase.passphrase) {
        (None, false) => None,
        (path, _) => Some(passphrase::read(path.as_deref(), "Passphrase of the backup: ")?),
    };
    // To write: a state of an older engine is brought up to date first.
    let store = state.open()?;
    let found = master(state, false)?;
    let lock = text.as_deref().map_or_else(|| Lock::Master(found.sealer()), |text| Lock::Passphrase(text));
    let content = write(workspace, &*store, (file, &lock))?;
    let key = text.is_none().then(|| found.sealer().id().to_owned());
    if !output.is_text() {
        output.json(&json!({
            "state": state.to_string(), "file": file, "rows": content.total(), "tables": content.rows,
            "schema": SCHEMA_VERSION, "opens_with": if key.is_some() { "master_key" } else { "passphrase" },
            "key": key,
        }));
        return Ok(Exit::Done);
    }
    let rows = many(usize::try_from(content.total()).unwrap_or(usize::MAX), "row");
    output.step(output::GOOD, "Backed up", &format!("{rows} of {state} to {}", file.display()));
    output.talk(&match key {
        Some(_) => format!(
            "It opens with the master key in {}: keep a copy of that somewhere else.",
            found.place.shown()
        ),
        None => "It opens with the passphrase, and with nothing else.".to_owned(),
    });
    Ok(Exit::Done)
}

/// Writes a backup.
pub(super) fn write(
    workspace: &Workspace,
    store: &dyn StateDatabase,
    (file, lock): (&Path, &Lock),
) -> Result<Content> {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let writer = Writer::create(file, workspace.context.clock.now(), lock, &rng)?;
    Ok(runtime()?.block_on(store.copy(writer))?)
}

/// Writes a backup beside the state before it is replaced or moved: `why` is a part of its name.
pub(super) fn before(
    workspace: &Workspace,
    state: &StatePlace,
    (store, why): (&dyn StateDatabase, &str),
) -> Result<(PathBuf, Content)> {
    let now = workspace.context.clock.now().strftime("%Y%m%dT%H%M%SZ");
    let file = state.beside(&format!("before-{why}-{now}.backup"));
    let content = write(workspace, store, (&file, &Lock::Master(master(state, false)?.sealer())))?;
    Ok((file, content))
}
