//! The table of transforms: what each is called, what it does, what argument it takes, and how it looks at
//! work. The parser, the schemas of editors and the reference page all come from here.

mod list;
mod number;
mod schema;
mod text;
mod time;

use super::{
    Transform,
    parse::{Argument, Read},
};
use serde_json::Value as Json;

/// What is known of a transform.
pub struct Spec {
    /// Its name in mapping files.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it does, in a sentence or more.
    pub doc: &'static str,
    /// How its argument is written; `no argument` when it takes none.
    pub usage: &'static str,
    /// Examples of it at work.
    pub examples: &'static [Example],
    shape: Shape,
    pub(super) read: fn(&Argument<'_>) -> Read<Transform>,
}

/// The parts of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Text.
    Text,
    /// Regular expressions.
    Patterns,
    /// Numbers and booleans.
    Numbers,
    /// Dates and times.
    Times,
    /// Lists and objects.
    Lists,
    /// What fits nowhere else.
    Others,
}

impl Group {
    /// All groups in the order of the reference.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Patterns, Self::Numbers, Self::Times, Self::Lists, Self::Others];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Patterns => "Regular expressions",
            Self::Numbers => "Numbers and booleans",
            Self::Times => "Dates and times",
            Self::Lists => "Lists and objects",
            Self::Others => "Others",
        }
    }
}

/// A transform at work.
pub struct Example {
    /// The element of the `transform` list, as TOML.
    pub call: &'static str,
    /// The value before, as JSON.
    pub input: &'static str,
    /// The value after, as JSON; nothing when it fails.
    pub output: Option<&'static str>,
}

/// Whether a transform takes an argument, and the JSON Schema of it.
enum Shape {
    Bare,
    Optional(fn() -> Json),
    Needed(fn() -> Json),
}

const fn to(call: &'static str, input: &'static str, output: &'static str) -> Example {
    Example { call, input, output: Some(output) }
}

const fn fails(call: &'static str, input: &'static str) -> Example {
    Example { call, input, output: None }
}

const NO_ARGUMENT: &str = "no argument: only its name";

/// All transforms, in the order of the reference.
pub static TABLE: [&Spec; 49] = [
    &text::TEXT,
    &text::TRIM,
    &text::COLLAPSE_SPACES,
    &text::LOWERCASE,
    &text::UPPERCASE,
    &text::REPLACE,
    &text::PREFIX,
    &text::SUFFIX,
    &text::PAD,
    &text::SLICE,
    &text::ONLY,
    &text::NORMALIZE,
    &text::REMOVE_ACCENTS,
    &text::STRIP_HTML,
    &text::FIT,
    &text::SPLIT,
    &text::REGEX_REPLACE,
    &text::REGEX_EXTRACT,
    &text::MATCHES,
    &number::INTEGER,
    &number::DECIMAL,
    &number::BOOLEAN,
    &number::ROUND,
    &number::SCALE,
    &number::NEGATE,
    &number::ABS,
    &number::MULTIPLY,
    &number::DIVIDE,
    &time::DATE,
    &time::DATE_PARSE,
    &time::DATE_FORMAT,
    &time::TIMESTAMP_UTC,
    &time::TIMESTAMP,
    &time::LOCAL_DATE,
    &time::ADD_DAYS,
    &time::FROM_UNIX,
    &time::TO_UNIX,
    &list::FIRST,
    &list::LAST,
    &list::GET,
    &list::JOIN,
    &list::COUNT,
    &list::SUM,
    &list::SORT,
    &list::UNIQUE,
    &list::FLATTEN,
    &text::PHONE,
    &text::HASH,
    &list::NULL_IF,
];

/// The names of all transforms, in the order of [`TABLE`].
#[expect(clippy::indexing_slicing, reason = "an index outside the table would not compile")]
pub(super) const NAMES: [&str; TABLE.len()] = {
    let mut names = [""; TABLE.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = TABLE[at].name;
        at += 1;
    }
    names
};

pub(super) fn find(name: &str) -> Option<&'static Spec> {
    TABLE.into_iter().find(|spec| spec.name == name)
}
