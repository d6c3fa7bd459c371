//! What operators give, by the kinds of their operands.

use crate::types::{Base, Type};

const NUMBERS: [Base; 2] = [Base::Integer, Base::Decimal];

/// What `left op right` gives where it gives something at all.
pub(super) fn binary(operator: &str, left: &Type, right: &Type) -> Type {
    match operator {
        "==" | "!=" | "<" | "<=" | ">" | ">=" => Type::of(Base::Boolean),
        "+" => sum(left, right),
        "-" | "*" | "/" | "%" => number(left, right),
        "**" if left.is_only(&NUMBERS) => number(left, left),
        _ => Type::any(),
    }
}

/// Whether an operator compares a text with a number: they are never equal, and have no order.
pub(super) fn never_compares(operator: &str, left: &Type, right: &Type) -> bool {
    let is_comparison = matches!(operator, "==" | "!=" | "<" | "<=" | ">" | ">=");
    let differ = |one: &Type, other: &Type| is_text(one) && other.is_only(&NUMBERS);
    is_comparison && (differ(left, right) || differ(right, left))
}

/// What `op value` gives.
pub(super) fn unary(operator: &str, value: &Type) -> Type {
    match operator {
        "!" => Type::of(Base::Boolean),
        "-" | "+" if value.is_only(&NUMBERS) => value.clone().present(),
        _ => Type::any(),
    }
}

/// Two integers give an integer, any other two numbers a decimal. Nothing has no arithmetic.
fn number(left: &Type, right: &Type) -> Type {
    let base = match (left.is_only(&NUMBERS), right.is_only(&NUMBERS)) {
        (true, true) if left.is_only(&NUMBERS[..1]) && right.is_only(&NUMBERS[..1]) => Base::Integer,
        (true, true) => Base::Decimal,
        _ => return Type::any(),
    };
    Type { is_money: left.is_money || right.is_money, ..Type::of(base) }
}

/// A text takes anything; lists and objects are joined.
fn sum(left: &Type, right: &Type) -> Type {
    if is_text(left) || is_text(right) {
        // Two known lengths add up; `one_of` and what kind of text it was are lost.
        let both = is_text(left) && is_text(right) && !left.nullable && !right.nullable;
        let length = left.max_length.zip(right.max_length).filter(|_| both);
        return Type { max_length: length.map(|(one, two)| one.saturating_add(two)), ..Type::of(Base::Text) };
    }
    if left.is_only(&NUMBERS) && right.is_only(&NUMBERS) {
        return number(left, right);
    }
    if left.is_only(&[Base::List]) && right.is_only(&[Base::List]) && !left.nullable && !right.nullable {
        let element = left.element.clone().zip(right.element.clone());
        let element = element.map(|(one, two)| Box::new(one.join(*two)));
        return Type { element, ..Type::of(Base::List) };
    }
    Type::any()
}

pub(super) fn is_text(value: &Type) -> bool {
    value.is_only(&[Base::Text, Base::NumberText, Base::DateText, Base::TimeText])
}
