//! A part of a stream: the records that meet what a person asks for. The others count as not read: nothing becomes of them.

use crate::{error::RunError, work::Work};
use engine_contract::{Batch, Value};

/// Filters of streams by name, each with a value. A record must meet all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Narrow(pub Vec<(String, Value)>);

impl Narrow {
    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out of a batch what does not meet it.
    pub(crate) fn cut(&self, work: &Work, stream: &str, batch: &mut Batch) {
        for (name, value) in &self.0 {
            batch.records.retain(|record| work.source.meets(stream, (name, value), &record.record));
        }
    }
}

/// Whether every stream of a run can be narrowed down as asked.
///
/// # Errors
/// Says which stream knows nothing of which filter.
pub(crate) fn check(work: &Work) -> Result<(), RunError> {
    let covers =
        |index: &usize| work.blueprint.entities.get(*index).is_some_and(|entity| work.covers(entity));
    let groups = work.blueprint.groups.iter().filter(|group| group.entities.iter().any(covers));
    for group in groups {
        for (filter, value) in &work.narrow.0 {
            if !work.source.judges(&group.stream, filter, value) {
                let (stream, filter) = (group.stream.clone(), filter.clone());
                return Err(RunError::UnknownFilter { stream, filter });
            }
        }
    }
    Ok(())
}
