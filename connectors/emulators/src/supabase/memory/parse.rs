//! From texts and JSON to values, with the errors that the input functions of PostgreSQL raise.

use super::{
    cell::{Cell, exact},
    moment,
    show::jsonb,
};
use crate::supabase::{error::DatabaseError, tables::kind::Kind};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

type Parsed = Result<Cell, DatabaseError>;

/// Reads a text as a literal of SQL would be.
pub(super) fn text(text: &str, kind: &Kind) -> Parsed {
    match kind {
        Kind::Smallint => integer(text, kind, i16::MIN.into(), i16::MAX.into()),
        Kind::Integer => integer(text, kind, i32::MIN.into(), i32::MAX.into()),
        Kind::Bigint => integer(text, kind, i64::MIN, i64::MAX),
        Kind::Numeric(modifier) => match number(text) {
            Some(number) => numeric(number, *modifier),
            None => Err(syntax(kind, text)),
        },
        Kind::Text => Ok(Cell::Text(text.to_owned())),
        Kind::Varchar(length) => varchar(text, *length),
        Kind::Boolean => boolean(text).map(Cell::Bool).ok_or_else(|| syntax(kind, text)),
        Kind::Date => moment::date(text).map(Cell::Date),
        Kind::Timestamp => moment::local(text).map(Cell::Local),
        Kind::Timestamptz => moment::moment(text).map(Cell::Moment),
        Kind::Json | Kind::Jsonb => {
            let value: Value = serde_json::from_str(text).map_err(|_| no_json(text))?;
            json(&value, kind)
        }
        Kind::Uuid => uuid(text).map(Cell::Text).ok_or_else(|| syntax(kind, text)),
        Kind::Array(element) => {
            let elements = elements(text).ok_or_else(|| {
                DatabaseError::new("22P02", format!("malformed array literal: \"{text}\""))
                    .details("Array value must start with \"{\" or dimension information.")
            })?;
            let cells = elements.into_iter().map(|part| match part {
                Some(part) => self::text(&part, element),
                None => Ok(Cell::Null),
            });
            cells.collect::<Result<_, _>>().map(Cell::List)
        }
    }
}

/// Reads a member of a body as `json_to_recordset` does; `column` is its name.
pub(super) fn member(value: &Value, kind: &Kind, column: &str) -> Parsed {
    match (value, kind) {
        (Value::Null, _) => Ok(Cell::Null),
        (value, Kind::Json | Kind::Jsonb) => json(value, kind),
        (Value::String(text), kind) => {
            no_nul(text)?;
            self::text(text, kind)
        }
        (Value::Array(elements), Kind::Array(element)) => {
            let cells = elements.iter().map(|value| member(value, element, column));
            cells.collect::<Result<_, _>>().map(Cell::List)
        }
        (_, Kind::Array(_)) => Err(DatabaseError::new("22P02", "expected JSON array")
            .hint(format!("See the value of key \"{column}\"."))),
        (value, kind) => text(&value.to_string(), kind),
    }
}

fn json(value: &Value, kind: &Kind) -> Parsed {
    if *kind == Kind::Json {
        return Ok(Cell::Json(value.clone()));
    }
    without_nul(value)?;
    Ok(Cell::Json(jsonb(value)))
}

fn without_nul(value: &Value) -> Result<(), DatabaseError> {
    match value {
        Value::String(text) => no_nul(text),
        Value::Array(elements) => elements.iter().try_for_each(without_nul),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            no_nul(name)?;
            without_nul(value)
        }),
        _ => Ok(()),
    }
}

fn no_nul(text: &str) -> Result<(), DatabaseError> {
    if text.contains('\0') {
        return Err(DatabaseError::new("22P05", "unsupported Unicode escape sequence")
            .details("\\u0000 cannot be converted to text."));
    }
    Ok(())
}

fn syntax(kind: &Kind, text: &str) -> DatabaseError {
    DatabaseError::new("22P02", format!("invalid input syntax for type {}: \"{text}\"", kind.name()))
}

