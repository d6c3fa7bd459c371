//! Days and times as texts: ISO 8601, as programs write it. Of the other forms that PostgreSQL reads there are none.

use crate::supabase::error::DatabaseError;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

/// A text taken apart: the numbers of the day, of the time, and the offset in seconds.
struct Parts {
    day: [i16; 3],
    time: [i16; 3],
    micros: i32,
    offset: i32,
}

/// A day; a time beside it is dropped.
pub(super) fn date(text: &str) -> Result<Date, DatabaseError> {
    let parts = parts(text).ok_or_else(|| syntax("date", text))?;
    day(&parts, text)
}

/// A day and time; an offset beside it is dropped.
pub(super) fn local(text: &str) -> Result<DateTime, DatabaseError> {
    let parts = parts(text).ok_or_else(|| syntax("timestamp", text))?;
    at(&parts, text)
}

/// A moment; without an offset in UTC.
pub(super) fn moment(text: &str) -> Result<Timestamp, DatabaseError> {
    let parts = parts(text).ok_or_else(|| syntax("timestamp with time zone", text))?;
    let local = at(&parts, text)?;
    let offset = Offset::from_seconds(parts.offset).map_err(|_| {
        DatabaseError::new("22009", format!("time zone displacement out of range: \"{text}\""))
    })?;
    offset.to_timestamp(local).map_err(|_| out_of_range(text))
}

fn day(parts: &Parts, text: &str) -> Result<Date, DatabaseError> {
    let [year, month, day] = parts.day;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(out_of_range(text).hint("Perhaps you need a different \"datestyle\" setting."));
    }
    let (month, number) = (i8::try_from(month).unwrap_or(1), i8::try_from(day).unwrap_or(1));
    Date::new(year, month, number).map_err(|_| out_of_range(text))
}

fn at(parts: &Parts, text: &str) -> Result<DateTime, DatabaseError> {
    let date = day(parts, text)?;
    let [hour, minute, second] = parts.time;
    // Midnight may be the end of the day, and a minute may have 60 seconds.
    let is_end = hour == 24 && minute == 0 && second == 0 && parts.micros == 0;
    let is_leap = second == 60 && parts.micros == 0;
    let small = |number: i16| i8::try_from(number).unwrap_or(i8::MAX);
    let hour = if is_end { 0 } else { small(hour) };
    let second = if is_leap { 0 } else { small(second) };
    let time = Time::new(hour, small(minute), second, parts.micros * 1000).map_err(|_| out_of_range(text))?;
    let mut at = date.to_datetime(time);
    if is_end {
        at = at.checked_add(jiff::Span::new().days(1)).map_err(|_| out_of_range(text))?;
    }
    if is_leap {
        at = at.checked_add(jiff::Span::new().minutes(1)).map_err(|_| out_of_range(text))?;
    }
    Ok(at)
}

fn syntax(kind: &str, text: &str) -> DatabaseError {
    DatabaseError::new("22007", format!("invalid input syntax for type {kind}: \"{text}\""))
}

fn out_of_range(text: &str) -> DatabaseError {
    DatabaseError::new("22008", format!("date/time field value out of range: \"{text}\""))
}

fn parts(text: &str) -> Option<Parts> {
    let text = text.trim();
    let (day, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => (text, ""),
    };
    let mut numbers = day.split('-');
    let mut number = |digits: std::ops::RangeInclusive<usize>| {
        let part = numbers.next().filter(|part| digits.contains(&part.len()))?;
        part.chars().all(|letter| letter.is_ascii_digit()).then(|| part.parse::<i16>().ok())?
    };
    let day = [number(4..=4)?, number(1..=2)?, number(1..=2)?];
    if numbers.next().is_some() {
        return None;
    }
    let mut parts = Parts { day, time: [0; 3], micros: 0, offset: 0 };
    if rest.is_empty() {
        return Some(parts);
    }
    let end = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    clock(time.trim(), &mut parts)?;
    parts.offset = offset(zone.trim())?;
    Some(parts)
}

fn clock(text: &str, parts: &mut Parts) -> Option<()> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let numbers: Vec<&str> = whole.split(':').collect();
    if !(2..=3).contains(&numbers.len()) || (!fraction.is_empty() && numbers.len() != 3) {
        return None;
    }
    for (place, part) in parts.time.iter_mut().zip(&numbers) {
        let is_number = (1..=2).contains(&part.len()) && part.chars().all(|letter| letter.is_ascii_digit());
        *place = part.parse().ok().filter(|_| is_number)?;
    }
    if !fraction.is_empty() {
        if !fraction.chars().all(|letter| letter.is_ascii_digit()) {
            return None;
        }
        // Beyond six digits it is rounded; the seventh decides.
        let digits: String = format!("{fraction:0<7}").chars().take(7).collect();
        parts.micros = (digits.parse::<i32>().ok()? + 5) / 10;
    }
    Some(())
}

/// An offset in seconds: `Z`, `+02`, `+02:30`, `-0330`.
fn offset(text: &str) -> Option<i32> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|letter| *letter != ':').collect();
    if !matches!(digits.len(), 1 | 2 | 4 | 6) || !digits.chars().all(|letter| letter.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize| digits.get(from..from + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let hours = if digits.len() == 1 { digits.parse().ok()? } else { part(0)? };
    Some(sign * (hours * 3600 + part(2)? * 60 + part(4)?))
}
