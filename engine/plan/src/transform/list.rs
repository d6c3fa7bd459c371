//! Transforms of lists.

use super::{Key, Order, number, rounding};
use engine_contract::{Value, content_hash};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

pub(super) const LIST: &str = "a list";
pub(super) const SCALARS: &str = "a list of texts, numbers or booleans";
pub(super) const NUMBERS: &str = "a list of numbers whose exact sum has at most 28 digits";
pub(super) const SORTABLE: &str = "a list of only texts or only numbers";
pub(super) const OBJECT: &str = "an object";

fn items(value: Value) -> Result<Vec<Value>, &'static str> {
    match value {
        Value::List(items) => Ok(items),
        _ => Err(LIST),
    }
}

fn slice(value: &Value) -> Result<&[Value], &'static str> {
    match value {
        Value::List(items) => Ok(items),
        _ => Err(LIST),
    }
}

pub(super) fn first(value: Value) -> Result<Value, &'static str> {
    items(value).map(|items| items.into_iter().next().unwrap_or_default())
}

pub(super) fn last(value: Value) -> Result<Value, &'static str> {
    items(value).map(|mut items| items.pop().unwrap_or_default())
}

pub(super) fn get(value: Value, key: &Key) -> Result<Value, &'static str> {
    match (key, value) {
        (Key::Member(name), Value::Map(mut members)) => {
            Ok(members.swap_remove(name.as_str()).unwrap_or_default())
        }
        (Key::Index(index), Value::List(mut items)) => {
            let steps = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
            let at = if *index < 0 { items.len().checked_sub(steps) } else { Some(steps) };
            let at = at.filter(|at| *at < items.len());
            Ok(at.map_or(Value::Null, |at| items.swap_remove(at)))
        }
        (Key::Member(_), _) => Err(OBJECT),
        (Key::Index(_), _) => Err(LIST),
    }
}

/// The texts of the elements; `null` has none.
pub(super) fn join(value: &Value, with: &str) -> Result<Value, &'static str> {
    let mut out = String::new();
    let mut is_first = true;
    for item in slice(value)?.iter().filter(|item| !item.is_null()) {
        if !is_first {
            out.push_str(with);
        }
        match item {
            Value::Text(text) => out.push_str(text),
            other => out.push_str(&other.scalar_text().ok_or(SCALARS)?),
        }
        is_first = false;
    }
    Ok(Value::Text(out))
}

pub(super) fn count(value: &Value) -> Result<Value, &'static str> {
    i64::try_from(slice(value)?.len()).map(Value::Int).map_err(|_| LIST)
}

/// The exact sum. `null` and an empty text count nothing; no element at all makes 0.
pub(super) fn sum(value: &Value) -> Result<Value, &'static str> {
    let mut total = Decimal::ZERO;
    for item in slice(value)?.iter().filter(|item| !item.is_null()) {
        if let Value::Decimal(number) = number::decimal(item).map_err(|_| NUMBERS)? {
            total = rounding::sum(total, number).ok_or(NUMBERS)?;
        }
    }
    Ok(Value::Decimal(rounding::positive_zero(total)))
}

/// Sorts numbers by their worth and texts by their characters; `null` goes to the end.
pub(super) fn sort(value: Value, order: Order) -> Result<Value, &'static str> {
    let mut items = items(value)?;
    let is_text = |item: &Value| item.is_null() || item.as_str().is_some();
    let is_number = |item: &Value| item.is_null() || number::exact(item).is_some();
    if !items.iter().all(is_text) && !items.iter().all(is_number) {
        return Err(SORTABLE);
    }
    items.sort_by(|left, right| {
        let nulls = left.is_null().cmp(&right.is_null());
        let values = || match (left.as_str(), right.as_str()) {
            (Some(left), Some(right)) => left.cmp(right),
            _ => number::exact(left).cmp(&number::exact(right)),
        };
        nulls.then_with(|| match order {
            Order::Ascending => values(),
            Order::Descending => values().reverse(),
        })
    });
    Ok(Value::List(items))
}

/// Keeps the first of equal elements, in their order; numbers are equal by their worth.
pub(super) fn unique(value: Value) -> Result<Value, &'static str> {
    let mut items = items(value)?;
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(content_hash(item)));
    Ok(Value::List(items))
}

/// The elements of the lists in a list, one level; what is no list stays.
pub(super) fn flatten(value: Value) -> Result<Value, &'static str> {
    let mut out = Vec::new();
    for item in items(value)? {
        match item {
            Value::List(inner) => out.extend(inner),
            other => out.push(other),
        }
    }
    Ok(Value::List(out))
}
