//! Which failed records a command is about.

use crate::{
    args::FailureFilter,
    error::{CommandError, Result},
    exit::Exit,
    remedy::service_code,
    words::list,
};
use engine_run::state::{FailedRow, FailedState, RunFilter, StateStore};

/// All that a filter lets through, newest first.
pub(crate) async fn filtered(
    store: &dyn StateStore,
    of: &RunFilter,
    filter: &FailureFilter,
) -> Result<Vec<FailedRow>> {
    // What is not asked of the store is sorted out here: the limit counts what is left.
    let all = RunFilter { pipeline: filter.pipeline.clone(), limit: usize::MAX, ..of.clone() };
    let mut rows = store.failures(&all, filter.run.as_deref()).await?;
    rows.retain(|row| {
        let has_code = |code: &String| row.code == *code || service_code(&row.message) == Some(code);
        filter.entity.as_ref().is_none_or(|entity| row.entity == *entity)
            && filter.code.as_ref().is_none_or(has_code)
    });
    rows.truncate(of.limit);
    Ok(rows)
}

/// The failed records with these IDs, wherever they are.
///
/// # Errors
/// `command/unknown-failure` when there is no failed record with one of them.
pub(crate) async fn named(store: &dyn StateStore, ids: &[String]) -> Result<Vec<FailedRow>> {
    let all = RunFilter { limit: usize::MAX, ..RunFilter::default() };
    let rows = store.failures(&all, None).await?;
    let unknown: Vec<&str> =
        ids.iter().map(String::as_str).filter(|id| !rows.iter().any(|row| row.id == *id)).collect();
    if !unknown.is_empty() {
        let message = format!("there is no failed record {}", list(unknown));
        let help = "`engine failures --list` shows the IDs of those that there are; others are well by now";
        return Err(CommandError::new(Exit::NotFound, "command/unknown-failure", message).help(help));
    }
    Ok(rows.into_iter().filter(|row| ids.contains(&row.id)).collect())
}

/// When the engine looks at a record again.
pub(crate) fn tried_again(row: &FailedRow) -> &'static str {
    match row.state {
        Some(FailedState::Ignored) => "ignored",
        Some(FailedState::Dead) => "dead",
        None if row.broken => "with a full read",
        None if row.retry => "next run",
        None => "after a change",
    }
}

/// Where the source has it, or its key.
pub(crate) fn whereabouts(row: &FailedRow) -> String {
    if row.origin.is_empty() { format!("key {}", row.source_key) } else { row.origin.clone() }
}
