//! Moments and days as a company sees them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// `2026-01-31T09:10:11-07:00`: the stamp of objects, in the company's zone.
pub(super) fn stamp(now: Timestamp, zone: &TimeZone) -> String {
    now.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `2026-01-31T09:10:11.123-07:00`: the `time` of answers.
pub(super) fn answer_time(now: Timestamp, zone: &TimeZone) -> String {
    now.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// The company's day.
pub(super) fn today(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned_datetime(zone.clone()).date()
}

/// A moment as callers write it: with an offset, or without one in the company's zone, or a day alone, which begins
/// at its midnight there. What the service does without an offset is believed, not documented.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let local = match text.parse::<DateTime>() {
        Ok(local) => local,
        Err(_) => text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
    };
    zone.to_ambiguous_timestamp(local).compatible().ok()
}