/// The text is no JSON; a word that JSON does not have is named.
fn no_json(text: &str) -> DatabaseError {
    let error = DatabaseError::new("22P02", "invalid input syntax for type json");
    let outside = text.split('"').step_by(2);
    let words =
        outside.flat_map(|part| part.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    let known = |word: &str| ["", "true", "false", "null"].contains(&word) || exact(word).is_some();
    match words.into_iter().find(|word| !known(word)) {
        Some(word) => error.details(format!("Token \"{word}\" is invalid.")),
        None => error,
    }
}

fn integer(text: &str, kind: &Kind, least: i64, most: i64) -> Parsed {
    let trimmed = text.trim();
    let digits = trimmed.trim_start_matches(['+', '-']);
    let has_one_sign = trimmed.len() - digits.len() <= 1;
    if digits.is_empty() || !has_one_sign || !digits.chars().all(|letter| letter.is_ascii_digit()) {
        return Err(syntax(kind, text));
    }
    match trimmed.parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(Cell::Int(number)),
        _ => {
            let message = format!("value \"{text}\" is out of range for type {}", kind.name());
            Err(DatabaseError::new("22003", message))
        }
    }
}

fn number(text: &str) -> Option<Decimal> {
    exact(text.trim())
}

/// A number within the precision and scale of its column.
pub(super) fn numeric(number: Decimal, modifier: Option<(u32, u32)>) -> Parsed {
    let Some((precision, scale)) = modifier else { return Ok(Cell::Decimal(number)) };
    let mut rounded = number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(scale);
    let whole = precision.saturating_sub(scale);
    let bound = Decimal::from_i128_with_scale(10_i128.pow(whole.min(28)), 0);
    if rounded.abs() >= bound {
        let bound = if whole == 0 { "1".to_owned() } else { format!("10^{whole}") };
        return Err(DatabaseError::new("22003", "numeric field overflow").details(format!(
            "A field with precision {precision}, scale {scale} must round to an absolute value less than {bound}."
        )));
    }
    Ok(Cell::Decimal(rounded))
}

fn varchar(text: &str, length: Option<usize>) -> Parsed {
    let Some(length) = length else { return Ok(Cell::Text(text.to_owned())) };
    if text.chars().count() <= length {
        return Ok(Cell::Text(text.to_owned()));
    }
    // Blanks beyond the end are cut off without a word.
    if text.chars().skip(length).all(|letter| letter == ' ') {
        return Ok(Cell::Text(text.chars().take(length).collect()));
    }
    Err(DatabaseError::new("22001", format!("value too long for type character varying({length})")))
}

fn boolean(text: &str) -> Option<bool> {
    let word = text.trim().to_ascii_lowercase();
    let begins = |whole: &str, least: usize| word.len() >= least && whole.starts_with(&word);
    if begins("true", 1) || begins("yes", 1) || word == "on" || word == "1" {
        return Some(true);
    }
    (begins("false", 1) || begins("no", 1) || begins("off", 2) || word == "0").then_some(false)
}

fn uuid(text: &str) -> Option<String> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let digits: String = inner.chars().filter(|letter| *letter != '-').collect();
    if digits.len() != 32 || !digits.chars().all(|letter| letter.is_ascii_hexdigit()) {
        return None;
    }
    let mut out = String::new();
    for (place, digit) in digits.to_ascii_lowercase().chars().enumerate() {
        if [8, 12, 16, 20].contains(&place) {
            out.push('-');
        }
        out.push(digit);
    }
    Some(out)
}

/// The elements of a list as text: `{1,"a b",NULL}`.
pub(super) fn elements(text: &str) -> Option<Vec<Option<String>>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut elements = Vec::new();
    if inner.trim().is_empty() {
        return Some(elements);
    }
    let mut letters = inner.chars().peekable();
    loop {
        let (mut element, mut is_quoted) = (String::new(), false);
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        loop {
            match letters.next() {
                Some('"') => {
                    is_quoted = true;
                    loop {
                        match letters.next()? {
                            '"' => break,
                            '\\' => element.push(letters.next()?),
                            letter => element.push(letter),
                        }
                    }
                }
                Some(',') => {
                    elements.push(finished(element, is_quoted));
                    break;
                }
                None => {
                    elements.push(finished(element, is_quoted));
                    return Some(elements);
                }
                Some('\\') => element.push(letters.next()?),
                Some('{' | '}') => return None,
                Some(letter) => element.push(letter),
            }
        }
    }
}

fn finished(element: String, is_quoted: bool) -> Option<String> {
    if is_quoted {
        return Some(element);
    }
    let trimmed = element.trim_end();
    (!trimmed.eq_ignore_ascii_case("null")).then(|| trimmed.to_owned())
}
