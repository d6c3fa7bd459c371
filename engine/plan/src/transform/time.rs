//! Transforms of dates and times.

use engine_contract::Value;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

const TIME: &str = "an ISO 8601 date and time";
const DATE: &str = "an ISO 8601 date";

pub(crate) fn timestamp_utc(value: &Value) -> Result<Value, &'static str> {
    let Value::Text(text) = value else { return Err(TIME) };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let instant = match text.parse::<Timestamp>() {
        Ok(instant) => instant,
        Err(_) => civil(text).and_then(|time| TimeZone::UTC.to_timestamp(time).ok()).ok_or(TIME)?,
    };
    Ok(Value::Text(instant.to_string()))
}

pub(crate) fn date(value: &Value) -> Result<Value, &'static str> {
    let Value::Text(text) = value else { return Err(DATE) };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    // A time with an offset reads as a civil time too: its offset does not matter for the day it names.
    let day = text.parse::<Date>().ok().or_else(|| civil_of_any(text).map(DateTime::date)).ok_or(DATE)?;
    Ok(Value::Text(day.to_string()))
}

/// A time without an offset: one that has a `Z` is refused here, and read as an instant before.
fn civil(text: &str) -> Option<DateTime> {
    text.parse().ok()
}

fn civil_of_any(text: &str) -> Option<DateTime> {
    civil(text).or_else(|| {
        let start = text.get(..19)?;
        text.parse::<Timestamp>().ok()?;
        civil(start)
    })
}
