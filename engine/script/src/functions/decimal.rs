//! Exact numbers in scripts.
//!
//! `"12.50".to_decimal()` reads a text. `/` refuses a quotient that has no exact decimal, also between whole
//! numbers; only `divided` and `rounded` round, and half goes away from zero unless the script names a mode.

use super::{
    Function, Gives, Origin,
    value::{Answer, number, pay},
};
use crate::error::Refusal;
use rhai::{Array, Dynamic, Engine};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

const OUT_OF_RANGE: &str = "the number is out of range or not a number";

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "to_decimal",
        signatures: &["text.to_decimal() -> decimal", "number.to_decimal() -> decimal"],
        doc: "A text as an exact number, its scale kept; a text that is no number fails.",
        examples: &[("\"12.50\".to_decimal() + 1", "13.50"), ("7.to_decimal()", "7")],
        gives: Gives::Decimal,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, read);
            engine.register_fn(name, |number: Decimal| number);
        }),
    },
    Function {
        name: "to_integer",
        signatures: &["text.to_integer() -> integer", "number.to_integer() -> integer"],
        doc: "A whole number as an integer; one with a fraction fails.",
        examples: &[("\"007\".to_integer()", "7"), ("\"3.00\".to_decimal().to_integer()", "3")],
        gives: Gives::Integer,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |text: &str| integer(read(text)?));
            engine.register_fn(name, integer);
            engine.register_fn(name, |number: i64| number);
        }),
    },
    Function {
        name: "divided",
        signatures: &["divided(a, b, places) -> decimal", "divided(a, b, places, mode) -> decimal"],
        doc: "The quotient rounded to so many places, by the mode that `rounded` names.",
        examples: &[("divided(10, 3, 2)", "3.33"), ("divided(1, 8, 2, \"half_even\")", "0.12")],
        gives: Gives::Decimal,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |left: Dynamic, right: Dynamic, places: i64| {
                divided(&left, &right, places, HALF_UP)
            });
            engine.register_fn(name, |left: Dynamic, right: Dynamic, places: i64, mode: &str| {
                divided(&left, &right, places, mode)
            });
        }),
    },
    Function {
        name: "rounded",
        signatures: &["number.rounded(places) -> decimal", "number.rounded(places, mode) -> decimal"],
        doc: "The number rounded to so many places: `half_up` (half goes away from zero; the default), `half_even`, \
              `up` (away from zero), `down` (to zero), `floor` or `ceiling`.",
        examples: &[
            ("\"2.345\".to_decimal().rounded(2)", "2.35"),
            ("\"2.345\".to_decimal().rounded(2, \"half_even\")", "2.34"),
            ("\"-2.341\".to_decimal().rounded(2, \"floor\")", "-2.35"),
        ],
        gives: Gives::Decimal,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |value: Dynamic, places: i64| rounded(number(&value)?, places, HALF_UP));
            engine.register_fn(name, |value: Dynamic, places: i64, mode: &str| {
                rounded(number(&value)?, places, mode)
            });
        }),
    },
    Function {
        name: "exact_unit_price",
        signatures: &["exact_unit_price(total, quantity, places) -> decimal or nothing"],
        doc: "The price with at most `places` decimals whose product with the quantity rounds half up to `total` \
              (2 decimals); nothing when there is none.",
        examples: &[
            ("exact_unit_price(\"10.00\".to_decimal(), 3, 7)", "3.3333333"),
            ("exact_unit_price(\"10.00\".to_decimal(), 4, 7)", "2.5"),
            ("exact_unit_price(\"10.00\".to_decimal(), 3, 2)", "null"),
        ],
        gives: Gives::DecimalOrNothing,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |total: Dynamic, quantity: Dynamic, places: i64| {
                exact_unit_price(number(&total)?, number(&quantity)?, places)
            });
        }),
    },
    Function {
        name: "abs",
        signatures: &["number.abs() -> number"],
        doc: "The number without its sign.",
        examples: &[("(-3).abs()", "3"), ("\"-1.50\".to_decimal().abs()", "1.50")],
        gives: Gives::Number,
        origin: Origin::Rhai,
    },
    Function {
        name: "is_negative",
        signatures: &["number.is_negative() -> boolean"],
        doc: "Whether the number is below zero.",
        examples: &[("\"-0.01\".to_decimal().is_negative()", "true"), ("0.is_negative()", "false")],
        gives: Gives::Boolean,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |number: i64| number < 0);
            engine.register_fn(name, |number: Decimal| number < Decimal::ZERO);
        }),
    },
    Function {
        name: "min",
        signatures: &["min(a, b) -> the smaller"],
        doc: "The smaller of two numbers, or of two texts.",
        examples: &[("min(2, \"1.5\".to_decimal())", "1.5")],
        gives: Gives::Unknown,
        origin: Origin::Rhai,
    },
    Function {
        name: "max",
        signatures: &["max(a, b) -> the larger"],
        doc: "The larger of two numbers, or of two texts.",
        examples: &[("max(2, 3)", "3")],
        gives: Gives::Unknown,
        origin: Origin::Rhai,
    },
    Function {
        name: "smallest",
        signatures: &["list.smallest() -> number or nothing"],
        doc: "The smallest number of a list; nothing when it is empty.",
        examples: &[("[3, 1, 2].smallest()", "1")],
        gives: Gives::Element,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |list: &mut Array| outermost(list, |one, two| one < two));
        }),
    },
    Function {
        name: "largest",
        signatures: &["list.largest() -> number or nothing"],
        doc: "The largest number of a list; nothing when it is empty.",
        examples: &[("[3, 1, 2].largest()", "3"), ("[].largest()", "null")],
        gives: Gives::Element,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, |list: &mut Array| outermost(list, |one, two| one > two));
        }),
    },
    Function {
        name: "minor_units",
        signatures: &["minor_units(currency) -> integer"],
        doc: "How many decimals amounts of a currency have, by ISO 4217; a text that is no code of three capital \
              letters fails.",
        examples: &[
            ("minor_units(\"EUR\")", "2"),
            ("minor_units(\"JPY\")", "0"),
            ("minor_units(\"KWD\")", "3"),
        ],
        gives: Gives::Integer,
        origin: Origin::Ours(|engine, name| {
            engine.register_fn(name, minor_units);
        }),
    },
];

