//! Functions that change the variable they are called on, as rhai has them; `pad` is ours under its name.

use super::{
    Function, Gives, Origin,
    value::{Answer, Weight, check_text, size},
};
use crate::{error::Refusal, limits::MAX_ARRAY};
use rhai::{Array, Dynamic, ImmutableString};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "split",
        signatures: &[
            "text.split() -> list of texts",
            "text.split(separator) -> list of texts",
            "text.split(separator, parts) -> list of texts",
            "list.split(index) -> list",
        ],
        doc: "The parts of a text; cuts a list in two.",
        examples: &[
            ("\"a-b-c\".split(\"-\")", "[\"a\",\"b\",\"c\"]"),
            ("\"a-b-c\".split(\"-\", 2)", "[\"a\",\"b-c\"]"),
        ],
        gives: Gives::Unknown,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "push",
        signatures: &["list.push(value)"],
        doc: "Adds an element at the end of a list in a variable.",
        examples: &[("let a = [1]; a.push(2); a", "[1,2]")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "append",
        signatures: &["list.append(list)", "text.append(part)"],
        doc: "Adds elements at the end of a list in a variable, or a part to a text.",
        examples: &[("let a = [1]; a.append([2, 3]); a", "[1,2,3]")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "insert",
        signatures: &["list.insert(index, value)"],
        doc: "Puts an element into a list in a variable.",
        examples: &[("let a = [1, 3]; a.insert(1, 2); a", "[1,2,3]")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "pop",
        signatures: &["list.pop() -> element or nothing", "text.pop() -> character or nothing"],
        doc: "Takes the last element off a list in a variable.",
        examples: &[("let a = [1, 2]; a.pop()", "2")],
        gives: Gives::Unknown,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "shift",
        signatures: &["list.shift() -> element or nothing"],
        doc: "Takes the first element off a list in a variable.",
        examples: &[("let a = [1, 2]; a.shift(); a", "[2]")],
        gives: Gives::Unknown,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "remove",
        signatures: &[
            "list.remove(index) -> element or nothing",
            "object.remove(name) -> member or nothing",
            "text.remove(part)",
        ],
        doc: "Takes a part out of a list, an object or a text in a variable.",
        examples: &[("let m = #{ a: 1, b: 2 }; m.remove(\"a\"); m", "{\"b\":2}")],
        gives: Gives::Unknown,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "pad",
        signatures: &["list.pad(length, value)", "text.pad(length, fill)"],
        doc: "Fills a list or a text in a variable up to a length.",
        examples: &[("let a = [1]; a.pad(3, 0); a", "[1,0,0]")],
        gives: Gives::Nothing,
        origin: Origin::OursChanging(|engine, name| {
            engine.register_fn(name, pad_list);
            engine.register_fn(name, |text: &mut ImmutableString, length: i64, fill: char| {
                pad_text(text, length, fill.encode_utf8(&mut [0; 4]))
            });
            engine.register_fn(name, |text: &mut ImmutableString, length: i64, fill: ImmutableString| {
                pad_text(text, length, &fill)
            });
        }),
    },
    Function {
        name: "truncate",
        signatures: &["list.truncate(length)", "text.truncate(length)"],
        doc: "Cuts a list or a text in a variable.",
        examples: &[("let a = [1, 2, 3]; a.truncate(1); a", "[1]")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "clear",
        signatures: &["list.clear()", "object.clear()", "text.clear()"],
        doc: "Empties a variable.",
        examples: &[("let a = [1]; a.clear(); a", "[]")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "reverse",
        signatures: &["list.reverse()"],
        doc: "Reverses a list in a variable; `reversed` gives a new one.",
        examples: &[("let a = [1, 2]; a.reverse(); a", "[2,1]")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "sort",
        signatures: &["list.sort()", "list.sort(|one, two| ...)"],
        doc: "Sorts a list in a variable by numbers below, equal to or above zero; `sorted` gives a new one.",
        examples: &[
            ("let a = [2, 1]; a.sort(); a", "[1,2]"),
            ("let a = [1, 2]; a.sort(|one, two| two - one); a", "[2,1]"),
        ],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "retain",
        signatures: &["list.retain(|element| ...) -> list"],
        doc: "Takes out of a list in a variable the elements for which the closure says false.",
        examples: &[("let a = [1, 2, 3]; a.retain(|n| n > 1); a", "[2,3]")],
        gives: Gives::Unknown,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "for_each",
        signatures: &["list.for_each(|element| ...)"],
        doc: "Calls the closure on each element; a loop reads better.",
        examples: &[("let n = 0; [1, 2].for_each(|| n += this); n", "3")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "set",
        signatures: &["list.set(index, value)", "object.set(name, value)", "text.set(index, character)"],
        doc: "Changes one part of a variable.",
        examples: &[("let a = [1, 2]; a.set(0, 9); a", "[9,2]")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "mixin",
        signatures: &["object.mixin(object)"],
        doc: "Adds the members of another object to one in a variable.",
        examples: &[("let m = #{ a: 1 }; m.mixin(#{ b: 2 }); m", "{\"a\":1,\"b\":2}")],
        gives: Gives::Nothing,
        origin: Origin::RhaiChanging,
    },
    Function {
        name: "call",
        signatures: &["closure.call(...) -> value"],
        doc: "Calls a closure that is in a variable, with any number of arguments.",
        examples: &[("let twice = |n| n * 2; twice.call(4)", "8")],
        gives: Gives::Unknown,
        origin: Origin::RhaiChanging,
    },
];

/// rhai's own multiplies the length by the size of the value, which overflows.
fn pad_list(list: &mut Array, length: i64, value: Dynamic) -> Answer<()> {
    let length = usize::try_from(length).unwrap_or(0);
    if length > MAX_ARRAY {
        return Refusal::raise("the list would grow longer than 10000 elements");
    }
    let mut weight = Weight::default();
    list.iter().try_for_each(|element| weight.add(element))?;
    (list.len()..length).try_for_each(|_| weight.add(&value))?;
    if length > list.len() {
        list.resize(length, value);
    }
    Ok(())
}

fn pad_text(text: &mut ImmutableString, length: i64, fill: &str) -> Answer<()> {
    let length = size(length.max(0), "a text is padded to 0 or more characters")?;
    let missing = length.saturating_sub(text.chars().count());
    let one = fill.chars().count();
    if one == 0 || missing == 0 {
        return Ok(());
    }
    check_text(missing.div_ceil(one).saturating_mul(fill.len()).saturating_add(text.len()))?;
    let more: String = fill.chars().cycle().take(missing).collect();
    *text = format!("{text}{more}").into();
    Ok(())
}
