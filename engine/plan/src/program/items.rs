//! From a record to items: keys, fan-out, admission.
//!
//! An entity's condition is asked of each element of a fan-out, also when it speaks of the record alone: then
//! all of its elements are filtered.

use super::{
    MapError,
    rule::{Sight, label},
    tree::{Each, Entity, Rule},
};
use engine_contract::{Record, SourceRecord};
use engine_project::diag::code;

/// What an entity makes of a record, or of an element of it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The entity's key of this item. One that has none has a text here that is no other item's key.
    pub key: String,
    /// For a fan-out, the stream's key of the record that the element is part of.
    pub parent_key: Option<String>,
    /// The record.
    pub source: SourceRecord,
    /// For a fan-out, the element.
    pub element: Option<Record>,
    /// Whether the entity takes it; an error fails it.
    pub admitted: Result<bool, MapError>,
}

pub(super) fn items(entity: &Entity, source: &SourceRecord) -> Vec<Item> {
    let record = Sight { record: &source.record, item: None, vars: &entity.vars };
    let own = record_key(entity, record, source);
    let Some(each) = &entity.each else {
        return vec![item(entity, record, source, own, || unkeyed(source))];
    };
    let elements = each.path.all(&source.record, None);
    let fan_out = |(index, element): (usize, &Record)| {
        let sight = Sight { item: Some(element), ..record };
        let key = own.clone().and_then(|own| element_key(entity, each, sight, &own));
        let without = || format!("{}{SEPARATOR}{index}", unkeyed(source));
        let item = item(entity, sight, source, key, without);
        Item { parent_key: Some(source.key.clone()), element: Some(element.clone()), ..item }
    };
    elements.iter().enumerate().map(fan_out).collect()
}

/// The condition comes first: a record that the entity does not want needs no key.
fn item(
    entity: &Entity,
    sight: Sight<'_>,
    source: &SourceRecord,
    key: Result<String, MapError>,
    without_key: impl FnOnce() -> String,
) -> Item {
    let admitted = match &entity.when {
        _ if !source.is_admitted => Ok(false),
        Some(when) => sight.holds(when),
        None => Ok(true),
    };
    let (key, admitted) = match (key, admitted) {
        (Ok(key), admitted) => (key, admitted),
        (Err(error), Ok(true)) => (without_key(), Err(error)),
        (Err(_), admitted) => (without_key(), admitted),
    };
    Item { key, parent_key: None, source: source.clone(), element: None, admitted }
}

/// Between the parts of a key.
const SEPARATOR: char = '|';

/// What stands for the key of an item that has none. Real keys have no empty part, so it is nobody else's.
fn unkeyed(source: &SourceRecord) -> String {
    format!("{SEPARATOR}{}", source.key)
}

/// Without key rules it is the stream's key.
fn record_key(entity: &Entity, sight: Sight<'_>, source: &SourceRecord) -> Result<String, MapError> {
    if entity.key.is_empty() {
        return Ok(source.key.clone());
    }
    sight.key(&entity.key)?.map_err(|part| missing(entity, part, "key"))
}

fn element_key(entity: &Entity, each: &Each, sight: Sight<'_>, own: &str) -> Result<String, MapError> {
    let element = sight.key(&each.key)?.map_err(|part| missing(entity, part, "each_key"))?;
    Ok(engine_contract::key_within(own, &element))
}

fn missing(entity: &Entity, part: &Rule, key: &str) -> MapError {
    let message =
        format!("{} is missing, empty or 0, and `{key}` of `{}` needs it", label(part), entity.name);
    MapError::new(code::KEY_MISSING, message, &part.place)
}
