//! From a transform as it is written to the typed one.

use super::{Exact, Mode, Pattern, Transform, Zone, catalog, rounding::MOST_PLACES};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

/// Why a transform cannot be used as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadArgument {
    /// There is no transform of this name.
    Unknown,
    /// It needs another argument: how it is written.
    Needs(&'static str),
    /// Its argument has the right form, but something is wrong with it: this.
    Invalid(String),
}

/// What a transform takes from the project when its argument does not say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The time zone in which days begin and end.
    pub zone: Zone,
}

impl Transform {
    /// The transform called `name` with its argument; `null` for a bare name.
    ///
    /// # Errors
    /// [`BadArgument`] when there is none, or its argument does not fit.
    pub fn parse(name: &str, argument: &Json, defaults: &Defaults) -> Result<Self, BadArgument> {
        let spec = catalog::find(name).ok_or(BadArgument::Unknown)?;
        (spec.read)(&Argument { json: argument, defaults }).map_err(|bad| match bad {
            Bad::Form => BadArgument::Needs(spec.usage),
            Bad::Needs(what) => BadArgument::Needs(what),
            Bad::Invalid(what) => BadArgument::Invalid(what),
        })
    }
}

/// Why an argument was refused.
pub(super) enum Bad {
    /// It is not written as it should be.
    Form,
    /// It needs something else than its form.
    Needs(&'static str),
    /// Its value is wrong.
    Invalid(String),
}

pub(super) type Read<T> = Result<T, Bad>;

/// An argument that is read.
pub(super) struct Argument<'a> {
    json: &'a Json,
    pub(super) defaults: &'a Defaults,
}

impl<'a> Argument<'a> {
    /// For a transform that takes none.
    pub(super) fn none(&self, transform: Transform) -> Read<Transform> {
        if self.is_missing() { Ok(transform) } else { Err(Bad::Form) }
    }

    pub(super) fn is_missing(&self) -> bool {
        self.json.is_null()
    }

    pub(super) fn json(&self) -> &'a Json {
        self.json
    }

    /// The table, when it has no other keys than these.
    pub(super) fn table(&self, keys: &[&str]) -> Read<Table<'a>> {
        let members = self.json.as_object().ok_or(Bad::Form)?;
        if members.keys().any(|key| !keys.contains(&key.as_str())) {
            return Err(Bad::Form);
        }
        Ok(Table(members))
    }

    pub(super) fn is_table(&self) -> bool {
        self.json.is_object()
    }

    pub(super) fn text(&self) -> Read<String> {
        text(self.json)
    }

    /// A text with at least one character.
    pub(super) fn some_text(&self) -> Read<String> {
        self.text().and_then(not_empty)
    }

    pub(super) fn whole<N: TryFrom<i64>>(&self) -> Read<N> {
        whole(self.json)
    }

    pub(super) fn places(&self) -> Read<u32> {
        places(self.json)
    }

    pub(super) fn exact(&self) -> Read<Exact> {
        exact(self.json)
    }

    pub(super) fn pattern(&self) -> Read<Pattern> {
        pattern(self.json)
    }

    pub(super) fn zone(&self) -> Read<Zone> {
        let name = self.text()?;
        Zone::named(&name).ok_or_else(|| Bad::Invalid(format!("there is no time zone `{name}`")))
    }

    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Read<T> {
        word(self.json, words)
    }
}

/// The table of an argument.
pub(super) struct Table<'a>(&'a Map<String, Json>);

impl Table<'_> {
    pub(super) fn text(&self, key: &str) -> Read<String> {
        text(self.member(key)?)
    }

    pub(super) fn some_text(&self, key: &str) -> Read<String> {
        self.text(key).and_then(not_empty)
    }

    pub(super) fn whole<N: TryFrom<i64>>(&self, key: &str) -> Read<N> {
        whole(self.member(key)?)
    }

    pub(super) fn whole_or<N: TryFrom<i64>>(&self, key: &str, default: N) -> Read<N> {
        if self.0.contains_key(key) { self.whole(key) } else { Ok(default) }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn places(&self, key: &str) -> Read<u32> {
        places(self.member(key)?)
    }

    pub(super) fn exact(&self, key: &str) -> Read<Exact> {
        exact(self.member(key)?)
    }

    pub(super) fn pattern(&self, key: &str) -> Read<Pattern> {
        pattern(self.member(key)?)
    }

    pub(super) fn word_or<T: Copy>(&self, key: &str, words: &[(&str, T)], default: T) -> Read<T> {
        self.0.get(key).map_or(Ok(default), |json| word(json, words))
    }

    pub(super) fn mode(&self) -> Read<Mode> {
        self.word_or("mode", &Mode::ALL, Mode::HalfUp)
    }

    fn member(&self, key: &str) -> Read<&Json> {
        self.0.get(key).ok_or(Bad::Form)
    }
}

fn text(json: &Json) -> Read<String> {
    json.as_str().map(str::to_owned).ok_or(Bad::Form)
}

fn not_empty(text: String) -> Read<String> {
    if text.is_empty() { Err(Bad::Form) } else { Ok(text) }
}

fn whole<N: TryFrom<i64>>(json: &Json) -> Read<N> {
    json.as_i64().and_then(|number| N::try_from(number).ok()).ok_or(Bad::Form)
}

fn places(json: &Json) -> Read<u32> {
    let places = whole(json)?;
    if places <= MOST_PLACES { Ok(places) } else { Err(Bad::Needs("0 to 28 digits after the point")) }
}

/// A number, or a number in quotes.
fn exact(json: &Json) -> Read<Exact> {
    let number = match json {
        Json::Number(number) => Decimal::from_str_exact(number.as_str()),
        Json::String(text) => Decimal::from_str_exact(text),
        _ => return Err(Bad::Form),
    };
    number.map(Exact).map_err(|_| Bad::Form)
}

fn pattern(json: &Json) -> Read<Pattern> {
    Pattern::new(&text(json)?).map_err(Bad::Invalid)
}

fn word<T: Copy>(json: &Json, words: &[(&str, T)]) -> Read<T> {
    let text = json.as_str().ok_or(Bad::Form)?;
    words.iter().find(|(word, _)| *word == text).map(|(_, means)| *means).ok_or(Bad::Form)
}
