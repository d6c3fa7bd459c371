//! Turns source records into what the target should hold, and folds those with equal keys.

use super::Fault;
use crate::state::Known;
use engine_contract::{Cursor, SourceRecord};
use engine_plan::{Entity, EntityProgram, Item, Mapped};
use indexmap::IndexMap;

/// An item on its way, with what the store knows of it.
pub(crate) struct Candidate {
    pub(crate) item: Item,
    pub(crate) known: Known,
    /// Orders the versions of an item that several source records feed; `None` where one record feeds one.
    pub(crate) version: Option<String>,
    pub(crate) stage: Stage,
}

/// What became of an item in this stage.
pub(crate) enum Stage {
    Mapped(Mapped),
    /// The pipeline does not admit it.
    Filtered,
    /// A newer source record made the link already.
    Older,
    Failed(Fault),
}

/// The items of a batch by key. Of several with one key the newest stays: by cursor, then by source key, so
/// that the choice does not depend on how records fall into batches.
pub(crate) fn items(
    program: &EntityProgram,
    entity: &Entity,
    records: &[SourceRecord],
) -> Vec<(Item, Option<String>)> {
    let folds = !entity.key.is_empty() && entity.each.is_none();
    let mut items: IndexMap<String, (Item, Option<String>)> = IndexMap::with_capacity(records.len());
    for record in records {
        for item in program.items(record) {
            let version = folds.then(|| version(record));
            match items.entry(item.key.clone()) {
                indexmap::map::Entry::Occupied(mut held) => {
                    if held.get().1 <= version {
                        held.insert((item, version));
                    }
                }
                indexmap::map::Entry::Vacant(free) => {
                    free.insert((item, version));
                }
            }
        }
    }
    items.into_values().collect()
}

/// Text whose order is that of (cursor, source key).
fn version(record: &SourceRecord) -> String {
    let moment = match record.modified {
        None => 0,
        Some(Cursor::Instant(instant)) => instant.as_nanosecond(),
        Some(Cursor::Number(number)) => i128::from(number),
    };
    // Moved up by 2^100 so that negative moments sort first; 32 digits hold it.
    format!("{:032}/{}", moment.saturating_add(1 << 100), record.key)
}

/// Maps one item.
pub(crate) fn map(
    program: &EntityProgram,
    (item, version): (Item, Option<String>),
    known: Known,
) -> Candidate {
    let live = known.link.as_ref().filter(|link| link.target_id.is_some());
    let newer_linked = live.is_some_and(|link| link.source_revision > version && version.is_some());
    let stage = match &item.admitted {
        Err(error) => Stage::Failed(error.clone().into()),
        Ok(false) => Stage::Filtered,
        Ok(true) if newer_linked => Stage::Older,
        Ok(true) => match program.map(&item, live.and_then(|link| link.route.as_deref())) {
            Ok(mapped) => Stage::Mapped(mapped),
            Err(error) => Stage::Failed(error.into()),
        },
    };
    Candidate { item, known, version, stage }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_contract::Record;
    use proptest::prelude::*;

    fn record(key: String, modified: Option<Cursor>) -> SourceRecord {
        SourceRecord { key, modified, record: Record::from_value(&1.into()), origin: String::new() }
    }

    proptest! {
        #[test]
        fn version_text_sorts_like_cursor_and_key(a in any::<i64>(), b in any::<i64>(), x in "[a-z]{1,3}", y in "[a-z]{1,3}") {
            let (left, right) = (record(x.clone(), Some(Cursor::Number(a))), record(y.clone(), Some(Cursor::Number(b))));
            prop_assert_eq!(version(&left).cmp(&version(&right)), (a, x).cmp(&(b, y)));
        }
    }
}
