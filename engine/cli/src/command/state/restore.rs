//! `engine state restore`: what a backup holds, in the place of the state.

use super::{backup, guard, passphrase};
use crate::{
    custody::key_called,
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    surroundings::SystemRng,
    words::many,
    workspace::{StatePlace, Workspace, runtime},
};
use engine_contract::Rng;
use engine_run::state::copy::{Lock, LockedCopy, Reader, Wrap};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) file: &'a Path,
    pub(super) passphrase_file: Option<&'a Path>,
    /// Replace a state that is not empty.
    pub(super) force: bool,
}

pub(super) fn run(workspace: &Workspace, asked: &Asked<'_>, output: &Output) -> Result<Exit> {
    let state = &workspace.state;
    let copy = LockedCopy::open(asked.file)?;
    let taken_at = copy.header().created_at;
    let reader = unlock(state, copy, asked.passphrase_file)?;
    let kept = if state.is_there()? { make_room(workspace, state, asked.force)? } else { None };
    let store = state.open()?;
    let reader = reader.restored_at(workspace.context.clock.now());
    let content = runtime()?.block_on(store.fill(reader))?;
    if !output.is_text() {
        output.json(&json!({
            "state": state.to_string(), "file": asked.file, "rows": content.total(), "tables": content.rows,
            "created_at": taken_at, "kept": kept,
        }));
        return Ok(Exit::Done);
    }
    let rows = many(usize::try_from(content.total()).unwrap_or(usize::MAX), "row");
    let moment = taken_at.strftime("%Y-%m-%d %H:%M:%SZ");
    output.step(output::GOOD, "Restored", &format!("{rows} of {moment} into {state}"));
    if let Some(kept) = kept {
        output.talk(&format!("What was there before is in {}.", kept.display()));
    }
    output.talk(
        "The next run of each pipeline reads its source whole and puts it beside the target: what was written since the \
         backup is found there, and not written a second time. `engine plan` shows what it would change.",
    );
    Ok(Exit::Done)
}

/// Opens a backup with its passphrase, or with the master key that it names.
pub(super) fn unlock(state: &StatePlace, copy: LockedCopy, passphrase_file: Option<&Path>) -> Result<Reader> {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    match copy.header().wrap.clone() {
        Wrap::Passphrase { .. } => {
            let text = passphrase::read(passphrase_file, "Passphrase of the backup: ")?;
            copy.unlock(&Lock::Passphrase(&text), &rng)?.ok_or_else(|| {
                let message = "this is not the passphrase of the backup";
                CommandError::new(Exit::Failed, "state/wrong-passphrase", message)
                    .help("no other way leads into it: type the one that it was made with")
            })
        }
        Wrap::Master { name } => {
            let key = key_called(state, &name)?.map(Lock::Master);
            let reader = key.map(|key| copy.unlock(&key, &rng)).transpose()?.flatten();
            reader.ok_or_else(|| {
                let message = format!("the backup opens with the master key `{name}`, which is not here");
                CommandError::new(Exit::Failed, "state/other-key", message).help(
                    "put the key of then into ENGINE_MASTER_KEY, or its copy into the place of the state's .key file",
                )
            })
        }
    }
}

/// Sees that nobody works on the state that is there, and keeps what it holds; gives the file.
fn make_room(workspace: &Workspace, state: &StatePlace, force: bool) -> Result<Option<PathBuf>> {
    let store = state.open()?;
    guard::at_rest(workspace, state, &*store)?;
    let content = guard::content(workspace, &*store)?;
    if content.is_empty() {
        return Ok(None);
    }
    if !force {
        guard::empty(state, &content, "`--force` replaces it; a backup of what it holds is made first")?;
    }
    backup::before(workspace, state, (&*store, "restore")).map(|(file, _)| Some(file))
}
