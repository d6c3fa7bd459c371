//! Instants as services write and read them.

use crate::manifest::TimeFormat;
use engine_contract::Cursor;
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

/// A cursor as text for the service.
pub(super) fn to_text(format: TimeFormat, cursor: Cursor) -> String {
    match cursor {
        Cursor::Number(number) => number.to_string(),
        Cursor::Instant(instant) => {
            let utc = TimeZone::UTC.to_datetime(instant);
            match format {
                TimeFormat::PlainUtc => utc.to_string(),
                TimeFormat::Offset => format!("{utc}+00:00"),
            }
        }
    }
}

/// The cursor on the grid of the service's values, at or before.
pub(crate) fn floor(cursor: Cursor, grain_seconds: u32) -> Cursor {
    match cursor {
        Cursor::Number(number) => Cursor::Number(number),
        Cursor::Instant(instant) => {
            let grain = i64::from(grain_seconds.max(1));
            let second = instant.as_second().div_euclid(grain).saturating_mul(grain);
            // A moment before the second it lies in, where the instant is before 1970 and has a fraction.
            let second = if instant.as_second() == second && instant.subsec_nanosecond() < 0 {
                second.saturating_sub(grain)
            } else {
                second
            };
            Cursor::Instant(Timestamp::from_second(second).unwrap_or(instant))
        }
    }
}

/// The bound to send so that records at `from` are in the answer.
pub(super) fn bound(from: Cursor, grain_seconds: u32, exclusive: bool) -> Cursor {
    match floor(from, grain_seconds) {
        bound if !exclusive => bound,
        Cursor::Number(number) => Cursor::Number(number.saturating_sub(1)),
        Cursor::Instant(instant) => {
            let grain = SignedDuration::from_secs(i64::from(grain_seconds.max(1)));
            Cursor::Instant(instant.checked_sub(grain).unwrap_or(Timestamp::MIN))
        }
    }
}

/// The moment of an HTTP header (RFC 9110, 5.6.7): `Mon, 23 Nov 2026 00:05:34 GMT`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn instant(text: &str) -> Cursor {
        Cursor::parse(text).unwrap()
    }

    /// WooCommerce leaves out records at the bound: T-1s includes T (contract 4, pitfall a).
    #[test]
    fn exclusive_bounds_are_sent_one_grain_earlier() {
        let at = instant("2026-11-23T00:05:34.700Z");
        let sent = |exclusive, format| to_text(format, bound(at, 1, exclusive));
        assert_eq!(sent(true, TimeFormat::PlainUtc), "2026-11-23T00:05:33");
        assert_eq!(sent(false, TimeFormat::PlainUtc), "2026-11-23T00:05:34");
        assert_eq!(sent(false, TimeFormat::Offset), "2026-11-23T00:05:34+00:00");
        assert_eq!(to_text(TimeFormat::Offset, bound(Cursor::Number(7), 1, true)), "6");
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(http_date("Mon, 23 Nov 2026 00:05:34 GMT"), "2026-11-23T00:05:34Z".parse().ok());
        assert_eq!(http_date("yesterday"), None);
    }

    proptest! {
        #[test]
        fn what_is_sent_never_lies_after_what_is_wanted(
            millis in -9_000_000_000_000i64..9_000_000_000_000, grain in 1u32..90, exclusive: bool,
        ) {
            let wanted = Cursor::Instant(Timestamp::from_millisecond(millis).unwrap());
            let sent = bound(wanted, grain, exclusive);
            let is_before = if exclusive { sent < wanted } else { sent <= wanted };
            prop_assert!(is_before);
        }
    }
}
