//! Whether the filter of a pipeline admits a record.
//!
//! Lists are asked for with the filter where they can be; but a record that was written may leave the filter (an
//! order is cancelled), and a record that is asked for by its key may never have met it. Both are judged here.

use super::narrow::texts;
use crate::{
    manifest::{Compare, FilterTable},
    runtime::{catalog::Stream, path},
};
use engine_contract::{Cursor, Map, Record, Value};
use jiff::{ToSpan, civil::Date, tz::TimeZone};

/// Whether a record meets all filters that can be judged on it.
pub(super) fn admits(stream: Stream<'_>, options: &Map, record: &Record) -> bool {
    let filters = options.get("filter").and_then(Value::as_map);
    filters.into_iter().flatten().all(|(name, value)| {
        let filter = stream.table.filter.get(name);
        filter.is_none_or(|filter| meets(filter, value, record))
    })
}

/// Whether a filter can be told on records, so that a read may do without it: it says nothing of how records look, and
/// without it they are in the list.
pub(super) fn judges(stream: Stream<'_>, name: &str, value: &Value) -> bool {
    let Some(filter) = stream.table.filter.get(name) else { return false };
    let asks_hidden = || {
        let texts = texts(value).unwrap_or_default();
        filter.hidden.as_ref().is_some_and(|hidden| texts.contains(hidden))
    };
    filter.field.is_some() && !filter.shapes && !asks_hidden()
}

/// Whether a record meets one filter.
pub(super) fn meets_one(stream: Stream<'_>, (name, value): (&str, &Value), record: &Record) -> bool {
    stream.table.filter.get(name).is_none_or(|filter| meets(filter, value, record))
}

fn meets(filter: &FilterTable, value: &Value, record: &Record) -> bool {
    let (Some(field), Some(wanted)) = (&filter.field, texts(value)) else { return true };
    let held = path::all(record, field);
    wanted.iter().any(|wanted| held.iter().any(|held| agrees(filter.compare, held, wanted)))
}

fn agrees(compare: Compare, held: &str, wanted: &str) -> bool {
    match compare {
        Compare::Equal => held == wanted,
        Compare::From => {
            day(held).zip(wanted.parse().ok()).is_some_and(|(held, wanted): (Date, Date)| held >= wanted)
        }
        Compare::Until => {
            let after = wanted.parse::<Date>().ok().and_then(|wanted| wanted.checked_add(1.day()).ok());
            day(held).zip(after).is_some_and(|(held, after)| held < after)
        }
    }
}

/// The day of a date, or of an instant in UTC.
fn day(text: &str) -> Option<Date> {
    match Cursor::parse(text) {
        Ok(Cursor::Instant(instant)) => Some(TimeZone::UTC.to_datetime(instant).date()),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_utc_and_lists_are_looked_into() {
        let order =
            Record::parse(r#"{"made":"2026-01-31T23:59:59","lines":[{"product":7},{"product":9}]}"#).unwrap();
        assert_eq!(path::all(&order, "lines.product"), ["7", "9"]);
        let made = path::all(&order, "made").remove(0);
        assert!(agrees(Compare::From, &made, "2026-01-31") && !agrees(Compare::From, &made, "2026-02-01"));
        assert!(agrees(Compare::Until, &made, "2026-01-31") && !agrees(Compare::Until, &made, "2026-01-30"));
        assert!(agrees(Compare::From, "2026-01-31", "2026-01-31"));
    }
}
