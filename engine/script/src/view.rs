//! The record as a script sees it: a view that parses nothing but what is named.
//!
//! Scalars become rhai values, objects become views, arrays become arrays of such values; what is missing
//! and what is null is `()`. Every access counts the bytes it may walk, so that a loop over a big record
//! ends by the same rule on every machine.

use crate::{
    error::Refusal,
    limits::{MAX_ARRAY, MAX_TEXT, READ_BUDGET},
};
use engine_contract::{Kind, Record, Value};
use rhai::{Array, Dynamic, Engine, EvalAltResult};
use std::cell::Cell;

thread_local! {
    /// The bytes that the evaluation of this thread may still read.
    static BUDGET: Cell<usize> = const { Cell::new(0) };
}

/// Begins a new evaluation: the whole budget is there again.
pub(crate) fn start() {
    BUDGET.set(READ_BUDGET);
}

fn spend(bytes: usize) -> Result<(), Box<EvalAltResult>> {
    match BUDGET.get().checked_sub(bytes) {
        Some(rest) => BUDGET.set(rest),
        None => return Refusal::raise("the script reads too much of the record"),
    }
    Ok(())
}

/// An object of a record, read-only.
#[derive(Clone)]
pub(crate) struct View {
    record: Record,
}

/// A part of a record as a rhai value.
pub(crate) fn to_dynamic(record: Record) -> Result<Dynamic, Box<EvalAltResult>> {
    spend(record.size())?;
    match record.kind() {
        Kind::Object => Ok(Dynamic::from(View { record })),
        Kind::List => {
            let elements = record.elements().unwrap_or_default();
            if elements.len() > MAX_ARRAY {
                return Refusal::raise("the list is longer than 10000 elements");
            }
            let items: Result<Array, _> = elements.into_iter().map(to_dynamic).collect();
            items.map(Dynamic::from)
        }
        Kind::Scalar => scalar(record.to_value()),
    }
}

fn scalar(value: Value) -> Result<Dynamic, Box<EvalAltResult>> {
    Ok(match value {
        Value::Bool(flag) => Dynamic::from(flag),
        Value::Int(number) => Dynamic::from(number),
        Value::Decimal(number) => Dynamic::from(number),
        // More digits than a decimal holds: the exact text, which `to_decimal` then refuses.
        Value::Number(text) => Dynamic::from(text.into_string()),
        Value::Text(text) if text.len() > MAX_TEXT => {
            return Refusal::raise("the text is longer than 65536 bytes");
        }
        Value::Text(text) => Dynamic::from(text),
        Value::Null | Value::List(_) | Value::Map(_) => Dynamic::UNIT,
    })
}

impl View {
    fn member(&mut self, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        spend(self.record.size())?;
        self.record.member(name).map_or(Ok(Dynamic::UNIT), |part| to_dynamic(part))
    }

    pub(crate) fn has(&mut self, name: &str) -> Result<bool, Box<EvalAltResult>> {
        spend(self.record.size())?;
        Ok(self.record.member(name).is_some())
    }

    pub(crate) fn is_empty(&mut self) -> Result<bool, Box<EvalAltResult>> {
        spend(self.record.size())?;
        Ok(self.record.members().is_none_or(|members| members.is_empty()))
    }

    fn equals(&mut self, other: &Self) -> Result<bool, Box<EvalAltResult>> {
        spend(self.record.size() + other.record.size())?;
        Ok(self.record.to_value() == other.record.to_value())
    }

    pub(crate) fn to_value(&self) -> Value {
        self.record.to_value()
    }
}

/// Lets scripts read views.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<View>("record");
    engine.register_indexer_get(View::member);
    engine.register_fn("==", |left: &mut View, right: View| left.equals(&right));
    engine.register_fn("!=", |left: &mut View, right: View| left.equals(&right).map(|equal| !equal));
    engine.register_fn("==", |_: &mut View, (): ()| false);
    engine.register_fn("!=", |_: &mut View, (): ()| true);
    engine.register_fn("==", |(): (), _: View| false);
    engine.register_fn("!=", |(): (), _: View| true);
}
