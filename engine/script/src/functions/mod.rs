//! The functions of scripts: one table says what each is called, does, gives and shows.
//!
//! A script may call what is in the table and nothing else. The table registers our functions, names those
//! of rhai that remain, tells inference their results, and makes the page `docs/reference/script.md`. None
//! of our functions changes what it is given. Those that can make a value longer than what they get check
//! the size themselves, and those that walk a long value count operations for it.

mod date;
mod decimal;
mod group;
mod list;
mod order;
#[cfg(test)]
mod page;
mod remaining;
mod text;
mod value;

use std::{collections::BTreeMap, sync::LazyLock};

/// A function as scripts know it.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// How it is called: `text.padded_left(width, fill) -> text`.
    pub(crate) signatures: &'static [&'static str],
    /// What it does, in a sentence.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the page and the tests look at it"))]
    pub(crate) doc: &'static str,
    /// Scripts and the JSON of what they give.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the page and the tests look at it"))]
    pub(crate) examples: &'static [(&'static str, &'static str)],
    pub(crate) gives: Gives,
    pub(crate) origin: Origin,
}

/// Where a function comes from.
pub(crate) enum Origin {
    /// It is ours, and this registers it under its name.
    Ours(fn(&mut rhai::Engine, &str)),
    /// It is rhai's.
    Rhai,
    /// It is rhai's, and changes the variable it is called on.
    RhaiChanging,
}

/// What a function gives, as far as inference follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    Text,
    /// A part of the text it is called on.
    Shorter,
    /// The text it is called on without its ends: still a number, if it was one.
    Trimmed,
    Integer,
    Decimal,
    Boolean,
    /// A day as text.
    Date,
    /// A date and time as text.
    Time,
    /// A decimal, or nothing.
    DecimalOrNothing,
    /// A list of texts.
    Texts,
    /// The kind of number that goes in.
    Number,
    /// The kind of number that the list it is called on holds.
    Sum,
    /// What it is called on.
    Same,
    /// An element of the list it is called on, or nothing.
    Element,
    /// A list of what the closure gives.
    Mapped,
    /// A list of lists like the one it is called on.
    Chunks,
    Nothing,
    Unknown,
}

/// A chapter of the table.
pub(crate) struct Chapter {
    #[cfg_attr(not(test), expect(dead_code, reason = "only the page shows titles"))]
    pub(crate) title: &'static str,
    pub(crate) functions: &'static [Function],
}

/// All functions, in the order of the page.
pub(crate) static CHAPTERS: &[Chapter] = &[
    Chapter { title: "Any value", functions: value::FUNCTIONS },
    Chapter { title: "Text", functions: text::FUNCTIONS },
    Chapter { title: "Lists", functions: list::FUNCTIONS },
    Chapter { title: "Order and groups of lists", functions: group::FUNCTIONS },
    Chapter { title: "Numbers", functions: decimal::FUNCTIONS },
    Chapter { title: "Dates and times", functions: date::FUNCTIONS },
    Chapter { title: "What remains of rhai", functions: remaining::FUNCTIONS },
];

/// The functions by name.
static BY_NAME: LazyLock<BTreeMap<&'static str, Vec<&'static Function>>> = LazyLock::new(|| {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for function in CHAPTERS.iter().flat_map(|chapter| chapter.functions) {
        all.entry(function.name).or_default().push(function);
    }
    all
});

impl Function {
    /// With how many arguments it may be called, what it is called on included.
    pub(crate) fn counts(&self) -> impl Iterator<Item = usize> {
        self.signatures.iter().map(|signature| count(signature))
    }

    pub(crate) fn is_changing(&self) -> bool {
        matches!(self.origin, Origin::RhaiChanging)
    }
}

/// The number of arguments in a signature.
fn count(signature: &str) -> usize {
    let call = signature.split(" -> ").next().unwrap_or_default();
    let (before, inside) = call.split_once('(').unwrap_or((call, ")"));
    let inside = inside.trim_end().trim_end_matches(')');
    // What stands between bars are the parameters of a closure, which is one argument.
    let outside: String = inside.split('|').step_by(2).collect();
    let arguments = if inside.is_empty() { 0 } else { outside.split(", ").count() };
    arguments + usize::from(before.contains('.'))
}

/// The functions called `name`; none when there is no such name.
pub(crate) fn named(name: &str) -> &'static [&'static Function] {
    BY_NAME.get(name).map_or(&[], Vec::as_slice)
}

pub(crate) fn names<'a>() -> impl Iterator<Item = &'a str> {
    BY_NAME.keys().map(|name| *name as &str)
}

/// Lets scripts call our functions.
pub(crate) fn register(engine: &mut rhai::Engine) {
    for function in CHAPTERS.iter().flat_map(|chapter| chapter.functions) {
        if let Origin::Ours(register) = function.origin {
            register(engine, function.name);
        }
    }
    decimal::register_operators(engine);
}
