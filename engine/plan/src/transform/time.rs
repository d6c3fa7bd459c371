//! Transforms of dates and times. A text of ISO 8601 is read, and written again; years have four digits.

use super::{UnixUnit, Zone, number};
use engine_contract::Value;
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time},
    fmt::{strtime::BrokenDownTime, temporal::Pieces},
    tz::{Offset, TimeZone},
};

pub(super) const TIME: &str = "an ISO 8601 date and time";
pub(super) const DATE: &str = "an ISO 8601 date";
pub(super) const FORMAT: &str = "a text in the given format";
pub(super) const UNIX: &str = "a whole number of seconds or milliseconds up to the year 9999";

/// The characters of a day.
pub(super) const DATE_LENGTH: usize = 10;
/// The most characters of an instant: with nanoseconds and `Z`.
pub(super) const TIME_LENGTH: usize = 30;

/// A date or time as it is written.
struct Written {
    day: Date,
    time: Option<Time>,
    offset: Option<Offset>,
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let offset = pieces.offset().map(|offset| offset.to_numeric_offset());
        let day = four_digits(pieces.date())?;
        Some(Self { day, time: pieces.time(), offset })
    }

    fn civil(&self) -> DateTime {
        DateTime::from_parts(self.day, self.time.unwrap_or_default())
    }

    /// The instant; a time without an offset is one of `zone`.
    fn instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        match self.offset {
            Some(offset) => offset.to_timestamp(self.civil()).ok(),
            None => zone.to_timestamp(self.civil()).ok(),
        }
    }
}

fn four_digits(day: Date) -> Option<Date> {
    (day.year() >= 0).then_some(day)
}

/// Reads a text, and writes what is made of it; an empty text is `null`.
fn change(
    value: &Value,
    needs: &'static str,
    by: impl FnOnce(&str) -> Option<String>,
) -> Result<Value, &'static str> {
    match value {
        Value::Text(text) if text.is_empty() => Ok(Value::Null),
        Value::Text(text) => by(text).map(Value::Text).ok_or(needs),
        _ => Err(needs),
    }
}

pub(super) fn timestamp(value: &Value, zone: Option<&Zone>) -> Result<Value, &'static str> {
    change(value, TIME, |text| {
        let instant = Written::read(text)?.instant(zone.map_or(&TimeZone::UTC, Zone::time_zone))?;
        written(instant)
    })
}

/// An instant as a text, in a year of four digits.
fn written(instant: Timestamp) -> Option<String> {
    four_digits(TimeZone::UTC.to_datetime(instant).date())?;
    Some(instant.to_string())
}

pub(super) fn date(value: Value) -> Result<Value, &'static str> {
    if value.as_str().is_some_and(is_day) {
        return Ok(value);
    }
    change(&value, DATE, |text| Some(Written::read(text)?.day.to_string()))
}

/// Whether a text is a day in the form in which days are written.
fn is_day(text: &str) -> bool {
    let has_form = text.len() == DATE_LENGTH && text.starts_with(|c: char| c.is_ascii_digit());
    has_form && text.parse::<Date>().is_ok()
}

/// The day in a zone; a time without an offset is UTC, a day alone stays.
pub(super) fn local_date(value: &Value, zone: &Zone) -> Result<Value, &'static str> {
    change(value, DATE, |text| {
        let written = Written::read(text)?;
        if written.time.is_none() {
            return Some(written.day.to_string());
        }
        let day = zone.time_zone().to_datetime(written.instant(&TimeZone::UTC)?).date();
        four_digits(day).map(|day| day.to_string())
    })
}

/// The day so many days later; the time of day and its offset stay as they are.
pub(super) fn add_days(value: &Value, days: i32) -> Result<Value, &'static str> {
    change(value, DATE, |text| {
        let written = Written::read(text)?;
        let later = written.day.checked_add(Span::new().try_days(days).ok()?).ok().and_then(four_digits)?;
        match (written.time, written.offset) {
            (None, _) => Some(later.to_string()),
            (Some(time), None) => Some(DateTime::from_parts(later, time).to_string()),
            (Some(time), Some(offset)) => {
                let instant = offset.to_timestamp(DateTime::from_parts(later, time)).ok()?;
                if offset == Offset::UTC { self::written(instant) } else { with_offset(instant, offset) }
            }
        }
    })
}

fn with_offset(instant: Timestamp, offset: Offset) -> Option<String> {
    four_digits(offset.to_datetime(instant).date())?;
    Some(instant.display_with_offset(offset).to_string())
}

pub(super) fn format(value: &Value, format: &str) -> Result<Value, &'static str> {
    change(value, DATE, |text| BrokenDownTime::from(Written::read(text)?.civil()).to_string(format).ok())
}

/// A day, or a time when the format has hours, or an instant in UTC when it has an offset.
pub(super) fn parse(value: &Value, format: &str) -> Result<Value, &'static str> {
    change(value, FORMAT, |text| {
        let parts = BrokenDownTime::parse(format, text).ok()?;
        if parts.offset().is_some() || parts.timestamp().is_some() {
            return written(parts.to_timestamp().ok()?);
        }
        if parts.hour().is_none() {
            return four_digits(parts.to_date().ok()?).map(|day| day.to_string());
        }
        let time = parts.to_datetime().ok()?;
        four_digits(time.date())?;
        Some(time.to_string())
    })
}

/// A time with which formats are tried.
const SAMPLE: DateTime = DateTime::constant(2026, 11, 28, 13, 45, 56, 0);

/// Whether days and times can be written in this format.
pub(super) fn can_format(format: &str) -> bool {
    !format.is_empty() && BrokenDownTime::from(SAMPLE).to_string(format).is_ok()
}

/// The text that a day or time read in this format is, for the sample; nothing when no day can be read.
pub(super) fn parsed_sample(format: &str) -> Option<String> {
    let sample = TimeZone::UTC.to_timestamp(SAMPLE).ok()?;
    let text = BrokenDownTime::from(sample).to_string(format).ok()?;
    match parse(&Value::Text(text), format).ok()? {
        Value::Text(read) if read.starts_with("2026-11-28") => Some(read),
        _ => None,
    }
}

pub(super) fn from_unix(value: &Value, unit: UnixUnit) -> Result<Value, &'static str> {
    let Value::Int(count) = number::integer(value).map_err(|_| UNIX)? else { return Ok(Value::Null) };
    let instant = match unit {
        UnixUnit::Seconds => Timestamp::from_second(count),
        UnixUnit::Milliseconds => Timestamp::from_millisecond(count),
    };
    instant.ok().and_then(written).map(Value::Text).ok_or(UNIX)
}

pub(super) fn to_unix(value: &Value, unit: UnixUnit) -> Result<Value, &'static str> {
    match value {
        Value::Text(text) if text.is_empty() => Ok(Value::Null),
        Value::Text(text) => {
            let instant = Written::read(text).and_then(|time| time.instant(&TimeZone::UTC)).ok_or(TIME)?;
            let nanoseconds = instant.as_nanosecond();
            let count = match unit {
                UnixUnit::Seconds => nanoseconds.div_euclid(1_000_000_000),
                UnixUnit::Milliseconds => nanoseconds.div_euclid(1_000_000),
            };
            i64::try_from(count).map(Value::Int).map_err(|_| TIME)
        }
        _ => Err(TIME),
    }
}
