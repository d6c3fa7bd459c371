//! `engine state set` and `engine state reset`: a cursor is put somewhere else by hand.
//!
//! The group's lease is held meanwhile, so that no run moves the cursor at the same time, and a backup is made first.

use super::{backup, look};
use crate::{
    args::Which,
    error::{CommandError, Result},
    exit::Exit,
    moment::Moment,
    output::{self, Output},
    words::many,
    workspace::{Workspace, runtime},
};
use engine_contract::Cursor;
use engine_run::{
    RunError,
    state::{Acquired, CursorRow, KeptCursor, OwnerLocks, Owners, StateDatabase},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// How long a cursor is kept from runs while it is set.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// Which cursors are meant.
pub(super) struct Choice<'a> {
    which: &'a Which,
    pipeline: &'a str,
    group: Option<&'a str>,
}

impl<'a> Choice<'a> {
    pub(super) fn one(which: &'a Which, pipeline: &'a str, group: Option<&'a str>) -> Self {
        Self { which, pipeline, group }
    }

    /// The cursors of runs that are meant: those of backfills come and go by themselves.
    fn find(&self, workspace: &Workspace, store: &dyn StateDatabase) -> Result<Vec<KeptCursor>> {
        let all = look::cursors(workspace, (self.which, Some(self.pipeline)), store)?;
        let is_meant = |cursor: &KeptCursor| {
            cursor.key.shard.is_empty() && self.group.is_none_or(|group| cursor.key.group == group)
        };
        let chosen: Vec<KeptCursor> = all.into_iter().filter(is_meant).collect();
        if chosen.is_empty() {
            let of = self.group.map_or_else(String::new, |group| format!(" of `{group}`"));
            let message = format!("pipeline `{}` has no cursor{of}", self.pipeline);
            return Err(CommandError::new(Exit::NotFound, "state/no-cursor", message)
                .help("`engine state ls` lists them; the first run makes them"));
        }
        let tenants: std::collections::BTreeSet<&str> =
            chosen.iter().map(|cursor| cursor.key.scope.tenant.as_str()).collect();
        if tenants.len() > 1 && self.which.tenant.is_none() {
            let message = format!("{} tenants have such a cursor, and none is named", tenants.len());
            return Err(CommandError::new(Exit::Usage, "command/needs-tenant", message)
                .help("name one with `--tenant NAME`, or all of them with `--tenant all`"));
        }
        Ok(chosen)
    }
}

pub(super) fn set(
    workspace: &Workspace,
    choice: &Choice<'_>,
    value: &Moment,
    output: &Output,
) -> Result<Exit> {
    let store = workspace.state.open()?;
    let now = workspace.context.clock.now();
    let mut changed = Vec::new();
    for kept in choice.find(workspace, &*store)? {
        let value = value.cursor(&look::zone(workspace, &kept.key.scope.tenant), now);
        let counts = |cursor: &Cursor| matches!(cursor, Cursor::Number(_));
        let fits = kept.row.value.as_ref().is_some_and(|before| counts(before) == counts(&value));
        if !fits {
            let message = format!("the cursor of `{}` is of another kind than `{value}`", kept.key.group);
            return Err(CommandError::new(Exit::Usage, "state/other-cursor", message)
                .help(format!("it is at {}", look::place(&kept.row))));
        }
        let row =
            CursorRow { value: Some(value), read_hash: kept.row.read_hash.clone(), ..CursorRow::default() };
        changed.push((kept, Some(row)));
    }
    put(workspace, &*store, ("set", changed), output)
}

pub(super) fn reset(workspace: &Workspace, choice: &Choice<'_>, output: &Output) -> Result<Exit> {
    let store = workspace.state.open()?;
    let chosen = choice.find(workspace, &*store)?;
    put(workspace, &*store, ("reset", chosen.into_iter().map(|kept| (kept, None)).collect()), output)
}

/// Puts cursors, each while its group's lease is held.
pub(super) fn put(
    workspace: &Workspace,
    store: &dyn StateDatabase,
    (why, changed): (&str, Vec<(KeptCursor, Option<CursorRow>)>),
    output: &Output,
) -> Result<Exit> {
    let (file, _) = backup::before(workspace, &workspace.state, (store, why))?;
    let owner = format!("engine-{}", workspace.context.random_id());
    let locks = workspace.hold_owner_lock(&owner)?;
    let mut told = Vec::new();
    for (kept, row) in changed {
        let now = workspace.context.clock.now();
        let until = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
        let lease = runtime()?.block_on(take(store, (&kept, &owner, &locks), (now, until)))?;
        let put = runtime()?.block_on(store.put_cursor(&lease, row.clone(), now));
        runtime()?.block_on(store.release(&lease))?;
        put?;
        let place = row.as_ref().map_or_else(|| "the beginning".to_owned(), look::place);
        let group = format!("{}/{}", kept.key.scope.pipeline, kept.key.group);
        if output.is_text() {
            output.step(output::GOOD, "Set", &format!("{group} from {} to {place}", look::place(&kept.row)));
        }
        told.push(json!({
            "tenant": kept.key.scope.tenant, "pipeline": kept.key.scope.pipeline, "group": kept.key.group,
            "from": kept.row.value.map(|value| value.to_string()),
            "to": row.and_then(|row| row.value).map(|value| value.to_string()),
        }));
    }
    if output.is_text() {
        let count = many(told.len(), "cursor");
        output
            .talk(&format!("The state from before, with {count} where they were, is in {}.", file.display()));
    } else {
        output.json(&json!({ "cursors": told, "backup": file }));
    }
    Ok(Exit::Done)
}

async fn take(
    store: &dyn StateDatabase,
    (kept, owner, locks): (&KeptCursor, &str, &OwnerLocks),
    (now, until): (Timestamp, Timestamp),
) -> Result<engine_run::state::Lease> {
    let busy = |until| RunError::Busy {
        pipeline: kept.key.scope.pipeline.clone(),
        group: kept.key.group.clone(),
        until,
    };
    match store.acquire(&kept.key, owner, now, until, None).await? {
        Acquired::Yes(lease) => Ok(lease),
        Acquired::Busy { owner: holder, until: end } if locks.is_gone(&holder) => {
            match store.acquire(&kept.key, owner, now, until, Some(&holder)).await? {
                Acquired::Yes(lease) => Ok(lease),
                Acquired::Busy { .. } => Err(busy(end).into()),
            }
        }
        Acquired::Busy { until, .. } => Err(busy(until).into()),
    }
}
