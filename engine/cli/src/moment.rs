//! Moments as people write them: `2026-01-31`, `2026-01-31T08:00`, `2026-01-31T08:00:00Z`, `36h` ago, or a number of a cursor that
//! counts.

use engine_contract::Cursor;
use engine_plan::Blueprint;
use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};
use std::str::FromStr;

/// A moment, or another place in a stream.
#[derive(Clone, Debug)]
pub(crate) enum Moment {
    /// A number, for cursors that count.
    Number(i64),
    /// A moment of its own.
    Instant(Timestamp),
    /// A day or a time on the clocks of the tenant.
    Local(DateTime),
    /// So long ago.
    Ago(Span),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        if let Ok(instant) = text.parse() {
            return Ok(Self::Instant(instant));
        }
        if let Ok(local) = text.parse() {
            return Ok(Self::Local(local));
        }
        match text.parse::<Span>() {
            Ok(span) if span.signum() > 0 => Ok(Self::Ago(span)),
            _ => {
                Err("neither a day (2026-01-31), a time (2026-01-31T08:00), a span (36h) nor a number"
                    .to_owned())
            }
        }
    }
}

impl Moment {
    /// As a place in a stream: days and times are those of the pipeline's tenant.
    pub(crate) fn of(&self, blueprint: &Blueprint, now: Timestamp) -> Cursor {
        self.cursor(&TimeZone::get(&blueprint.timezone).unwrap_or(TimeZone::UTC), now)
    }

    /// As a place in a stream, on the clocks of a time zone.
    pub(crate) fn cursor(&self, zone: &TimeZone, now: Timestamp) -> Cursor {
        match self {
            Self::Number(number) => Cursor::Number(*number),
            Self::Instant(instant) => Cursor::Instant(*instant),
            Self::Local(local) => Cursor::Instant(zone.to_timestamp(*local).unwrap_or(Timestamp::MIN)),
            Self::Ago(span) => {
                let then = zone.to_datetime(now).checked_sub(*span);
                let then = then.ok().and_then(|then| zone.to_timestamp(then).ok());
                Cursor::Instant(then.unwrap_or(Timestamp::MIN))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read_and_nonsense_is_not() {
        for text in ["2026-01-31", "2026-01-31T08:00", "2026-01-31T08:00:00-07:00", "36h", "2d", "1500"] {
            assert!(text.parse::<Moment>().is_ok(), "{text}");
        }
        for text in ["", "yesterday", "-2d", "2026-13-01"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
