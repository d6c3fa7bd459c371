//! Functions on lists that look at their elements. They give a new value and change nothing.

use super::{
    Function, Gives, Origin,
    order::Rank,
    value::{Answer, Weight, check_text, number, pay, size, whole},
};
use crate::error::Refusal;
use rhai::{Array, Dynamic, FnPtr, ImmutableString, NativeCallContext};
use rust_decimal::Decimal;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "map",
        signatures: &["list.map(|element| ...) -> list"],
        doc: "What the closure gives for each element; it may take the position as a second argument.",
        examples: &[
            ("[1, 2].map(|n| n * 10)", "[10,20]"),
            ("record.line_items.map(|line| line.sku)", "[\"A1\",\"B2\"]"),
        ],
        gives: Gives::Mapped,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, map);
        }),
    },
    Function {
        name: "filter",
        signatures: &["list.filter(|element| ...) -> list"],
        doc: "The elements for which the closure says true.",
        examples: &[("[1, 2, 3].filter(|n| n > 1)", "[2,3]")],
        gives: Gives::Same,
        origin: Origin::Rhai,
    },
    Function {
        name: "find",
        signatures: &["list.find(|element| ...) -> element or nothing"],
        doc: "The first element for which the closure says true.",
        examples: &[("record.line_items.find(|line| line.quantity > 1)?.sku", "\"B2\"")],
        gives: Gives::Element,
        origin: Origin::Rhai,
    },
    Function {
        name: "any",
        signatures: &["list.any(|element| ...) -> boolean"],
        doc: "Whether the closure says true for some element.",
        examples: &[("[1, 2].any(|n| n > 1)", "true"), ("[].any(|n| true)", "false")],
        gives: Gives::Boolean,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(
                name,
                |context: NativeCallContext, list: &mut Array, test: FnPtr| -> Answer<bool> {
                    Ok(first_that(&context, list, &test)?.is_some())
                },
            );
        }),
    },
    Function {
        name: "all",
        signatures: &["list.all(|element| ...) -> boolean"],
        doc: "Whether the closure says true for each element; true for an empty list.",
        examples: &[("[1, 2].all(|n| n > 1)", "false")],
        gives: Gives::Boolean,
        origin: Origin::Rhai,
    },
    Function {
        name: "count",
        signatures: &["list.count(|element| ...) -> integer"],
        doc: "For how many elements the closure says true.",
        examples: &[("[1, 2, 3].count(|n| n > 1)", "2")],
        gives: Gives::Integer,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, count);
        }),
    },
    Function {
        name: "sum",
        signatures: &["list.sum() -> number"],
        doc: "The sum of the numbers of a list, exactly; 0 when it is empty.",
        examples: &[
            ("[1, 2].sum()", "3"),
            ("record.line_items.map(|line| line.total.to_decimal()).sum()", "30.50"),
        ],
        gives: Gives::Sum,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, sum);
        }),
    },
    Function {
        name: "first",
        signatures: &["list.first() -> element or nothing"],
        doc: "The first element.",
        examples: &[("[4, 5].first()", "4"), ("[].first()", "null")],
        gives: Gives::Element,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |list: &mut Array| list.first().cloned().unwrap_or_default());
        }),
    },
    Function {
        name: "last",
        signatures: &["list.last() -> element or nothing"],
        doc: "The last element.",
        examples: &[("[4, 5].last()", "5")],
        gives: Gives::Element,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |list: &mut Array| list.last().cloned().unwrap_or_default());
        }),
    },
    Function {
        name: "joined",
        signatures: &["list.joined(separator) -> text"],
        doc: "The texts, numbers and booleans of a list as one text.",
        examples: &[("[\"a\", 1, true].joined(\"+\")", "\"a+1+true\""), ("[].joined(\",\")", "\"\"")],
        gives: Gives::Text,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, joined);
        }),
    },
    Function {
        name: "index_of",
        signatures: &[
            "text.index_of(part) -> integer",
            "list.index_of(value) -> integer",
            "list.index_of(|element| ...) -> integer",
            "list.index_of(value, start) -> integer",
        ],
        doc: "Where a text has a part, or a list an element, from 0; -1 when it does not have it.",
        examples: &[
            ("\"a-b\".index_of(\"-\")", "1"),
            ("[4, 5].index_of(5)", "1"),
            ("[4, 5].index_of(|n| n > 9)", "-1"),
        ],
        gives: Gives::Integer,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |context: NativeCallContext, list: &mut Array, value: Dynamic| {
                place(position(&context, list, &value, 0)?)
            });
            engine.register_fn(
                name,
                |context: NativeCallContext, list: &mut Array, value: Dynamic, start: i64| {
                    let start = size(start, "`index_of` starts at 0 or later")?;
                    place(position(&context, list, &value, start)?)
                },
            );
            engine.register_fn(name, |context: NativeCallContext, list: &mut Array, test: FnPtr| {
                place(first_that(&context, list, &test)?)
            });
        }),
    },
    Function {
        name: "sub_list",
        signatures: &["list.sub_list(start) -> list", "list.sub_list(start, length) -> list"],
        doc: "The elements from `start` on, counted from 0, at most `length`; what lies behind the end is left out.",
        examples: &[("[1, 2, 3].sub_list(1)", "[2,3]"), ("[1, 2, 3].sub_list(0, 2)", "[1,2]")],
        gives: Gives::Same,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |list: &mut Array, start: i64| sub_list(list, start, i64::MAX));
            engine.register_fn(name, sub_list);
        }),
    },
];

