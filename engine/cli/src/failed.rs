//! Which failed records a command is about.

use crate::{
    args::FailureFilter,
    error::{CommandError, Result},
    exit::Exit,
    remedy::service_code,
    words::list,
};
use engine_project::diag::suggest;
use engine_run::state::{FailedRow, FailedState, RunFilter, StateStore};

/// What a condition may name.
const NAMES: [&str; 5] = ["pipeline", "entity", "code", "run", "key"];

/// Something that must be true of a failed record: `--filter entity=order`.
struct Condition<'a> {
    name: &'static str,
    value: &'a str,
}

impl<'a> Condition<'a> {
    fn parse(text: &'a str) -> Result<Self> {
        let (given, value) = text.split_once('=').unwrap_or((text, ""));
        if let Some(name) = NAMES.into_iter().find(|name| *name == given)
            && !value.is_empty()
        {
            return Ok(Self { name, value });
        }
        let known = format!("a failed record has {}: `--filter entity=order`", list(NAMES));
        let (message, help) = match suggest(given, NAMES) {
            _ if NAMES.contains(&given) => (format!("`--filter {given}` does not say which"), known),
            Some(near) => {
                (format!("failed records are not told apart by `{given}`"), format!("did you mean `{near}`?"))
            }
            None => (format!("failed records are not told apart by `{given}`"), known),
        };
        Err(CommandError::new(Exit::Usage, "command/unknown-filter", message).help(help))
    }

    fn holds(&self, row: &FailedRow) -> bool {
        match self.name {
            "pipeline" => row.pipeline == self.value,
            "entity" => row.entity == self.value,
            "code" => row.code == self.value || service_code(&row.message) == Some(self.value),
            "run" => row.run == self.value,
            _ => row.key.record.key == self.value || row.key.source_key == self.value,
        }
    }
}

/// All that a filter lets through, newest first.
///
/// # Errors
/// `command/unknown-filter` when a condition names something else than failed records have.
pub(crate) async fn filtered(
    store: &dyn StateStore,
    of: &RunFilter,
    filter: &FailureFilter,
) -> Result<Vec<FailedRow>> {
    let conditions: Vec<Condition<'_>> =
        filter.conditions.iter().map(|text| Condition::parse(text)).collect::<Result<_>>()?;
    // What is not asked of the store is sorted out here: the limit counts what is left.
    let all = RunFilter { pipeline: filter.pipeline.clone(), limit: usize::MAX, ..of.clone() };
    let mut rows = store.failures(&all, filter.run.as_deref()).await?;
    rows.retain(|row| {
        let has_code = |code: &String| row.code == *code || service_code(&row.message) == Some(code);
        filter.entity.as_ref().is_none_or(|entity| row.entity == *entity)
            && filter.code.as_ref().is_none_or(has_code)
            && conditions.iter().all(|condition| condition.holds(row))
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
