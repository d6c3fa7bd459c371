//! Moments of a store: pairs of local and GMT stamps, and the bounds of lists.
//!
//! Stamps have no offset and no fraction. Bounds are exclusive. A bound with an offset is turned into local time
//! even when `dates_are_gmt` says that it is compared with the GMT column: it is then wrong by the store's offset.

use super::value::{text, truth};
use jiff::{Timestamp, civil::DateTime, tz::Offset, tz::TimeZone};
use serde_json::Value;

/// A moment as the API writes it.
pub(super) fn stamp(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A moment as the API writes it in GMT.
pub(super) fn gmt(now: Timestamp) -> String {
    stamp(now.to_zoned_datetime(TimeZone::UTC).datetime())
}

/// Sets a pair of stamps, `X` and `X_gmt`.
pub(super) fn set(record: &mut Value, name: &str, now: Timestamp, zone: &TimeZone) {
    record[name] = stamp(now.to_zoned_datetime(zone.clone()).datetime()).into();
    record[format!("{name}_gmt")] = gmt(now).into();
}

/// A date that was sent: its clock face, and its offset in seconds when it has one. Nothing for what is none.
pub(super) fn parse(sent: &str) -> Option<(DateTime, Option<i32>)> {
    let (face, rest) = sent.split_at_checked(19)?;
    let face: DateTime = face.replace([' ', 't'], "T").parse().ok()?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let offset = match rest {
        "" => None,
        "Z" | "z" => Some(0),
        other => Some(offset(other)?),
    };
    Some((face, offset))
}

/// The seconds of `+05:30`, `-05` or `+0530`.
fn offset(sent: &str) -> Option<i32> {
    let sign = if sent.starts_with('-') { -1 } else { 1 };
    let digits: String = sent.strip_prefix(['+', '-'])?.chars().filter(|digit| *digit != ':').collect();
    let number: i32 = digits.parse().ok()?;
    match digits.len() {
        2 => Some(sign * number * 3600),
        4 => Some(sign * (number / 100 * 3600 + number % 100 * 60)),
        _ => None,
    }
}

/// One bound of a list.
pub(super) struct Bound {
    /// The stamp that is compared with.
    stamp: String,
    /// Whether the GMT stamps of records are compared.
    gmt: bool,
}

impl Bound {
    /// Reads a bound. Orders have only GMT stamps (HPOS): local bounds are turned into GMT for them.
    pub(super) fn read(sent: &Value, are_gmt: &Value, zone: &TimeZone, only_gmt: bool) -> Option<Self> {
        let (face, offset) = parse(text(sent))?;
        let face = match offset {
            None => face,
            Some(seconds) => {
                let offset = Offset::from_seconds(seconds).ok()?;
                offset.to_timestamp(face).ok()?.to_zoned_datetime(zone.clone()).datetime()
            }
        };
        if truth(are_gmt) {
            return Some(Self { stamp: stamp(face), gmt: true });
        }
        if only_gmt {
            let moment = face.to_zoned_datetime(zone.clone()).ok()?.timestamp();
            return Some(Self { stamp: gmt(moment), gmt: true });
        }
        Some(Self { stamp: stamp(face), gmt: false })
    }

    fn of<'a>(&self, record: &'a Value, name: &str) -> &'a str {
        if self.gmt { text(&record[format!("{name}_gmt")]) } else { text(&record[name]) }
    }

    /// Whether a record's stamp lies after the bound.
    pub(super) fn is_before(&self, record: &Value, name: &str) -> bool {
        self.of(record, name) > self.stamp.as_str()
    }

    /// Whether a record's stamp lies before the bound.
    pub(super) fn is_after(&self, record: &Value, name: &str) -> bool {
        self.of(record, name) < self.stamp.as_str()
    }
}
