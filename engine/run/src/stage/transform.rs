//! Turns source records into what the target should hold, and folds those with equal keys.

use super::{Fault, unmapped};
use crate::{
    error::RunError,
    stage::link::Answers,
    state::{Known, Link, Status},
    work::Work,
};
use engine_contract::{ContentHash, Cursor, SourceRecord};
use engine_plan::{Entity, EntityProgram, Group, Item, Mapped, Place, Reference, Routed};
use indexmap::IndexMap;
use jiff::civil::Date;
use std::{collections::BTreeMap, time::Duration};

/// An item before the store is asked about it.
pub(crate) struct Folded {
    pub(crate) item: Item,
    /// Orders the versions of an item that several source records feed; `None` where one record feeds one.
    version: Option<String>,
    /// Another element of the same record has the same key.
    clashes: bool,
    /// The `start_date` before which its record was made.
    early: Option<Date>,
}

impl Folded {
    /// An item that was folded before, to be mapped once more.
    pub(crate) fn again(item: Item, version: Option<String>) -> Self {
        Self { item, version, clashes: false, early: None }
    }

    /// Whether it was made before `start_date`, and may be wanted otherwise.
    pub(crate) fn is_early(&self) -> bool {
        self.early.is_some() && self.item.admitted != Ok(false)
    }

    /// How much it is wanted: less when it is left out if nothing is there yet, least when it is not admitted.
    fn rank(&self) -> u8 {
        match (&self.item.admitted, self.early) {
            (Ok(false), _) => 0,
            (_, Some(_)) => 1,
            (_, None) => 2,
        }
    }
}

/// An item on its way, with what the store knows of it.
pub(crate) struct Candidate {
    pub(crate) item: Item,
    pub(crate) known: Known,
    pub(crate) version: Option<String>,
    pub(crate) stage: Stage,
}

/// What became of an item in this stage.
pub(crate) enum Stage {
    Mapped(Box<Mapped>),
    /// Whether it is taken depends on a parent that has no link yet.
    Waits(Wait),
    /// The pipeline does not admit it.
    Filtered,
    /// It has no object, and was made before this `start_date`.
    Early(Date),
    /// Another source record decides about the target object.
    Overruled,
    /// It fails or is blocked.
    Failed(Fault, Status),
}

/// A parent that a record waits for.
pub(crate) struct Wait {
    pub(crate) parent: Reference,
    pub(crate) hold_for: Duration,
    pub(crate) place: Place,
}

/// The items of a batch by key. Of several source records with one key the newest stays: by cursor, then by
/// source key. One that is not admitted gives way to one that is, and one from before `start_date` to a later one.
pub(crate) fn items(
    (work, group): (&Work, &Group),
    (entity, program): (&Entity, &EntityProgram),
    records: &[SourceRecord],
) -> Vec<Folded> {
    let folds = !entity.key.is_empty() && entity.each.is_none();
    let mut items: IndexMap<String, Folded> = IndexMap::with_capacity(records.len());
    for record in records {
        let early = work.start_date.as_ref().and_then(|day| day.is_after(&group.stream, record));
        for item in program.items(record) {
            let folded = Folded { item, version: folds.then(|| version(record)), clashes: false, early };
            match items.entry(folded.item.key.clone()) {
                indexmap::map::Entry::Occupied(mut held) => {
                    let held = held.get_mut();
                    if entity.each.is_some() && held.item.source.key == folded.item.source.key {
                        held.clashes = true;
                    } else if (held.rank(), &held.version) <= (folded.rank(), &folded.version) {
                        *held = folded;
                    }
                }
                indexmap::map::Entry::Vacant(free) => {
                    free.insert(folded);
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

/// Maps the items of a batch. Conditions on links are answered with one question to the store.
pub(crate) async fn map_all(
    work: &Work,
    (entity, program): (&Entity, &EntityProgram),
    items: Vec<Folded>,
    mut known: BTreeMap<String, Known>,
) -> Result<Vec<Candidate>, RunError> {
    let mut gates = Vec::new();
    for Folded { item, .. } in items.iter().filter(|folded| folded.item.admitted == Ok(true)) {
        let link = known.get(&item.key).and_then(live);
        gates.extend(program.gates(item, link.and_then(|link| link.route.as_deref())));
    }
    let answers = Answers::of_links(work, gates).await?;
    let map = |folded: Folded| {
        let known = known.remove(&folded.item.key).unwrap_or_default();
        map(program, entity, (folded, known), &answers)
    };
    Ok(items.into_iter().map(map).collect())
}

fn live(known: &Known) -> Option<&Link> {
    known.link.as_ref().filter(|link| link.target_id.is_some())
}

fn map(
    program: &EntityProgram,
    entity: &Entity,
    (folded, known): (Folded, Known),
    answers: &Answers,
) -> Candidate {
    let Folded { item, version, clashes, early } = folded;
    let live = live(&known);
    // Where several source records feed one object, the one that made its content keeps the say, unless a
    // newer one comes. That of an object that is marked as deleted has nothing to say any more.
    let other = live.filter(|link| {
        version.is_some() && link.source_key != item.source.key && link.sent_hash != ContentHash::SOFT_DELETED
    });
    let early = early.filter(|_| live.is_none() && item.admitted != Ok(false));
    let stage = match &item.admitted {
        _ if early.is_some() => early.map_or(Stage::Filtered, Stage::Early),
        Err(error) => failed(error.clone()),
        Ok(_) if clashes => Stage::Failed(clash(entity), Status::Failed),
        Ok(false) if other.is_some() => Stage::Overruled,
        Ok(false) => Stage::Filtered,
        Ok(true) if other.is_some_and(|link| link.source_revision > version) => Stage::Overruled,
        Ok(true) => match program.map(&item, live.and_then(|link| link.route.as_deref()), answers) {
            Ok(Routed::Mapped(mapped)) => Stage::Mapped(mapped),
            Ok(Routed::Filtered) if other.is_some() => Stage::Overruled,
            Ok(Routed::Filtered) => Stage::Filtered,
            Ok(Routed::Missing { reference, hold_for, place }) => {
                Stage::Waits(Wait { parent: reference, hold_for, place })
            }
            Err(error) => failed(error),
        },
    };
    Candidate { item, known, version, stage }
}

fn failed(error: engine_plan::MapError) -> Stage {
    let (fault, status) = unmapped(error);
    Stage::Failed(fault, status)
}

fn clash(entity: &Entity) -> Fault {
    Fault {
        code: "mapping/duplicate-key".to_owned(),
        message: format!("several elements of one record have the same `each_key` in `{}`", entity.name),
        place: Some(entity.place.clone().into()),
        retry: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_contract::Record;
    use proptest::prelude::*;

    fn record(key: String, modified: Option<Cursor>) -> SourceRecord {
        SourceRecord {
            key,
            modified,
            record: Record::from_value(&1.into()),
            origin: String::new(),
            is_admitted: true,
        }
    }

    proptest! {
        #[test]
        fn version_text_sorts_like_cursor_and_key(a in any::<i64>(), b in any::<i64>(), x in "[a-z]{1,3}", y in "[a-z]{1,3}") {
            let (left, right) = (record(x.clone(), Some(Cursor::Number(a))), record(y.clone(), Some(Cursor::Number(b))));
            prop_assert_eq!(version(&left).cmp(&version(&right)), (a, x).cmp(&(b, y)));
        }
    }
}
