//! Dates and times: texts of ISO 8601 here, packed bytes from the server ("Binary Protocol Resultset Row" of the
//! MySQL internals manual). A session's time zone is UTC, so a `TIMESTAMP` is an instant and a `DATETIME` is what
//! the clock on the wall showed.

use jiff::{Timestamp, civil, tz::TimeZone};

/// A `DATE` as a text; nothing for `0000-00-00` and dates without month or day.
pub(super) fn date(packed: &[u8]) -> Option<String> {
    let [_, low, high, month, day, ..] = *packed else { return None };
    let year = u16::from_le_bytes([low, high]);
    (month > 0 && day > 0).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A `DATETIME` with `digits` digits of a second as a text without offset; nothing for zero dates.
pub(super) fn date_time(packed: &[u8], digits: usize) -> Option<String> {
    let date = date(packed)?;
    let part = |index: usize| packed.get(index).copied().unwrap_or_default();
    let (hour, minute, second) = (part(5), part(6), part(7));
    let micros = u32::from_le_bytes([part(8), part(9), part(10), part(11)]);
    Some(format!("{date}T{hour:02}:{minute:02}:{second:02}{}", fraction(micros, digits)))
}

/// A `TIME` with `digits` digits of a second, such as `-838:59:59` or `07:30:00.250`.
pub(super) fn time(packed: &[u8], digits: usize) -> String {
    let part = |index: usize| packed.get(index).copied().unwrap_or_default();
    let sign = if part(1) == 1 { "-" } else { "" };
    let days = u32::from_le_bytes([part(2), part(3), part(4), part(5)]);
    let hours = u64::from(days) * 24 + u64::from(part(6));
    let micros = u32::from_le_bytes([part(9), part(10), part(11), part(12)]);
    format!("{sign}{hours:02}:{:02}:{:02}{}", part(7), part(8), fraction(micros, digits))
}

/// `.250` for 250,000 microseconds and three digits.
fn fraction(micros: u32, digits: usize) -> String {
    if digits == 0 {
        return String::new();
    }
    let all = format!("{micros:06}");
    format!(".{}", all.get(..digits).unwrap_or(&all))
}

/// A day, written as `2026-01-31`.
pub(super) fn parse_date(text: &str) -> Option<String> {
    let day: civil::Date = text.parse().ok()?;
    // The parser also takes a date with a time behind it.
    (day.year() >= 0 && day.to_string() == text).then(|| text.to_owned())
}

/// A date and time as the server takes it, with exactly `digits` digits of a second. With an offset it is turned into
/// UTC. Nothing when the text is none, or has a fraction that would be lost.
pub(super) fn parse_date_time(text: &str, digits: usize) -> Option<String> {
    // A zone's name without an offset would be ignored, and a leap second would become the one before.
    if text.contains('[') || text.contains(":60") {
        return None;
    }
    let civil = match text.parse::<Timestamp>() {
        Ok(instant) => TimeZone::UTC.to_datetime(instant),
        Err(_) => text.parse::<civil::DateTime>().ok()?,
    };
    of_civil(civil, digits, u32::try_from(civil.subsec_nanosecond()).ok()?)
}

fn of_civil(civil: civil::DateTime, digits: usize, nanos: u32) -> Option<String> {
    let fraction = exact_fraction(nanos, digits)?;
    let (year, month, day) = (civil.year(), civil.month(), civil.day());
    let (hour, minute, second) = (civil.hour(), civil.minute(), civil.second());
    (year >= 0).then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}"))
}

/// `nanos` with `digits` digits, when no other digit is lost.
fn exact_fraction(nanos: u32, digits: usize) -> Option<String> {
    let all = format!("{nanos:09}");
    let (kept, lost) = all.split_at_checked(digits)?;
    let is_exact = lost.bytes().all(|digit| digit == b'0');
    is_exact.then(|| if digits == 0 { String::new() } else { format!(".{kept}") })
}

/// An instant cut to `digits` digits of a second, as the server compares it.
pub(super) fn floor(instant: Timestamp, digits: usize) -> Option<String> {
    let civil = TimeZone::UTC.to_datetime(instant);
    let unit = 10u32.checked_pow(u32::try_from(9usize.checked_sub(digits)?).ok()?)?;
    let nanos = u32::try_from(civil.subsec_nanosecond()).ok()?;
    of_civil(civil, digits, nanos - nanos % unit)
}

/// A time of up to 838 hours, negative too, with exactly `digits` digits of a second; nothing when the text is none,
/// or has a fraction that would be lost.
pub(super) fn parse_time(text: &str, digits: usize) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (clock, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    let number = |part: &str, longest: usize, most: u32| {
        let is_digits = (2..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|number| is_digits && *number <= most)
    };
    let (hours, minutes, seconds) =
        (number(hours, 3, 838)?, number(minutes, 2, 59)?, number(seconds, 2, 59)?);
    if parts.next().is_some() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos: u32 = format!("{fraction:0<9}").parse().ok()?;
    let is_zero = hours == 0 && minutes == 0 && seconds == 0 && nanos == 0;
    let sign = if is_zero { "" } else { sign };
    Some(format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{}", exact_fraction(nanos, digits)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_time_keeps_its_instant_or_is_refused() {
        let show = |text: &str| parse_date_time(text, 3).unwrap_or_else(|| "-".to_owned());
        assert_eq!(show("2026-01-02T03:04:05"), "2026-01-02T03:04:05.000");
        assert_eq!(show("2026-01-02 03:04:05.25"), "2026-01-02T03:04:05.250");
        assert_eq!(show("2026-01-02T03:04:05.250+01:00"), "2026-01-02T02:04:05.250");
        assert_eq!(show("2026-01-02"), "2026-01-02T00:00:00.000");
        assert_eq!(show("2026-01-02T03:04:05.2501"), "-");
        assert_eq!(show("2026-01-02T03:04:05[America/Edmonton]"), "-");
        assert_eq!(show("2026-06-30T23:59:60Z"), "-");
        assert_eq!(show("0000-00-00 00:00:00"), "-");
        assert_eq!(parse_date("2026-01-02").as_deref(), Some("2026-01-02"));
        assert_eq!(parse_date("2026-01-02T00:00:00"), None);
        assert_eq!(parse_date("2026-02-30"), None);
    }

    #[test]
    fn a_time_may_be_negative_and_longer_than_a_day() {
        let show = |text: &str| parse_time(text, 2).unwrap_or_else(|| "-".to_owned());
        assert_eq!(show("-838:59:59"), "-838:59:59.00");
        assert_eq!(show("07:30"), "07:30:00.00");
        assert_eq!(show("07:30:00.25"), "07:30:00.25");
        assert_eq!(show("-00:00:00"), "00:00:00.00");
        assert_eq!(show("07:30:00.255"), "-");
        assert_eq!(show("839:00:00"), "-");
        assert_eq!(show("7"), "-");
        assert_eq!(show("7:61:00"), "-");
    }

    #[test]
    fn an_instant_is_cut_to_what_a_column_keeps() {
        let instant: Timestamp = "2026-01-02T03:04:05.678901Z".parse().unwrap();
        assert_eq!(floor(instant, 0).as_deref(), Some("2026-01-02T03:04:05"));
        assert_eq!(floor(instant, 3).as_deref(), Some("2026-01-02T03:04:05.678"));
    }
}
