//! From the TOML parser's tree to JSON and spans.

use super::{child, spans::Spans};
use ::toml::{
    Spanned,
    de::{DeInteger, DeTable, DeValue},
};
use serde_json::{Map, Number, Value};
use std::ops::Range;

/// A number without an exact value: where it stands, and what is wrong with it.
pub(super) type Inexact = (Range<usize>, &'static str);

/// JSON, spans, and the numbers that have no exact value (they become `null`).
pub(super) fn convert(text: &str, table: &DeTable<'_>) -> (Value, Spans, Vec<Inexact>) {
    let mut walk = Walk { text, spans: Spans::default(), inexact: Vec::new() };
    let json = walk.table("", table);
    walk.spans.insert(String::new(), None, 0..0);
    (json, walk.spans, walk.inexact)
}

struct Walk<'a> {
    text: &'a str,
    spans: Spans,
    inexact: Vec<Inexact>,
}

impl Walk<'_> {
    fn table(&mut self, pointer: &str, table: &DeTable<'_>) -> Value {
        let mut members: Vec<_> = table.iter().collect();
        // The parser sorts by name; files are read in their own order.
        members.sort_by_key(|(key, _)| key.span().start);
        let mut json = Map::new();
        for (key, value) in members {
            let pointer = child(pointer, key.get_ref());
            let converted = self.value(&pointer, value);
            self.place(pointer, Some(key.span()), value);
            json.insert(key.get_ref().to_string(), converted);
        }
        Value::Object(json)
    }

    fn value(&mut self, pointer: &str, value: &Spanned<DeValue<'_>>) -> Value {
        match value.get_ref() {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Integer(number) => {
                let problem = "the integer has more than 64 bits: write it in decimal digits";
                self.number(integer(number), value.span(), problem)
            }
            DeValue::Float(number) => {
                let problem = "a number here needs an exact value";
                self.number(number.as_str().parse().ok(), value.span(), problem)
            }
            DeValue::Boolean(flag) => Value::from(*flag),
            DeValue::Datetime(date) => Value::from(date.to_string()),
            DeValue::Table(table) => self.table(pointer, table),
            DeValue::Array(items) => {
                let mut json = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let pointer = child(pointer, index);
                    json.push(self.value(&pointer, item));
                    self.place(pointer, None, item);
                }
                Value::Array(json)
            }
        }
    }

    fn number(&mut self, number: Option<Number>, bytes: Range<usize>, problem: &'static str) -> Value {
        if number.is_none() {
            self.inexact.push((bytes, problem));
        }
        number.map_or(Value::Null, Value::Number)
    }

    /// Notes where a value stands. The parser gives tables under headers the range of a header and dotted
    /// tables none that is of use: there the key stands for the value.
    fn place(&mut self, pointer: String, key: Option<Range<usize>>, value: &Spanned<DeValue<'_>>) {
        let bytes = value.span();
        let is_written_out = match value.get_ref() {
            DeValue::Table(_) => self.text.get(bytes.clone()).is_some_and(|text| text.starts_with('{')),
            DeValue::Array(items) => items.first().is_none_or(|item| item.span().start > bytes.start),
            _ => true,
        };
        let shown = if is_written_out { bytes } else { key.clone().unwrap_or(bytes) };
        self.spans.insert(pointer, key, shown);
    }
}

/// The number in decimal digits, whatever its notation.
fn integer(number: &DeInteger<'_>) -> Option<Number> {
    let text = number.as_str();
    if number.radix() == 10 {
        return text.trim_start_matches('+').parse().ok();
    }
    u64::from_str_radix(text, number.radix()).ok().map(Number::from)
}
