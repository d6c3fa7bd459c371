//! Asserts: what must be true of a target object before anything is written.
//!
//! With `on_fail = { line, up_to }` one more element makes up for a difference: `Description` is the line's
//! name, `Amount` the difference, and it goes to the end of the only array of blocks that the map has. The
//! assert is asked again afterwards, so that nothing is sent that does not fulfil it; a difference above `up_to`,
//! a condition that is no single `==`, and a map with no such array or several fail the record.

use super::{
    MapError,
    script::Seen,
    tree::{Adjustment, Assert, Route},
};
use engine_contract::{Map, Record, Value};
use engine_project::diag::code;
use rust_decimal::Decimal;

/// Checks the fields of a target object, and adjusts them where an assert says so.
pub(super) fn check(
    route: &Route,
    record: &Record,
    item: Option<&Record>,
    fields: &mut Map,
) -> Result<(), MapError> {
    for assert in route.asserts.iter() {
        let holds = |fields: &Map| {
            let seen = Seen { record, item, vars: &route.vars, target: Some(fields) };
            assert.that.holds(seen)
        };
        if holds(fields)? {
            continue;
        }
        if let Some(adjustment) = &assert.adjustment {
            let seen = Seen { record, item, vars: &route.vars, target: Some(fields) };
            let difference = difference(adjustment, seen)?;
            if let Some(adjusted) = difference.and_then(|amount| adjusted(route, adjustment, fields, amount))
                && holds(&adjusted)?
            {
                *fields = adjusted;
                continue;
            }
        }
        return Err(failed(assert));
    }
    Ok(())
}

/// The difference, where it is a number that may be made up for.
fn difference(adjustment: &Adjustment, seen: Seen<'_>) -> Result<Option<Decimal>, MapError> {
    let number = match adjustment.difference.value(seen)? {
        Value::Decimal(number) => Some(number),
        Value::Int(number) => Some(Decimal::from(number)),
        _ => None,
    };
    Ok(number.filter(|number| number.abs() <= adjustment.up_to))
}

fn adjusted(route: &Route, adjustment: &Adjustment, fields: &Map, amount: Decimal) -> Option<Map> {
    let mut fields = fields.clone();
    let Value::List(elements) = fields.get_mut(route.lines.as_ref()?)? else { return None };
    let description = ("Description".to_owned(), Value::Text(adjustment.line.clone()));
    let amount = ("Amount".to_owned(), Value::Decimal(amount));
    elements.push(Value::Map([description, amount].into_iter().collect()));
    Some(fields)
}

fn failed(assert: &Assert) -> MapError {
    let message = match &assert.adjustment {
        None => "the target object does not fulfil the assert".to_owned(),
        Some(adjustment) => format!(
            "the target object does not fulfil the assert, and a line `{}` of at most {} does not make up for it",
            adjustment.line, adjustment.up_to
        ),
    };
    MapError::new(code::ASSERT_FAILED, message, &assert.place)
}
