//! `[safety] start_date`: documents that were made before a day are left out, so that going live does not rewrite books
//! that are closed.
//!
//! Documents are the records of streams that say both when they were made and what amount of money they are about. The
//! day admits; it takes nothing away: what has an object already goes on, whenever it was made.

use engine_contract::{Amount, Cursor, Path, Source, SourceRecord};
use engine_plan::{Blueprint, transform::Zone};
use jiff::{Timestamp, civil::Date};
use std::collections::BTreeMap;

/// The first day whose documents are brought.
pub(crate) struct StartDate {
    day: Date,
    /// Where it begins in the tenant's time zone.
    begins: Timestamp,
    /// By stream of documents: where a record says when it was made.
    made: BTreeMap<String, String>,
}

impl StartDate {
    /// That of a pipeline; nothing where none is set.
    pub(crate) fn of(
        blueprint: &Blueprint,
        source: &dyn Source,
        amounts: &BTreeMap<String, Amount>,
    ) -> Option<Self> {
        let day = blueprint.start_date?;
        let zone = Zone::named(&blueprint.timezone).unwrap_or_default();
        let begins = zone.time_zone().to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        let made = amounts.keys().filter_map(|stream| Some((stream.clone(), source.created(stream)?)));
        Some(Self { day, begins, made: made.collect() })
    }

    /// The day, where it counts for a stream.
    pub(crate) fn day(&self, stream: &str) -> Option<Date> {
        self.made.contains_key(stream).then_some(self.day)
    }

    /// The day, where a record of a stream was made before it. One that does not say when it was made is taken.
    pub(crate) fn is_after(&self, stream: &str, record: &SourceRecord) -> Option<Date> {
        let path = self.made.get(stream)?;
        let text = record.record.get(&Path::of_keys(path.split('.')))?.scalar_text()?;
        let Ok(Cursor::Instant(made)) = Cursor::parse(&text) else { return None };
        (made < self.begins).then_some(self.day)
    }
}
