//! Functions that order and group lists. They give a new list and change nothing.

use super::{
    Function, Gives, Origin,
    list::call,
    order::Rank,
    value::{Answer, Weight, pay, size},
};
use crate::error::Refusal;
use rhai::{Array, Dynamic, FnPtr, NativeCallContext};
use std::collections::BTreeSet;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "sorted",
        signatures: &["list.sorted() -> list", "list.sorted(|element| ...) -> list"],
        doc: "The elements in order, or in the order of what the closure gives; equal ones keep their places.",
        examples: &[
            ("[3, 1, 2].sorted()", "[1,2,3]"),
            ("[\"bb\", \"a\"].sorted(|text| text.length())", "[\"a\",\"bb\"]"),
        ],
        gives: Gives::Same,
        origin: Origin::Ours(|engine, name| {
            engine
                .register_fn(name, |list: &mut Array| -> Answer<Array> { Ok(in_order(list, ranks(list)?)) });
            engine.register_fn(
                name,
                |context: NativeCallContext, list: &mut Array, key: FnPtr| -> Answer<Array> {
                    Ok(in_order(list, ranks_by(&context, list, &key)?))
                },
            );
        }),
    },
    Function {
        name: "reversed",
        signatures: &["list.reversed() -> list"],
        doc: "The elements from the last to the first.",
        examples: &[("[1, 2, 3].reversed()", "[3,2,1]")],
        gives: Gives::Same,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |list: &mut Array| -> Answer<Array> {
                pay(list.len())?;
                Ok(list.iter().rev().cloned().collect())
            });
        }),
    },
    Function {
        name: "unique",
        signatures: &["list.unique() -> list", "list.unique(|element| ...) -> list"],
        doc: "The elements without those that are equal to an earlier one, or for which the closure gives the same.",
        examples: &[
            ("[2, 1, 2].unique()", "[2,1]"),
            ("[\"a\", \"A\"].unique(|text| text.lowered())", "[\"a\"]"),
        ],
        gives: Gives::Same,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |list: &mut Array| -> Answer<Array> {
                Ok(without_doubles(list, ranks(list)?))
            });
            engine.register_fn(
                name,
                |context: NativeCallContext, list: &mut Array, key: FnPtr| -> Answer<Array> {
                    Ok(without_doubles(list, ranks_by(&context, list, &key)?))
                },
            );
        }),
    },
    Function {
        name: "chunked",
        signatures: &["list.chunked(size) -> list of lists"],
        doc: "The elements in lists of `size`; the last may be shorter.",
        examples: &[("[1, 2, 3].chunked(2)", "[[1,2],[3]]")],
        gives: Gives::Chunks,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, chunked);
        }),
    },
    Function {
        name: "flattened",
        signatures: &["list.flattened() -> list"],
        doc: "The elements of the lists in a list, and those that are no lists as they are.",
        examples: &[("[[1, 2], 3, []].flattened()", "[1,2,3]")],
        gives: Gives::Unknown,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, flattened);
        }),
    },
];

fn ranks(list: &[Dynamic]) -> Answer<Vec<Rank>> {
    pay(list.len())?;
    list.iter().map(Rank::of).collect()
}

fn ranks_by(context: &NativeCallContext, list: &[Dynamic], key: &FnPtr) -> Answer<Vec<Rank>> {
    // The keys are held together, so their sizes count together.
    let mut weight = Weight::default();
    let keys = list.iter().enumerate().map(|(index, element)| {
        let made = call(context, key, element, index)?;
        weight.add(&made)?;
        Rank::of(&made)
    });
    keys.collect()
}

fn in_order(list: &[Dynamic], ranks: Vec<Rank>) -> Array {
    let mut ranked: Vec<(Rank, &Dynamic)> = ranks.into_iter().zip(list).collect();
    ranked.sort_by(|(one, _), (two, _)| one.cmp(two));
    ranked.into_iter().map(|(_, element)| element.clone()).collect()
}

fn without_doubles(list: &[Dynamic], ranks: Vec<Rank>) -> Array {
    let mut seen = BTreeSet::new();
    let firsts =
        ranks.into_iter().zip(list).filter_map(|(rank, element)| seen.insert(rank).then_some(element));
    firsts.cloned().collect()
}

fn chunked(list: &mut Array, length: i64) -> Answer<Array> {
    let length = size(length, "`chunked` takes a size of 1 or more")?;
    if length == 0 {
        return Refusal::raise("`chunked` takes a size of 1 or more");
    }
    pay(list.len())?;
    Ok(list.chunks(length).map(|chunk| Dynamic::from(chunk.to_vec())).collect())
}

fn flattened(list: &mut Array) -> Answer<Array> {
    let mut weight = Weight::default();
    let mut out = Array::new();
    for element in list.iter() {
        weight.add(element)?;
        match element.as_array_ref() {
            Ok(inner) => out.extend(inner.iter().cloned()),
            Err(_) => out.push(element.clone()),
        }
    }
    Ok(out)
}
