//! `engine state migrate`: to the tables of this engine, or to another database.

use super::{backup, guard, restore};
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    words::many,
    workspace::{StatePlace, Workspace, runtime},
};
use engine_project::State;
use engine_run::state::{
    StateError,
    copy::{LockedCopy, Writer},
    sqlite::SCHEMA_VERSION,
};
use serde_json::json;

/// Brings the state up to date.
pub(super) fn update(workspace: &Workspace, output: &Output) -> Result<Exit> {
    let state = &workspace.state;
    guard::present(state)?;
    let before = state.location.version()?;
    drop(state.open()?);
    let is_older = before < SCHEMA_VERSION;
    let kept = is_older.then(|| state.location.older_copy(before));
    if !output.is_text() {
        output.json(&json!({
            "state": state.to_string(), "from": before, "to": SCHEMA_VERSION, "kept": kept,
        }));
        return Ok(Exit::Done);
    }
    if is_older {
        let told = format!("{state} from schema {before} to {SCHEMA_VERSION}");
        output.step(output::GOOD, "Migrated", &told);
    } else {
        output.step(output::GOOD, "Up to date", &format!("{state} has schema {SCHEMA_VERSION}"));
    }
    if let Some(kept) = kept {
        output.talk(&format!("The state from before, for the engine of then, is in {kept}."));
    }
    Ok(Exit::Done)
}

/// Moves the state to another database, and looks whether everything has arrived.
pub(super) fn shift(workspace: &Workspace, to: &str, output: &Output) -> Result<Exit> {
    let from = &workspace.state;
    guard::present(from)?;
    let target = target(workspace, to)?;
    let store = from.open()?;
    guard::at_rest(workspace, from, &*store)?;
    let there = target.open()?;
    guard::empty(&target, &guard::content(workspace, &*there)?, "move it away, or name another place")?;
    let (file, sent) = backup::before(workspace, from, (&*store, "move"))?;
    let copy = LockedCopy::open(&file)?;
    let at = copy.header().created_at;
    let reader = restore::unlock(from, copy, None)?;
    runtime()?.block_on(there.fill(reader))?;
    drop(there);
    let arrived = runtime()?.block_on(target.open()?.copy(Writer::counting(at)))?;
    if arrived != sent {
        let why = format!("what arrived in `{target}` is not what was sent; `{from}` is as it was");
        return Err(StateError::Corrupt(why).into());
    }
    if !output.is_text() {
        output.json(&json!({
            "from": from.to_string(), "to": target.to_string(), "rows": arrived.total(), "tables": arrived.rows,
            "backup": file,
        }));
        return Ok(Exit::Done);
    }
    let rows = many(usize::try_from(arrived.total()).unwrap_or(usize::MAX), "row");
    output.step(output::GOOD, "Moved", &format!("{rows} from {from} to {target}"));
    output.talk(&format!("A backup from before is in {}.", file.display()));
    output.talk("Now set `[state] url` in engine.toml: until then runs go on with the state that was left.");
    Ok(Exit::Done)
}

fn target(workspace: &Workspace, to: &str) -> Result<StatePlace> {
    let usage = |message: &str| {
        CommandError::new(Exit::Usage, "command/needs-value", message)
            .help("for example `sqlite:.engine/state.db` or `postgres://engine@db.example.com/state`")
    };
    let state = State::parse(to)
        .ok_or_else(|| usage("`--to` names neither a SQLite file nor a PostgreSQL database"))?;
    let target = StatePlace::new(&workspace.dir, &state)?;
    if target.to_string() == workspace.state.to_string() {
        return Err(usage("`--to` names the place where the state is"));
    }
    Ok(target)
}
