//! `engine state export` and `engine state import`: cursors as a file.

use super::{cursor, look};
use crate::{
    args::Which,
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    workspace::Workspace,
};
use engine_contract::Cursor;
use engine_run::{
    GroupKey, Scope, Side,
    state::{CursorRow, KeptCursor},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The version of the file's layout.
const FORMAT: u32 = 1;

/// Cursors of a state. There is nothing of any record in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    cursors: Vec<Line>,
}

/// A cursor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    tenant: String,
    environment: String,
    pipeline: String,
    group: String,
    cursor: Option<Cursor>,
    /// What was read: a state that reads something else by now begins anew.
    read: String,
}

pub(super) fn export(workspace: &Workspace, asked: (&Which, Option<&str>), output: &Output) -> Result<Exit> {
    let store = workspace.state.read()?;
    let all = look::cursors(workspace, asked, &*store)?;
    let of_runs = all.into_iter().filter(|cursor| cursor.key.shard.is_empty());
    let cursors: Vec<Line> = of_runs
        .map(|KeptCursor { key, row, .. }| Line {
            tenant: key.scope.tenant,
            environment: key.scope.environment,
            pipeline: key.scope.pipeline,
            group: key.group,
            cursor: row.value,
            read: row.read_hash,
        })
        .collect();
    output.result(&serde_json::to_string_pretty(&File { format: FORMAT, cursors }).unwrap_or_default());
    Ok(Exit::Done)
}

pub(super) fn import(workspace: &Workspace, (which, path): (&Which, &Path), output: &Output) -> Result<Exit> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        CommandError::new(Exit::NotFound, "file/not-found", message)
    })?;
    let stranger = |why: String| {
        let message = format!("`{}` is no file of `engine state export`: {why}", path.display());
        CommandError::new(Exit::Invalid, "state/no-export", message)
    };
    let file: File = serde_json::from_str(&text).map_err(|error| stranger(error.to_string()))?;
    if file.format != FORMAT {
        return Err(stranger(format!("it has format {}, and this engine knows {FORMAT}", file.format)));
    }
    let store = workspace.state.open()?;
    let there = look::cursors(workspace, (which, None), &*store)?;
    let filter = workspace.filter(which, None, usize::MAX);
    let meant = file.cursors.into_iter().filter(|line| {
        filter.tenant.as_ref().is_none_or(|tenant| *tenant == line.tenant)
            && filter.environment.as_ref().is_none_or(|environment| *environment == line.environment)
    });
    let changed = meant.map(|line| {
        let scope = Scope {
            tenant: line.tenant,
            environment: line.environment,
            pipeline: line.pipeline,
            side: Side::Source,
        };
        let key = GroupKey { scope, group: line.group, shard: String::new() };
        let before = there.iter().find(|kept| kept.key == key).cloned();
        let kept = before.unwrap_or_else(|| KeptCursor {
            key,
            row: CursorRow::default(),
            updated_at: Timestamp::UNIX_EPOCH,
        });
        (kept, Some(CursorRow { value: line.cursor, read_hash: line.read, ..CursorRow::default() }))
    });
    let changed: Vec<_> = changed.collect();
    if changed.is_empty() {
        let message = format!("`{}` has no cursor of this environment", path.display());
        return Err(CommandError::new(Exit::NotFound, "state/no-cursor", message)
            .help("`--env NAME` chooses another one"));
    }
    cursor::put(workspace, &*store, ("import", changed), output)
}
