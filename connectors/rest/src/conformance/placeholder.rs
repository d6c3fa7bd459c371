//! What stands for personal data: the same value always has the same stand-in, of the same shape.

use engine_contract::{Cursor, Field, FieldType};
use regex::Regex;
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// Addresses of people within any text.
static EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}").ok());
/// Numbers that are called: at least seven digits, and nothing but what stands between digits.
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\+?[0-9][0-9 ()./-]{5,}[0-9]$").ok());
/// The same within other words, where only the sign in front tells them from other numbers.
static CALLED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+[0-9][0-9 ()./-]{5,}[0-9]").ok());

/// The kind of numbers that are no text.
const NUMERAL: &str = "numeral";

/// Stand-ins by kind and by what they stand for.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    known: BTreeMap<(&'static str, String), String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Placeholders {
    fn get(&mut self, kind: &'static str, value: &str, stand_in: impl FnOnce(usize) -> String) -> String {
        if let Some(known) = self.known.get(&(kind, value.to_owned())) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let made = stand_in(*count);
        self.known.insert((kind, value.to_owned()), made.clone());
        made
    }

    /// The texts that have a stand-in, longest first: parts of others must not be replaced before these. Short
    /// numbers are the size of a page as well.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let tells = |value: &str| value.len() >= 4 || !value.bytes().all(|byte| byte.is_ascii_digit());
        let texts = self.known.iter().filter(|((kind, value), _)| *kind != NUMERAL && tells(value));
        let mut pairs: Vec<(String, String)> =
            texts.map(|((_, value), made)| (value.clone(), made.clone())).collect();
        pairs.sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| one.cmp(other)));
        pairs
    }

    /// The stand-in of a personal text.
    pub(super) fn text(&mut self, text: &str, field: Option<&Field>) -> String {
        if text.trim().is_empty() {
            return text.to_owned();
        }
        if let Some(one) = field.and_then(|field| field.one_of.first()) {
            return one.clone();
        }
        let made = self.by_shape(text, field);
        let most = field.and_then(|field| field.max_length).unwrap_or(usize::MAX);
        made.chars().take(most).collect()
    }

    fn by_shape(&mut self, text: &str, field: Option<&Field>) -> String {
        if is_whole(&EMAIL, text) {
            return self.email(text);
        }
        let kind = field.map(|field| field.kind);
        if matches!(kind, Some(FieldType::Date | FieldType::Timestamp)) || is_moment(text) {
            let day = "1990-01-01";
            let rest = text.get(day.len()..).filter(|_| text.len() > day.len());
            return rest.map_or_else(|| day.to_owned(), |_| format!("{day}T00:00:00Z"));
        }
        if text.contains("://") {
            return self.get("address", text, |count| format!("https://example.com/{count}"));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) || field.is_some_and(|field| field.is_money) {
            let length = text.chars().filter(char::is_ascii_digit).count().min(15);
            return self.get("number", text, |count| format!("{count:0length$}"));
        }
        if is_whole(&PHONE, text) {
            return self.phone(text);
        }
        self.get("text", text, |count| format!("Sample {count}"))
    }

    fn email(&mut self, text: &str) -> String {
        self.get("email", &text.to_lowercase(), |count| format!("person{count}@example.com"))
    }

    fn phone(&mut self, text: &str) -> String {
        self.get("phone", text, |count| format!("+1555010{count:04}"))
    }

    /// The stand-in of a personal number.
    pub(super) fn number(&mut self, number: &serde_json::Number) -> Value {
        let made = self.get(NUMERAL, &number.to_string(), |count| count.to_string());
        serde_json::from_str(&made).unwrap_or(Value::Null)
    }

    /// A text that is not personal as a whole: addresses and numbers within it are replaced.
    pub(super) fn within(&mut self, text: &str) -> String {
        let mut out = text.to_owned();
        if let Some(email) = &*EMAIL {
            let found: Vec<String> = email.find_iter(text).map(|found| found.as_str().to_owned()).collect();
            for one in found {
                let made = self.email(&one);
                out = out.replace(&one, &made);
            }
        }
        if let Some(called) = &*CALLED {
            let found: Vec<String> = called.find_iter(&out).map(|found| found.as_str().to_owned()).collect();
            for one in found.into_iter().filter(|one| !one.starts_with("+1555010") && !is_moment(text)) {
                let made = self.phone(&one);
                out = out.replace(&one, &made);
            }
        }
        out
    }
}

fn is_whole(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    let found = pattern.as_ref().and_then(|pattern| pattern.find(text));
    found.is_some_and(|found| found.len() == text.len())
}

fn is_moment(text: &str) -> bool {
    text.contains('-') && matches!(Cursor::parse(text), Ok(Cursor::Instant(_)))
}