/// Exact division, in place of rhai's, which rounds.
pub(super) fn register_operators(engine: &mut Engine) {
    engine.register_fn("/", exact);
    engine.register_fn("/", |left: Decimal, right: i64| exact(left, right.into()));
    engine.register_fn("/", |left: i64, right: Decimal| exact(left.into(), right));
    engine.register_fn("/", whole);
    for operator in ["<", "<=", ">", ">="] {
        engine.register_fn(operator, |_: &str, _: i64| unordered());
        engine.register_fn(operator, |_: &str, _: Decimal| unordered());
        engine.register_fn(operator, |_: i64, _: &str| unordered());
        engine.register_fn(operator, |_: Decimal, _: &str| unordered());
    }
}

/// rhai says no where a text and a number are compared; an amount that was not read as one would pass unseen.
fn unordered() -> Answer<bool> {
    Refusal::raise("a text and a number have no order: read the text with `to_decimal()`")
}

const HALF_UP: &str = "half_up";

/// The text as a decimal, scale kept.
fn read(text: &str) -> Answer<Decimal> {
    Decimal::from_str_exact(text.trim()).or_else(|_| Refusal::raise("the text is not a decimal number"))
}

fn integer(number: Decimal) -> Answer<i64> {
    match number.to_i64() {
        Some(whole) if Decimal::from(whole) == number => Ok(whole),
        _ => Refusal::raise("the number is not a whole number of 64 bits"),
    }
}

fn exact(left: Decimal, right: Decimal) -> Answer<Decimal> {
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

fn whole(left: i64, right: i64) -> Answer<i64> {
    match (left.checked_rem(right), left.checked_div(right)) {
        (Some(0), Some(quotient)) => Ok(quotient),
        _ if right == 0 => Refusal::raise("division by zero"),
        _ => Refusal::raise("the quotient is not a whole number: use `divided(a, b, places)`"),
    }
}

fn strategy(mode: &str) -> Answer<RoundingStrategy> {
    Ok(match mode {
        HALF_UP => RoundingStrategy::MidpointAwayFromZero,
        "half_even" => RoundingStrategy::MidpointNearestEven,
        "up" => RoundingStrategy::AwayFromZero,
        "down" => RoundingStrategy::ToZero,
        "floor" => RoundingStrategy::ToNegativeInfinity,
        "ceiling" => RoundingStrategy::ToPositiveInfinity,
        _ => {
            return Refusal::raise(
                "the mode is none of `half_up`, `half_even`, `up`, `down`, `floor`, `ceiling`",
            );
        }
    })
}

fn check_places(places: i64, refused: &'static str) -> Answer<u32> {
    u32::try_from(places).ok().filter(|places| *places <= 28).map_or_else(|| Refusal::raise(refused), Ok)
}

fn divided(left: &Dynamic, right: &Dynamic, places: i64, mode: &str) -> Answer<Decimal> {
    let (left, right) = (number(left)?, number(right)?);
    let places = check_places(places, "`divided` takes 0 to 28 places")?;
    let strategy = strategy(mode)?;
    match left.checked_div(right) {
        Some(quotient) => Ok(quotient.round_dp_with_strategy(places, strategy)),
        None if right.is_zero() => Refusal::raise("division by zero"),
        None => Refusal::raise(OUT_OF_RANGE),
    }
}

fn rounded(number: Decimal, places: i64, mode: &str) -> Answer<Decimal> {
    let places = check_places(places, "`rounded` takes 0 to 28 places")?;
    Ok(number.round_dp_with_strategy(places, strategy(mode)?))
}

/// The nearest price to the exact quotient, then its neighbours: half-up is not symmetric around a half.
fn exact_unit_price(total: Decimal, quantity: Decimal, places: i64) -> Answer<Dynamic> {
    let places = check_places(places, "`exact_unit_price` takes 0 to 28 places")?;
    let Some(quotient) = total.checked_div(quantity) else { return Ok(Dynamic::UNIT) };
    let strategies =
        [RoundingStrategy::MidpointAwayFromZero, RoundingStrategy::ToZero, RoundingStrategy::AwayFromZero];
    let mut prices = strategies.into_iter().map(|way| quotient.round_dp_with_strategy(places, way));
    let fits = |price: &Decimal| {
        let product = price.checked_mul(quantity);
        product.is_some_and(|product| {
            product.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero) == total
        })
    };
    Ok(prices.find(fits).map_or(Dynamic::UNIT, |price| Dynamic::from(price.normalize())))
}

fn outermost(list: &mut Array, is_further: fn(Decimal, Decimal) -> bool) -> Answer<Dynamic> {
    pay(list.len())?;
    let mut best: Option<(Decimal, &Dynamic)> = None;
    for element in list.iter() {
        let value = number(element)?;
        if best.is_none_or(|(so_far, _)| is_further(value, so_far)) {
            best = Some((value, element));
        }
    }
    Ok(best.map_or(Dynamic::UNIT, |(_, element)| element.clone()))
}

fn minor_units(currency: &str) -> Answer<i64> {
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Refusal::raise("a currency is a code of three capital letters");
    }
    Ok(match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    })
}
