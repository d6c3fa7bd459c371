//! Records that are named by their keys in the source: `--id`.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use engine_plan::Blueprint;
use engine_run::{Records, RunReport};
use std::sync::Arc;

/// The records of these keys, of each entity that is covered; all records where no key is named.
pub(crate) fn records(blueprint: &Blueprint, only: &[String], ids: &[String]) -> Option<Arc<Records>> {
    if ids.is_empty() {
        return None;
    }
    let covered = blueprint.entities.iter().filter(|entity| only.is_empty() || only.contains(&entity.name));
    let keys = covered.map(|entity| (entity.name.clone(), ids.to_vec())).collect();
    Some(Arc::new(Records::Now(keys)))
}

/// A misspelt `--id` must not look like a run with nothing to do.
///
/// # Errors
/// `command/unknown-record` when the source has none of the records.
pub(crate) fn check(report: &RunReport, ids: &[String]) -> Result<()> {
    let nothing = report.entities.iter().all(|(_, counts)| counts.read == 0);
    if ids.is_empty() || !nothing || report.error.is_some() {
        return Ok(());
    }
    let message = format!("`{}` has no record with this key", report.pipeline);
    let help = "`--id` takes the key by which the source names its records; `engine explain-record` takes others too";
    Err(CommandError::new(Exit::NotFound, "command/unknown-record", message).help(help))
}
