//! What must hold before a state is replaced or moved.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
    workspace::{StatePlace, Workspace, runtime},
};
use engine_run::state::{
    OwnerLocks, Owners, StateDatabase,
    copy::{Content, Writer},
};

/// A state that must be there.
pub(super) fn present(state: &StatePlace) -> Result<()> {
    if state.is_there()? {
        return Ok(());
    }
    let message = format!("there is no state `{state}`");
    Err(CommandError::new(Exit::NotFound, "file/not-found", message)
        .help("the first `engine run` or `engine secret set` makes it"))
}

/// No engine may work on a state that is taken from under it.
pub(super) fn at_rest(workspace: &Workspace, state: &StatePlace, store: &dyn StateDatabase) -> Result<()> {
    let owners = OwnerLocks::watch(&state.owners());
    let holders = runtime()?.block_on(store.holders(workspace.context.clock.now()))?;
    let Some((owner, until)) = holders.into_iter().find(|(owner, _)| !owners.is_gone(owner)) else {
        return Ok(());
    };
    let message = format!("{owner} works on `{state}` (its lease ends at {until})");
    Err(CommandError::new(Exit::Busy, "state/in-use", message)
        .help("wait for its end or stop it; `engine status` shows it"))
}

/// A state that is replaced must be empty.
pub(super) fn empty(state: &StatePlace, content: &Content, help: &str) -> Result<()> {
    if content.is_empty() {
        return Ok(());
    }
    let message = format!("`{state}` is not empty: it holds {} rows", content.total());
    Err(CommandError::new(Exit::Usage, "state/not-empty", message).help(help))
}

/// What a state holds.
pub(super) fn content(workspace: &Workspace, store: &dyn StateDatabase) -> Result<Content> {
    Ok(runtime()?.block_on(store.copy(Writer::counting(workspace.context.clock.now())))?)
}