/// Calls a closure on an element, which it may take with its position.
pub(super) fn call(
    context: &NativeCallContext,
    closure: &FnPtr,
    element: &Dynamic,
    index: usize,
) -> Answer<Dynamic> {
    let mut element = element.clone();
    closure.call_raw_with_extra_args("call", context, Some(&mut element), [], [whole(index).into()], Some(0))
}

/// What a closure says of an element.
fn test(context: &NativeCallContext, closure: &FnPtr, element: &Dynamic, index: usize) -> Answer<bool> {
    let answer = call(context, closure, element, index)?;
    answer.as_bool().or_else(|_| Refusal::raise("the closure must say true or false"))
}

fn map(context: NativeCallContext, list: &mut Array, closure: FnPtr) -> Answer<Array> {
    let mut weight = Weight::default();
    let mut out = Array::new();
    for (index, element) in list.iter().enumerate() {
        let made = call(&context, &closure, element, index)?;
        weight.add(&made)?;
        out.push(made);
    }
    Ok(out)
}

fn first_that(context: &NativeCallContext, list: &[Dynamic], closure: &FnPtr) -> Answer<Option<usize>> {
    for (index, element) in list.iter().enumerate() {
        if test(context, closure, element, index)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Where a list has a value. rhai's own search compares ten thousand elements for one operation.
pub(super) fn position(
    context: &NativeCallContext,
    list: &[Dynamic],
    value: &Dynamic,
    start: usize,
) -> Answer<Option<usize>> {
    pay(list.len().saturating_mul(8))?;
    for (index, element) in list.iter().enumerate().skip(start) {
        if same(context, element, value)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn same(context: &NativeCallContext, one: &Dynamic, two: &Dynamic) -> Answer<bool> {
    if let (Ok(one), Ok(two)) = (Rank::of(one), Rank::of(two)) {
        return Ok(one == two);
    }
    let (mut one, mut two) = (one.clone(), two.clone());
    if one.type_id() != two.type_id() {
        return Ok(false);
    }
    let answer = context.call_native_fn_raw("==", true, &mut [&mut one, &mut two])?;
    Ok(answer.as_bool().unwrap_or(false))
}

/// A position as scripts know it: -1 when there is none.
fn place(position: Option<usize>) -> Answer<i64> {
    Ok(position.map_or(-1, whole))
}

fn count(context: NativeCallContext, list: &mut Array, closure: FnPtr) -> Answer<i64> {
    let mut count = 0;
    for (index, element) in list.iter().enumerate() {
        count += i64::from(test(&context, &closure, element, index)?);
    }
    Ok(count)
}

/// An integer for integers, so that a sum of counts is a count.
fn sum(list: &mut Array) -> Answer<Dynamic> {
    pay(list.len())?;
    let out_of_range = "the number is out of range or not a number";
    if list.iter().all(Dynamic::is_int) {
        let total = list.iter().try_fold(0_i64, |total, value| total.checked_add(value.as_int().ok()?));
        return total.map_or_else(|| Refusal::raise(out_of_range), |total| Ok(total.into()));
    }
    let mut total = Decimal::ZERO;
    for value in list.iter() {
        let Some(next) = total.checked_add(number(value)?) else { return Refusal::raise(out_of_range) };
        total = next;
    }
    Ok(total.into())
}

fn joined(parts: &mut Array, separator: &str) -> Answer<String> {
    let mut out = String::new();
    pay(parts.len())?;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        out.push_str(&part_text(part)?);
        if out.len() > crate::limits::MAX_TEXT {
            return Refusal::raise("the text would grow longer than 65536 bytes");
        }
    }
    check_text(out.len())?;
    Ok(out)
}

fn part_text(part: &Dynamic) -> Answer<ImmutableString> {
    if part.is_string() || part.is_int() || part.is_decimal() || part.is_bool() || part.is_char() {
        return Ok(part.to_string().into());
    }
    Refusal::raise("`joined` takes texts, numbers and booleans")
}

fn sub_list(list: &mut Array, start: i64, length: i64) -> Answer<Array> {
    let refused = "`sub_list` takes no negative numbers";
    let (start, length) = (size(start, refused)?, size(length, refused)?);
    pay(list.len())?;
    Ok(list.iter().skip(start).take(length).cloned().collect())
}
