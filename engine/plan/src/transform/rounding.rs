//! Exact numbers: rounding by name, products and quotients without a hidden rounding.
//!
//! The operators of the decimal library round what 28 digits cannot hold. Amounts of money must not be
//! rounded unless the mapping says so, hence the products and quotients here are computed on whole numbers.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::cmp::Ordering;

/// The most digits after the point.
pub(super) const MOST_PLACES: u32 = 28;

/// How a number between two others is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// To the nearest, halves away from zero: 2.5 -> 3, -2.5 -> -3.
    HalfUp,
    /// To the nearest, halves to the even neighbour: 2.5 -> 2, 3.5 -> 4.
    HalfEven,
    /// To the nearest, halves toward zero: 2.5 -> 2, -2.5 -> -2.
    HalfDown,
    /// Away from zero: 2.1 -> 3, -2.1 -> -3.
    Up,
    /// Toward zero: 2.9 -> 2, -2.9 -> -2.
    Down,
    /// To the greater: 2.1 -> 3, -2.9 -> -2.
    Ceiling,
    /// To the smaller: 2.9 -> 2, -2.1 -> -3.
    Floor,
}

impl Mode {
    /// All modes with the words for them in mapping files.
    pub const ALL: [(&'static str, Self); 7] = [
        ("half_up", Self::HalfUp),
        ("half_even", Self::HalfEven),
        ("half_down", Self::HalfDown),
        ("up", Self::Up),
        ("down", Self::Down),
        ("ceiling", Self::Ceiling),
        ("floor", Self::Floor),
    ];

    /// The number with at most so many digits after the point.
    #[must_use]
    pub fn round(self, number: Decimal, places: u32) -> Decimal {
        positive_zero(number.round_dp_with_strategy(places, self.strategy()))
    }

    fn strategy(self) -> RoundingStrategy {
        match self {
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
            Self::HalfDown => RoundingStrategy::MidpointTowardZero,
            Self::Up => RoundingStrategy::AwayFromZero,
            Self::Down => RoundingStrategy::ToZero,
            Self::Ceiling => RoundingStrategy::ToPositiveInfinity,
            Self::Floor => RoundingStrategy::ToNegativeInfinity,
        }
    }

    /// Whether a magnitude goes one up, by what was cut off it.
    fn goes_up(self, rest: Rest, is_odd: bool, is_negative: bool) -> bool {
        match self {
            Self::HalfUp => rest >= Rest::Half,
            Self::HalfEven => rest > Rest::Half || (rest == Rest::Half && is_odd),
            Self::HalfDown => rest > Rest::Half,
            Self::Up => rest > Rest::Nothing,
            Self::Down => false,
            Self::Ceiling => rest > Rest::Nothing && !is_negative,
            Self::Floor => rest > Rest::Nothing && is_negative,
        }
    }
}

/// What was cut off a quotient.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rest {
    Nothing,
    UnderHalf,
    Half,
    OverHalf,
}

/// An exact number in an argument; it is stored as its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact(pub Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::from_str_exact(&text).map(Self).map_err(|_| D::Error::custom("not an exact number"))
    }
}

/// The product, when 28 digits hold it.
pub(super) fn product(left: Decimal, right: Decimal) -> Option<Decimal> {
    let (short_left, short_right) = (left.normalize(), right.normalize());
    let digits = short_left.mantissa().checked_mul(short_right.mantissa())?;
    let mut product = exact(digits, short_left.scale() + short_right.scale())?;
    // The digits after the point are those of both factors, where there is room for them.
    product.rescale((left.scale() + right.scale()).min(MOST_PLACES));
    Some(product)
}

/// Digits with so many places after the point, without zeros at the end when there are too many.
fn exact(mut digits: i128, mut scale: u32) -> Option<Decimal> {
    while scale > MOST_PLACES && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(digits, scale).ok()
}

/// The sum, when 28 digits hold it.
pub(super) fn sum(left: Decimal, right: Decimal) -> Option<Decimal> {
    let scale = left.scale().max(right.scale());
    let digits = |number: Decimal| {
        let power = 10i128.checked_pow(scale - number.scale())?;
        number.mantissa().checked_mul(power)
    };
    Decimal::try_from_i128_with_scale(digits(left)?.checked_add(digits(right)?)?, scale).ok()
}

/// The quotient with so many digits after the point, rounded once, from the true quotient.
pub(super) fn quotient(number: Decimal, by: Decimal, places: u32, mode: Mode) -> Option<Decimal> {
    let divisor = by.mantissa().unsigned_abs();
    let (mut digits, mut rest) = checked_div_rem(number.mantissa().unsigned_abs(), divisor)?;
    let is_negative = number.is_sign_negative() != by.is_sign_negative();
    let wanted = places + by.scale();
    let rest = if wanted >= number.scale() {
        for _ in number.scale()..wanted {
            // A divisor has at most 96 bits: ten rests fit.
            let (digit, next) = checked_div_rem(rest * 10, divisor)?;
            (digits, rest) = (digits.checked_mul(10)?.checked_add(digit)?, next);
        }
        compared(rest, divisor - rest, rest == 0)
    } else {
        let power = 10u128.checked_pow(number.scale() - wanted)?;
        let (kept, cut) = checked_div_rem(digits, power)?;
        digits = kept;
        match compared(cut, power - cut, cut == 0) {
            Rest::Nothing if rest > 0 => Rest::UnderHalf,
            Rest::Half if rest > 0 => Rest::OverHalf,
            other => other,
        }
    };
    digits += u128::from(mode.goes_up(rest, digits % 2 == 1, is_negative));
    let digits = i128::try_from(digits).ok()?;
    let signed = if is_negative { -digits } else { digits };
    Decimal::try_from_i128_with_scale(signed, places).ok()
}

fn checked_div_rem(number: u128, by: u128) -> Option<(u128, u128)> {
    Some((number.checked_div(by)?, number.checked_rem(by)?))
}

fn compared(cut: u128, to_next: u128, is_nothing: bool) -> Rest {
    match cut.cmp(&to_next) {
        _ if is_nothing => Rest::Nothing,
        Ordering::Less => Rest::UnderHalf,
        Ordering::Equal => Rest::Half,
        Ordering::Greater => Rest::OverHalf,
    }
}

/// The quotient, for a divisor whose quotients all end: one of only twos and fives.
pub(super) fn exact_quotient(number: Decimal, by: Decimal) -> Option<Decimal> {
    product(number, Decimal::ONE.checked_div(by)?)
}

/// Whether every quotient by this number ends after some digits.
pub(super) fn always_ends(by: Decimal) -> bool {
    let mut digits = by.normalize().mantissa().unsigned_abs();
    if digits == 0 {
        return false;
    }
    for factor in [2, 5] {
        while digits.is_multiple_of(factor) {
            digits /= factor;
        }
    }
    // The inverse must itself be exact: product(by, 1 / by) proves it.
    digits == 1
        && Decimal::ONE
            .checked_div(by)
            .and_then(|inverse| product(inverse, by))
            .is_some_and(|one| one == Decimal::ONE)
}

/// Zero without a sign: nobody wants to read `-0`.
pub(super) fn positive_zero(mut number: Decimal) -> Decimal {
    if number.is_zero() {
        number.set_sign_positive(true);
    }
    number
}
