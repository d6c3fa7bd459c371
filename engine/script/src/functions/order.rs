//! The order of scalars, by which lists are sorted and told apart.

use super::value::Answer;
use crate::error::Refusal;
use rhai::{Dynamic, ImmutableString};
use rust_decimal::Decimal;

/// A scalar that has its place in an order: nothing, then false and true, then numbers, then texts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Nothing,
    Boolean(bool),
    Number(Decimal),
    Text(ImmutableString),
}

impl Rank {
    pub(super) fn of(value: &Dynamic) -> Answer<Self> {
        if value.is_unit() {
            return Ok(Self::Nothing);
        }
        if let Ok(flag) = value.as_bool() {
            return Ok(Self::Boolean(flag));
        }
        if let Ok(number) = super::value::number(value) {
            return Ok(Self::Number(number));
        }
        if value.is_string() || value.is_char() {
            return Ok(Self::Text(value.to_string().into()));
        }
        Refusal::raise("only texts, numbers and booleans have an order: name one with a closure")
    }
}
