//! Transforms of dates and times.

use super::{Example, Group, NO_ARGUMENT, Shape, Spec, fails, schema, to};
use crate::transform::{
    Transform, UnixUnit,
    parse::{Argument, Bad, Read},
    time,
};

const UNITS: [(&str, UnixUnit); 2] =
    [("seconds", UnixUnit::Seconds), ("milliseconds", UnixUnit::Milliseconds)];

const fn spec(
    name: &'static str,
    doc: &'static str,
    examples: &'static [Example],
    read: fn(&Argument<'_>) -> Read<Transform>,
) -> Spec {
    Spec { name, group: Group::Times, doc, usage: NO_ARGUMENT, examples, shape: Shape::Bare, read }
}

pub(super) static DATE: Spec = spec(
    "date",
    "The day of a date or time, as it is written: no time zone is applied.",
    &[
        to("\"date\"", r#""2026-01-10T23:30:00""#, r#""2026-01-10""#),
        to("\"date\"", r#""2026-01-10T23:30:00+05:00""#, r#""2026-01-10""#),
        fails("\"date\"", r#""2026-02-30""#),
        to("\"date\"", r#""""#, "null"),
    ],
    |argument| argument.none(Transform::Date),
);

pub(super) static DATE_PARSE: Spec = Spec {
    usage: "a format with day, month and year: `{ date_parse = \"%d/%m/%Y\" }`",
    shape: Shape::Needed(schema::some_text),
    ..spec(
        "date_parse",
        "Reads a day written in a format of `strptime`; with hours it is a time, with an offset (`%z`) an \
         instant in UTC.",
        &[
            to(r#"{ date_parse = "%d/%m/%Y" }"#, r#""31/01/2026""#, r#""2026-01-31""#),
            to(r#"{ date_parse = "%d.%m.%Y %H:%M" }"#, r#""31.01.2026 09:30""#, r#""2026-01-31T09:30:00""#),
            fails(r#"{ date_parse = "%d/%m/%Y" }"#, r#""2026-01-31""#),
        ],
        |argument| {
            let format = argument.some_text()?;
            if time::parsed_sample(&format).is_none() {
                return Err(Bad::Form);
            }
            Ok(Transform::DateParse(format))
        },
    )
};

pub(super) static DATE_FORMAT: Spec = Spec {
    usage: "a format of `strftime` without a time zone: `{ date_format = \"%d/%m/%Y\" }`",
    shape: Shape::Needed(schema::some_text),
    ..spec(
        "date_format",
        "Writes a date or time, as it is written, in a format of `strftime`.",
        &[
            to(r#"{ date_format = "%d/%m/%Y" }"#, r#""2026-01-31""#, r#""31/01/2026""#),
            to(r#"{ date_format = "%b %-d, %H:%M" }"#, r#""2026-01-09T09:30:00Z""#, r#""Jan 9, 09:30""#),
        ],
        |argument| {
            let format = argument.some_text()?;
            if time::can_format(&format) { Ok(Transform::DateFormat(format)) } else { Err(Bad::Form) }
        },
    )
};

pub(super) static TIMESTAMP_UTC: Spec = spec(
    "timestamp_utc",
    "An instant in UTC. Without an offset the time is taken as UTC, without a time as midnight.",
    &[
        to("\"timestamp_utc\"", r#""2026-01-10T09:00:00""#, r#""2026-01-10T09:00:00Z""#),
        to("\"timestamp_utc\"", r#""2026-01-10T10:00:00+01:00""#, r#""2026-01-10T09:00:00Z""#),
        to("\"timestamp_utc\"", r#""2026-01-10 09:00:00.250""#, r#""2026-01-10T09:00:00.25Z""#),
        fails("\"timestamp_utc\"", r#""10.1.2026""#),
    ],
    |argument| argument.none(Transform::TimestampUtc),
);

pub(super) static TIMESTAMP: Spec = Spec {
    usage: "no argument, or a time zone: `{ timestamp = \"America/Edmonton\" }`",
    shape: Shape::Optional(schema::some_text),
    ..spec(
        "timestamp",
        "An instant in UTC. Without an offset the time is one of the given zone, or of the project's zone. A \
         time that a change of clocks skips is moved by as much as the clocks; of two equal times it is the \
         first.",
        &[
            to(
                r#"{ timestamp = "America/Edmonton" }"#,
                r#""2026-01-10T09:00:00""#,
                r#""2026-01-10T16:00:00Z""#,
            ),
            to(
                r#"{ timestamp = "America/Edmonton" }"#,
                r#""2026-01-10T10:00:00+01:00""#,
                r#""2026-01-10T09:00:00Z""#,
            ),
        ],
        |argument| zone(argument, Transform::Timestamp),
    )
};

pub(super) static LOCAL_DATE: Spec = Spec {
    usage: "no argument, or a time zone: `{ local_date = \"America/Edmonton\" }`",
    shape: Shape::Optional(schema::some_text),
    ..spec(
        "local_date",
        "The day that it is in the given zone, or in the project's zone, at that time. Without an offset the \
         time is taken as UTC; a day without a time stays.",
        &[
            to(r#"{ local_date = "America/Edmonton" }"#, r#""2026-01-10T03:00:00""#, r#""2026-01-09""#),
            to(r#"{ local_date = "America/Edmonton" }"#, r#""2026-01-10T23:30:00-05:00""#, r#""2026-01-10""#),
            to(r#"{ local_date = "America/Edmonton" }"#, r#""2026-01-10""#, r#""2026-01-10""#),
        ],
        |argument| zone(argument, Transform::LocalDate),
    )
};

fn zone(argument: &Argument<'_>, make: fn(crate::transform::Zone) -> Transform) -> Read<Transform> {
    if argument.is_missing() {
        return Ok(make(argument.defaults.zone.clone()));
    }
    argument.zone().map(make)
}

pub(super) static ADD_DAYS: Spec = Spec {
    usage: "a whole number of days: `{ add_days = 30 }`",
    shape: Shape::Needed(schema::whole),
    ..spec(
        "add_days",
        "The date so many days later, or earlier when negative; a time of day stays as it is.",
        &[
            to("{ add_days = 30 }", r#""2026-01-10""#, r#""2026-02-09""#),
            to("{ add_days = -1 }", r#""2026-03-01T09:00:00Z""#, r#""2026-02-28T09:00:00Z""#),
        ],
        |argument| argument.whole().map(Transform::AddDays),
    )
};

pub(super) static FROM_UNIX: Spec = Spec {
    usage: "no argument, or `{ from_unix = \"milliseconds\" }`",
    shape: Shape::Optional(|| schema::words(&UNITS)),
    ..spec(
        "from_unix",
        "The instant so many seconds, or milliseconds, after the start of 1970.",
        &[
            to("\"from_unix\"", "1768035600", r#""2026-01-10T09:00:00Z""#),
            to(r#"{ from_unix = "milliseconds" }"#, r#""1768035600250""#, r#""2026-01-10T09:00:00.25Z""#),
        ],
        |argument| unit(argument, Transform::FromUnix),
    )
};

pub(super) static TO_UNIX: Spec = Spec {
    usage: "no argument, or `{ to_unix = \"milliseconds\" }`",
    shape: Shape::Optional(|| schema::words(&UNITS)),
    ..spec(
        "to_unix",
        "The whole seconds, or milliseconds, from the start of 1970 to a time; without an offset it is UTC.",
        &[
            to("\"to_unix\"", r#""2026-01-10T09:00:00""#, "1768035600"),
            to(r#"{ to_unix = "milliseconds" }"#, r#""2026-01-10T09:00:00.25Z""#, "1768035600250"),
        ],
        |argument| unit(argument, Transform::ToUnix),
    )
};

fn unit(argument: &Argument<'_>, make: fn(UnixUnit) -> Transform) -> Read<Transform> {
    if argument.is_missing() {
        return Ok(make(UnixUnit::Seconds));
    }
    argument.word(&UNITS).map(make)
}
