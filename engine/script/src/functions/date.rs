//! Dates and times in scripts: ISO 8601 texts in, ISO 8601 texts out. There is no `now`.
//!
//! Zones come from the database that is built in, so that the same record gives the same answer everywhere.

use super::{Function, Gives, Origin, value::Answer};
use crate::error::Refusal;
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime},
    fmt::temporal::DateTimePrinter,
    tz::{TimeZone, TimeZoneDatabase},
};
use std::sync::LazyLock;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "date_of",
        signatures: &["date_of(text) -> date", "date_of(text, zone) -> date"],
        doc: "The day that a date and time names as it is written, or the day it is in a zone; that needs a text \
              with an offset.",
        examples: &[
            ("date_of(\"2026-01-31T23:30:00Z\")", "\"2026-01-31\""),
            ("date_of(\"2026-01-31T23:30:00Z\", \"Europe/Berlin\")", "\"2026-02-01\""),
        ],
        gives: Gives::Date,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| -> Answer<String> { Ok(day(text)?.to_string()) });
            engine.register_fn(name, |text: &str, zone: &str| -> Answer<String> {
                Ok(zone_of(zone)?.to_datetime(instant(text)?).date().to_string())
            });
        }),
    },
    Function {
        name: "add_days",
        signatures: &["date.add_days(days) -> date"],
        doc: "The day so many days later, or earlier when the number is negative.",
        examples: &[
            ("\"2026-01-31\".add_days(30)", "\"2026-03-02\""),
            ("\"2026-03-01\".add_days(-1)", "\"2026-02-28\""),
        ],
        gives: Gives::Date,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, days: i64| moved(text, Span::new().try_days(days)));
        }),
    },
    Function {
        name: "add_months",
        signatures: &["date.add_months(months) -> date"],
        doc: "The same day so many months later; the last of the month where it has no such day.",
        examples: &[("\"2026-01-31\".add_months(1)", "\"2026-02-28\"")],
        gives: Gives::Date,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, months: i64| moved(text, Span::new().try_months(months)));
        }),
    },
    Function {
        name: "days_between",
        signatures: &["days_between(from, to) -> integer"],
        doc: "How many days `to` is after `from`; negative when it is before.",
        examples: &[("days_between(\"2026-01-31\", \"2026-03-02\")", "30")],
        gives: Gives::Integer,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |from: &str, to: &str| {
                let days = day(from)?.until(day(to)?).map(|span| i64::from(span.get_days()));
                days.or_else(|_| Refusal::raise(OUT_OF_RANGE))
            });
        }),
    },
    Function {
        name: "first_of_month",
        signatures: &["date.first_of_month() -> date"],
        doc: "The first day of the month.",
        examples: &[("\"2026-02-14\".first_of_month()", "\"2026-02-01\"")],
        gives: Gives::Date,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| -> Answer<String> {
                Ok(day(text)?.first_of_month().to_string())
            });
        }),
    },
    Function {
        name: "last_of_month",
        signatures: &["date.last_of_month() -> date"],
        doc: "The last day of the month.",
        examples: &[("\"2026-02-14\".last_of_month()", "\"2026-02-28\"")],
        gives: Gives::Date,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| -> Answer<String> {
                Ok(day(text)?.last_of_month().to_string())
            });
        }),
    },
    Function {
        name: "weekday",
        signatures: &["date.weekday() -> integer"],
        doc: "The day of the week: 1 is Monday, 7 is Sunday.",
        examples: &[("\"2026-01-31\".weekday()", "6")],
        gives: Gives::Integer,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| -> Answer<i64> {
                Ok(i64::from(day(text)?.weekday().to_monday_one_offset()))
            });
        }),
    },
    Function {
        name: "in_zone",
        signatures: &["time.in_zone(zone) -> time"],
        doc: "A date and time with an offset, as clocks in a zone show it.",
        examples: &[("\"2026-07-01T10:00:00Z\".in_zone(\"Europe/Berlin\")", "\"2026-07-01T12:00:00+02:00\"")],
        gives: Gives::Time,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str, zone: &str| -> Answer<String> {
                Ok(written(instant(text)?, &zone_of(zone)?))
            });
        }),
    },
    Function {
        name: "with_zone",
        signatures: &["time.with_zone(zone) -> time"],
        doc: "A date and time without an offset, with the offset that clocks in a zone have then.",
        examples: &[
            ("\"2026-07-01T10:00:00\".with_zone(\"UTC\")", "\"2026-07-01T10:00:00+00:00\""),
            ("\"2026-07-01T10:00:00\".with_zone(\"America/New_York\")", "\"2026-07-01T10:00:00-04:00\""),
        ],
        gives: Gives::Time,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, with_zone);
        }),
    },
];

const OUT_OF_RANGE: &str = "the day is out of range";

/// The day as it is written: an offset does not matter for it.
fn day(text: &str) -> Answer<Date> {
    let text = text.trim();
    if text.parse::<DateTime>().is_err() && text.parse::<Timestamp>().is_err() {
        return Refusal::raise("the text is not an ISO 8601 date");
    }
    let day = text.split(['T', 't', ' ']).next().unwrap_or_default();
    day.parse::<Date>().or_else(|_| Refusal::raise("the text is not an ISO 8601 date"))
}

fn instant(text: &str) -> Answer<Timestamp> {
    text.trim()
        .parse::<Timestamp>()
        .or_else(|_| Refusal::raise("the text is not an ISO 8601 date and time with an offset"))
}

fn with_zone(text: &str, zone: &str) -> Answer<String> {
    let refused = "the text is not an ISO 8601 date and time without an offset";
    let Ok(time) = text.trim().parse::<DateTime>() else { return Refusal::raise(refused) };
    if text.trim().parse::<Timestamp>().is_ok() {
        return Refusal::raise(refused);
    }
    let zone = zone_of(zone)?;
    zone.to_timestamp(time).map_or_else(|_| Refusal::raise(OUT_OF_RANGE), |time| Ok(written(time, &zone)))
}

/// Numbers alone: a name of a zone in brackets is not of ISO 8601.
fn written(time: Timestamp, zone: &TimeZone) -> String {
    DateTimePrinter::new().timestamp_with_offset_to_string(&time, zone.to_offset(time))
}

fn zone_of(name: &str) -> Answer<TimeZone> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    ZONES.get(name).or_else(|_| Refusal::raise("the zone is unknown: write one such as `Europe/Berlin`"))
}

fn moved(text: &str, by: Result<Span, jiff::Error>) -> Answer<String> {
    let there = by.ok().and_then(|span| day(text).ok()?.checked_add(span).ok());
    match there {
        Some(day) => Ok(day.to_string()),
        None => day(text).and_then(|_| Refusal::raise(OUT_OF_RANGE)),
    }
}
