//! Functions on any value, and the means by which the others judge and pay for values.

use super::{Function, Gives, Origin};
use crate::{
    engine,
    error::Refusal,
    limits::{MAX_ARRAY, MAX_TEXT},
    view::View,
};
use rhai::{Array, Dynamic, EvalAltResult, Map, NativeCallContext};
use rust_decimal::Decimal;

/// What a function gives, or why it does not.
pub(crate) type Answer<T> = Result<T, Box<EvalAltResult>>;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "is_empty",
        signatures: &["value.is_empty() -> boolean"],
        doc: "Whether a text, list or object has nothing in it; nothing itself is empty too.",
        examples: &[
            ("\"\".is_empty()", "true"),
            ("record.missing.is_empty()", "true"),
            ("[0].is_empty()", "false"),
        ],
        gives: Gives::Boolean,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |(): ()| true);
            engine.register_fn(name, View::is_empty);
        }),
    },
    Function {
        name: "contains",
        signatures: &[
            "text.contains(part) -> boolean",
            "list.contains(value) -> boolean",
            "object.contains(name) -> boolean",
        ],
        doc: "Whether a text, a list or an object has this part, element or member; `part in text` is the same.",
        examples: &[
            ("\"a-b\".contains(\"-\")", "true"),
            ("[1, 2].contains(3)", "false"),
            ("\"id\" in record", "true"),
        ],
        gives: Gives::Boolean,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, View::has);
            engine.register_fn(name, |context: NativeCallContext, list: &mut Array, value: Dynamic| {
                super::list::position(&context, list, &value, 0).map(|position| position.is_some())
            });
        }),
    },
    Function {
        name: "length",
        signatures: &["text.length() -> integer", "list.length() -> integer"],
        doc: "The characters of a text, the elements of a list.",
        examples: &[("\"Zoë\".length()", "3"), ("[1, 2].length()", "2")],
        gives: Gives::Integer,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| whole(text.chars().count()));
            engine.register_fn(name, |list: &mut Array| whole(list.len()));
        }),
    },
];

/// A count as rhai's integer.
pub(super) fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A position or count that a script gives; refused when it is negative.
pub(super) fn size(number: i64, refused: &'static str) -> Answer<usize> {
    usize::try_from(number).or_else(|_| Refusal::raise(refused))
}

/// Counts the work on a value of this size, an operation for each 64 bytes or elements.
pub(super) fn pay(size: usize) -> Answer<()> {
    if engine::spend(size / 64) {
        return Ok(());
    }
    Refusal::raise("the script does too much: over 100000 operations")
}

/// Refuses a text that would be too long, before it is made.
pub(super) fn check_text(bytes: usize) -> Answer<()> {
    if bytes > MAX_TEXT {
        return Refusal::raise("the text would grow longer than 65536 bytes");
    }
    pay(bytes)
}

/// A number, whichever kind it is.
pub(super) fn number(value: &Dynamic) -> Answer<Decimal> {
    match value.as_int() {
        Ok(number) => Ok(number.into()),
        Err(_) => value.as_decimal().or_else(|_| Refusal::raise("a number is needed here")),
    }
}

/// How much a list that is being made holds, with all that is nested in it.
#[derive(Default)]
pub(super) struct Weight {
    elements: usize,
    text: usize,
}

impl Weight {
    /// Adds a value; refused when the whole is too big.
    pub(super) fn add(&mut self, value: &Dynamic) -> Answer<()> {
        self.elements += 1;
        if let Ok(text) = value.as_immutable_string_ref() {
            self.text += text.len();
        }
        if let Ok(list) = value.as_array_ref() {
            pay(list.len())?;
            list.iter().try_for_each(|element| self.add(element))?;
        }
        if let Ok(map) = value.as_map_ref() {
            self.add_members(&map)?;
        }
        match (self.elements > MAX_ARRAY, self.text > MAX_TEXT) {
            (true, _) => Refusal::raise("the list would grow longer than 10000 elements"),
            (_, true) => Refusal::raise("the texts of the list would grow longer than 65536 bytes"),
            _ => Ok(()),
        }
    }

    fn add_members(&mut self, map: &Map) -> Answer<()> {
        pay(map.len())?;
        map.values().try_for_each(|member| self.add(member))
    }
}
