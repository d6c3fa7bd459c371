//! Makes target objects that are not there, where `write.create_table` asks for it.
//!
//! What is made is told before it is made. A crash in between, or another engine that makes the same, changes nothing:
//! an object that is there by now stays as it is.

use crate::{error::RunError, event::Event, failpoint::failpoint, work::Work};
use engine_contract::{ConnectorError, EntitySchema, ErrorKind};
use serde::Serialize;

/// A target object that a run made, or that a dry run would have made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The target object.
    pub object: String,
    /// What made it, in the target's own words.
    pub statements: Vec<String>,
}

/// Makes an object that the target does not have; `missing` says so. In a dry run it is told and not made.
pub(crate) async fn object(
    work: &mut Work,
    object: &str,
    missing: ConnectorError,
) -> Result<EntitySchema, RunError> {
    let Some(wanted) = work.blueprint.tables.get(object).cloned() else {
        return Err(RunError::target(&work.blueprint, missing));
    };
    let statements = work.target.statements(&wanted);
    work.observer.notice(Event::CreatingTable {
        connection: work.blueprint.target.connection.clone(),
        object: object.to_owned(),
        statements: statements.clone(),
        dry_run: work.purpose.is_dry(),
    });
    if !work.purpose.is_dry() {
        let made = work.target.create(&work.context, &wanted).await;
        made.map_err(|error| RunError::target(&work.blueprint, error))?;
    }
    failpoint!("make.made");
    work.made.push(Made { object: object.to_owned(), statements });
    match work.target.schema(&work.context, object).await {
        Err(error) if work.purpose.is_dry() && error.kind() == ErrorKind::NotFound => Ok(wanted),
        other => other.map_err(|error| RunError::target(&work.blueprint, error)),
    }
}

/// The statement that adds a field which an object lacks, where it is known what the field should be.
pub(crate) fn adding(work: &Work, object: &str, field: &str) -> Option<String> {
    work.target.adding(object, work.blueprint.tables.get(object)?.field(field)?)
}
