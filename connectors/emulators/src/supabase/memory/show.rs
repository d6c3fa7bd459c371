//! From values to JSON and texts, as PostgreSQL writes them.

use super::cell::{Cell, decimal};
use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde_json::{Map, Number, Value};

/// A value as JSON: `2026-02-03T15:15:00+00:00`.
pub(super) fn json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(flag) => Value::Bool(*flag),
        Cell::Int(number) => Value::from(*number),
        Cell::Decimal(number) => {
            let text = number.to_string();
            text.parse::<Number>().map_or(Value::String(text), Value::Number)
        }
        Cell::Text(text) => Value::String(text.clone()),
        Cell::Date(date) => Value::String(date.to_string()),
        Cell::Local(at) => Value::String(local(*at, 'T')),
        Cell::Moment(at) => Value::String(format!("{}+00:00", utc(*at, 'T'))),
        Cell::Json(value) => value.clone(),
        Cell::List(cells) => Value::Array(cells.iter().map(json).collect()),
    }
}

/// A value as text; `None` for null.
pub(super) fn text(cell: &Cell) -> Option<String> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Bool(flag) => if *flag { "t" } else { "f" }.to_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Date(date) => date.to_string(),
        Cell::Local(at) => local(*at, ' '),
        Cell::Moment(at) => format!("{}+00", utc(*at, ' ')),
        Cell::Json(value) => spaced(value),
        Cell::List(cells) => {
            let elements: Vec<String> = cells.iter().map(element).collect();
            format!("{{{}}}", elements.join(","))
        }
    })
}

fn element(cell: &Cell) -> String {
    let Some(text) = text(cell) else { return "NULL".to_owned() };
    let is_plain = !text.is_empty()
        && !text.eq_ignore_ascii_case("null")
        && !text.contains(|letter: char| letter.is_whitespace() || "{}\",\\".contains(letter));
    if is_plain { text } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

fn utc(at: Timestamp, between: char) -> String {
    local(Offset::UTC.to_datetime(at), between)
}

/// A day and time, with as many decimals as there are.
fn local(at: DateTime, between: char) -> String {
    let mut text = format!("{}{between}{:02}:{:02}:{:02}", at.date(), at.hour(), at.minute(), at.second());
    let micros = at.subsec_nanosecond() / 1000;
    if micros != 0 {
        let digits = format!("{micros:06}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text
}

/// JSON as `jsonb` writes it, with blanks after colons and commas.
pub(super) fn spaced(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(spaced).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                format!("{}: {}", Value::String(name.clone()), spaced(value))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        one => one.to_string(),
    }
}

/// JSON as `jsonb` keeps it: members by the length of their names, then by their bytes; numbers without exponents.
pub(super) fn jsonb(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(jsonb).collect(),
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|a, b| a.0.len().cmp(&b.0.len()).then_with(|| a.0.cmp(b.0)));
            let members: Map<String, Value> =
                sorted.into_iter().map(|(name, value)| (name.clone(), jsonb(value))).collect();
            Value::Object(members)
        }
        Value::Number(number) => {
            let plain = decimal(number).and_then(|number| number.to_string().parse::<Number>().ok());
            Value::Number(plain.unwrap_or_else(|| number.clone()))
        }
        one => one.clone(),
    }
}

/// JSON without members that are null.
pub(super) fn stripped(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(stripped).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name.clone(), stripped(value))).collect())
        }
        one => one.clone(),
    }
}

/// A row as a line of CSV: the text of a record without its parentheses.
pub(super) fn line(cells: &[Cell]) -> String {
    let mut line = String::new();
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            line.push(',');
        }
        let Some(text) = text(cell) else { continue };
        let is_plain = !text.is_empty()
            && !text.contains(|letter: char| letter.is_whitespace() || "\"\\(),".contains(letter));
        if is_plain {
            line.push_str(&text);
        } else {
            let escaped = text.replace('\\', "\\\\").replace('"', "\"\"");
            line.push('"');
            line.push_str(&escaped);
            line.push('"');
        }
    }
    line
}

/// The longest value in the detail of an error, in bytes.
const LONGEST: usize = 64;

/// A row in the detail of an error: long values are cut.
pub(super) fn failing(cells: &[Cell]) -> String {
    let shown = cells.iter().map(|cell| {
        let text = text(cell).unwrap_or_else(|| "null".to_owned());
        if text.len() <= LONGEST {
            return text;
        }
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        format!("{}...", text.get(..end).unwrap_or_default())
    });
    shown.collect::<Vec<_>>().join(", ")
}
