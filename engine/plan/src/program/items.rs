//! From a record to items: keys, fan-out, admission.

use super::{MapError, parts::Parts, rule::Sight};
use crate::{Each, Entity, path};
use engine_contract::{Record, SourceRecord};
use engine_project::diag::code;

/// What an entity makes of a record, or of an element of it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The entity's key of this item.
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

pub(crate) fn items(entity: &Entity, parts: &Parts, source: &SourceRecord) -> Vec<Item> {
    let record = Sight { parts, record: &source.record, item: None };
    let own = record_key(entity, record, source);
    match &entity.each {
        None => vec![item(entity, record, source, own)],
        Some(each) => {
            let elements = path::all(&each.path, &source.record, None, &parts.queries);
            let fan_out = |element: &Record| {
                let sight = Sight { item: Some(element), ..record };
                let key = own.clone().and_then(|own| element_key(entity, each, sight, &own));
                let parent_key = Some(source.key.clone());
                Item { parent_key, element: Some(element.clone()), ..item(entity, sight, source, key) }
            };
            elements.iter().map(fan_out).collect()
        }
    }
}

fn item(entity: &Entity, sight: Sight<'_>, source: &SourceRecord, key: Result<String, MapError>) -> Item {
    let (key, admitted) = match key {
        Ok(key) => {
            let admitted = entity.when.as_ref().map_or(Ok(true), |when| sight.holds(when));
            (key, admitted)
        }
        Err(error) => (source.key.clone(), Err(error)),
    };
    Item { key, parent_key: None, source: source.clone(), element: None, admitted }
}

/// Without key rules it is the stream's key.
fn record_key(entity: &Entity, sight: Sight<'_>, source: &SourceRecord) -> Result<String, MapError> {
    if entity.key.is_empty() {
        return Ok(source.key.clone());
    }
    sight.key(&entity.key)?.ok_or_else(|| missing(entity, "key"))
}

fn element_key(entity: &Entity, each: &Each, sight: Sight<'_>, own: &str) -> Result<String, MapError> {
    let element = sight.key(&each.key)?.ok_or_else(|| missing(entity, "each_key"))?;
    Ok(engine_contract::key_within(own, &element))
}

fn missing(entity: &Entity, what: &str) -> MapError {
    let message = format!("a part of `{what}` of `{}` is missing, empty or 0", entity.name);
    let rules = if what == "key" { Some(&entity.key) } else { entity.each.as_ref().map(|each| &each.key) };
    let place = rules.and_then(|rules| rules.first()).map_or(&entity.place, |rule| &rule.place);
    MapError::new(code::KEY_MISSING, message, place)
}
