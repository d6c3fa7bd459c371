//! Doing a transform.

use super::{Transform, hash, html, list, number, phone, rounding, text, time};
use engine_contract::Value;
use rust_decimal::Decimal;

impl Transform {
    /// Does it.
    ///
    /// # Errors
    /// What kind of value it needs, as the end of a sentence: `a decimal number`. Never the value.
    pub fn apply(&self, value: Value) -> Result<Value, &'static str> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        match self {
            Self::Integer => number::integer(&value),
            Self::Decimal => number::decimal(&value),
            Self::Boolean => number::boolean(&value),
            Self::Round { .. }
            | Self::Scale(_)
            | Self::Negate
            | Self::Abs
            | Self::Multiply(_)
            | Self::Divide { .. } => number::change(&value, |number| self.number(number)),
            Self::Date
            | Self::DateParse(_)
            | Self::DateFormat(_)
            | Self::TimestampUtc
            | Self::Timestamp(_)
            | Self::LocalDate(_)
            | Self::AddDays(_)
            | Self::FromUnix(_)
            | Self::ToUnix(_) => self.time(value),
            Self::First
            | Self::Last
            | Self::Get(_)
            | Self::Join(_)
            | Self::Count
            | Self::Sum
            | Self::Sort(_)
            | Self::Unique
            | Self::Flatten => self.list(value),
            Self::NullIf(those) => {
                Ok(if those.iter().any(|that| number::same(that, &value)) { Value::Null } else { value })
            }
            Self::Matches(pattern) => text::read(value, |text| Ok(pattern.regex().is_match(text).into())),
            Self::RegexExtract(pattern) => text::read(value, |text| Ok(text::extract(pattern, text))),
            Self::Split(at) => text::read(value, |text| Ok(text::split(text, at))),
            Self::Phone(country) => text::read(value, |text| phone::e164(text, country)),
            Self::Fit { length, overflow } => text::fit(value, *length, *overflow),
            _ => text::change(value, |text| self.text(text)),
        }
    }

    fn text(&self, text: String) -> String {
        match self {
            Self::Trim => text::trim(text),
            Self::CollapseSpaces => text::collapse_spaces(text),
            Self::Lowercase => text::lowercase(text),
            Self::Uppercase => text::uppercase(text),
            Self::Replace { from, to } => text::replace(text, from, to),
            Self::Prefix(prefix) => [prefix, text.as_str()].concat(),
            Self::Suffix(suffix) => text + suffix.as_str(),
            Self::Pad { length, with, side } => text::pad(text, *length, *with, *side),
            Self::Slice { from, to } => text::slice(text, *from, *to),
            Self::Only(characters) => text::only(text, *characters),
            Self::Normalize => text::normalize(text),
            Self::RemoveAccents => text::remove_accents(text),
            Self::StripHtml => html::strip(text),
            Self::RegexReplace { pattern, to } => text::regex_replace(text, pattern, to),
            Self::Hash(digest) => hash::hex(&text, *digest),
            _ => text,
        }
    }

    fn number(&self, number: Decimal) -> Result<Decimal, &'static str> {
        match self {
            Self::Round { places, mode } => Ok(mode.round(number, *places)),
            Self::Scale(places) => number::scale(number, *places),
            Self::Negate => Ok(rounding::positive_zero(-number)),
            Self::Abs => Ok(number.abs()),
            Self::Multiply(by) => rounding::product(number, by.0).ok_or(number::TOO_LONG),
            Self::Divide { by, places, mode } => match places {
                Some(places) => rounding::quotient(number, by.0, *places, *mode),
                None => rounding::exact_quotient(number, by.0),
            }
            .ok_or(number::TOO_LONG),
            _ => Ok(number),
        }
    }

    fn time(&self, value: Value) -> Result<Value, &'static str> {
        match self {
            Self::Date => time::date(value),
            Self::DateParse(format) => time::parse(&value, format),
            Self::DateFormat(format) => time::format(&value, format),
            Self::TimestampUtc => time::timestamp(&value, None),
            Self::Timestamp(zone) => time::timestamp(&value, Some(zone)),
            Self::LocalDate(zone) => time::local_date(&value, zone),
            Self::AddDays(days) => time::add_days(&value, *days),
            Self::FromUnix(unit) => time::from_unix(&value, *unit),
            Self::ToUnix(unit) => time::to_unix(&value, *unit),
            _ => Ok(value),
        }
    }

    fn list(&self, value: Value) -> Result<Value, &'static str> {
        match self {
            Self::First => list::first(value),
            Self::Last => list::last(value),
            Self::Get(key) => list::get(value, key),
            Self::Join(with) => list::join(&value, with),
            Self::Count => list::count(&value),
            Self::Sum => list::sum(&value),
            Self::Sort(order) => list::sort(value, *order),
            Self::Unique => list::unique(value),
            Self::Flatten => list::flatten(value),
            _ => Ok(value),
        }
    }
}
