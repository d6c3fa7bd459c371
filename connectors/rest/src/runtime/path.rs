//! Dotted names of members: `MetaData.LastUpdatedTime`, `Fault.Error.0.code`.

use engine_contract::{Map, Path, Record, Step, Value};

/// The steps that a dotted name stands for. A number is the place in a list.
pub(super) fn path(dotted: &str) -> Path {
    let step = |name: &str| match name.parse() {
        Ok(index) => Step::Index(index),
        Err(_) => Step::Key(name.to_owned()),
    };
    Path { steps: dotted.split('.').filter(|name| !name.is_empty()).map(step).collect() }
}

/// The text of a scalar member of a record.
pub(super) fn text(record: &Record, dotted: &str) -> Option<String> {
    record.get(&path(dotted)).and_then(|value| value.scalar_text())
}

/// A member within nested objects; a name that holds dots itself comes first.
pub(super) fn member<'a>(map: &'a Map, dotted: &str) -> Option<&'a Value> {
    if let Some(value) = map.get(dotted) {
        return Some(value);
    }
    let (first, rest) = dotted.split_once('.')?;
    member(map.get(first)?.as_map()?, rest)
}

/// Sets a member within nested objects, which are made where they are missing.
pub(super) fn set(map: &mut Map, dotted: &str, value: Value) {
    match dotted.split_once('.') {
        Some((first, rest)) if !map.contains_key(dotted) => {
            let inner = map.entry(first.to_owned()).or_insert_with(|| Value::Map(Map::new()));
            if !matches!(inner, Value::Map(_)) {
                *inner = Value::Map(Map::new());
            }
            if let Value::Map(inner) = inner {
                set(inner, rest, value);
            }
        }
        _ => drop(map.insert(dotted.to_owned(), value)),
    }
}

/// All scalars at a dotted path, those within lists too.
pub(super) fn all(record: &Record, path: &str) -> Vec<String> {
    if let Some(elements) = record.elements() {
        return elements.iter().flat_map(|element| all(element, path)).collect();
    }
    if path.is_empty() {
        return record.to_value().scalar_text().into_iter().collect();
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    record.member(first).map(|member| all(&member, rest)).unwrap_or_default()
}
