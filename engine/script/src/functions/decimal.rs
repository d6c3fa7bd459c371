//! Exact decimals in scripts.
//!
//! `"12.50".to_decimal()` reads a text. `/` refuses a quotient that has no exact decimal, also between whole
//! numbers; `divided(a, b, places)` is the explicit rounding, half away from zero.

use crate::error::Refusal;
use rhai::{Engine, EvalAltResult};
use rust_decimal::{Decimal, RoundingStrategy};

type Exact<T> = Result<T, Box<EvalAltResult>>;

/// Lets scripts compute with decimals.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_fn("to_decimal", read);
    engine.register_fn("to_decimal", |number: Decimal| number);
    engine.register_fn("/", exact);
    engine.register_fn("/", |left: Decimal, right: i64| exact(left, right.into()));
    engine.register_fn("/", |left: i64, right: Decimal| exact(left.into(), right));
    engine.register_fn("/", whole);
    engine.register_fn("divided", divided);
    engine
        .register_fn("divided", |left: Decimal, right: i64, places: i64| divided(left, right.into(), places));
    engine
        .register_fn("divided", |left: i64, right: Decimal, places: i64| divided(left.into(), right, places));
    engine.register_fn("divided", |left: i64, right: i64, places: i64| {
        divided(left.into(), right.into(), places)
    });
}

/// The text as a decimal, scale kept.
fn read(text: &str) -> Exact<Decimal> {
    Decimal::from_str_exact(text.trim()).or_else(|_| Refusal::raise("the text is not a decimal number"))
}

fn exact(left: Decimal, right: Decimal) -> Exact<Decimal> {
    if right.is_zero() {
        return Refusal::raise("division by zero");
    }
    match left.checked_div(right) {
        Some(quotient) if is_product(quotient, right, left) => Ok(quotient),
        _ => Refusal::raise("the quotient has no exact decimal: use `divided(a, b, places)`"),
    }
}

/// Whether `left * right == product`, compared without rounding.
fn is_product(left: Decimal, right: Decimal, product: Decimal) -> bool {
    let (left, right, product) = (left.normalize(), right.normalize(), product.normalize());
    let scaled = |mantissa: i128, by: u32| 10_i128.checked_pow(by).and_then(|ten| mantissa.checked_mul(ten));
    let scale = left.scale() + right.scale();
    let Some(actual) = left.mantissa().checked_mul(right.mantissa()) else { return false };
    let actual = scaled(actual, product.scale().saturating_sub(scale));
    actual.is_some() && actual == scaled(product.mantissa(), scale.saturating_sub(product.scale()))
}

fn whole(left: i64, right: i64) -> Exact<i64> {
    match (left.checked_rem(right), left.checked_div(right)) {
        (Some(0), Some(quotient)) => Ok(quotient),
        _ if right == 0 => Refusal::raise("division by zero"),
        _ => Refusal::raise("the quotient is not a whole number: use `divided(a, b, places)`"),
    }
}

fn divided(left: Decimal, right: Decimal, places: i64) -> Exact<Decimal> {
    let Some(places) = u32::try_from(places).ok().filter(|places| *places <= 28) else {
        return Refusal::raise("`divided` takes 0 to 28 places");
    };
    match left.checked_div(right) {
        Some(quotient) => Ok(quotient.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)),
        None if right.is_zero() => Refusal::raise("division by zero"),
        None => Refusal::raise("the number is out of range or not a number"),
    }
}
