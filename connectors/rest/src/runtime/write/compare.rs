//! What a write would make of an object, beside what the object is: without the marker, without what the service adds by
//! itself, and with the elements of lists beside those that they stand for.

use super::{encode, marker};
use crate::{
    manifest::ListTable,
    runtime::{catalog::Catalog, path},
};
use engine_contract::{Map, Value};

/// Both in one form. The bytes of the write are what counts: they hold what the connector made of the mapped fields.
pub(super) fn compared(catalog: &Catalog, object: &str, payload: &[u8], current: Value) -> (Map, Value) {
    let mut wanted = encode::decode(payload);
    let Value::Map(mut held) = current else { return (wanted, current) };
    let (Ok(write), Ok(table)) = (catalog.write(object), catalog.object(object)) else {
        return (wanted, Value::Map(held));
    };
    for side in [&mut wanted, &mut held] {
        marker::take_out(write, table, side);
    }
    for (field, rules) in &write.lists {
        let Some(Value::List(elements)) = held.get_mut(field) else { continue };
        elements.retain(|element| !is_added(rules, element));
        if let (Some(by), Some(Value::List(wanted))) = (&rules.by, wanted.get(field)) {
            *elements = beside(by, wanted, std::mem::take(elements));
        }
    }
    (wanted, Value::Map(held))
}

/// Whether the service has added an element by itself.
fn is_added(rules: &ListTable, element: &Value) -> bool {
    let Some(members) = element.as_map() else { return false };
    let has = |(name, values): (&String, &Vec<String>)| {
        path::member(members, name)
            .and_then(Value::as_str)
            .is_some_and(|text| values.iter().any(|value| value == text))
    };
    rules.added.iter().any(has)
}

/// The elements with the names of wanted ones, in their order; those that nobody wants are left out.
fn beside(by: &str, wanted: &[Value], mut held: Vec<Value>) -> Vec<Value> {
    let name =
        |element: &Value| element.as_map().and_then(|members| members.get(by)).and_then(Value::scalar_text);
    let mut found = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let wanted = name(wanted);
        match held.iter().position(|held| wanted.is_some() && name(held) == wanted) {
            Some(at) => found.push(held.remove(at)),
            None => found.push(Value::Null),
        }
    }
    found
}
