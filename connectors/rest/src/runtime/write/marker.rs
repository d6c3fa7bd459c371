//! The engine's marker in an object: how it is put in, and how it is recognised.

use crate::{
    manifest::{MarkerKind, ObjectTable, WriteTable},
    runtime::path,
};
use engine_contract::{Encode, EntitySchema, Map, Op, Record, Value};

/// Puts the marker in: into the field that the pipeline chose, else into the connector's own. An update carries
/// one only where it replaces the text that holds it.
pub(super) fn put(table: &WriteTable, schema: &EntitySchema, fields: &mut Map, encode: &Encode<'_>) {
    let own = table.marker.as_ref();
    match (encode.marker_field, own.map(|own| own.kind)) {
        (Some(field), _) => text(schema, fields, field, encode),
        (None, Some(MarkerKind::Text)) => {
            text(schema, fields, own.map_or("", |own| own.field.as_str()), encode);
        }
        (None, Some(MarkerKind::Pair)) if encode.op == Op::Create => {
            if let Some(own) = own {
                pair(fields, &own.field, own.key.as_deref().unwrap_or_default(), encode.marker);
            }
        }
        (None, _) => {}
    }
}

fn text(schema: &EntitySchema, fields: &mut Map, field: &str, encode: &Encode<'_>) {
    let held = path::member(fields, field);
    if encode.op != Op::Create && held.is_none() {
        return;
    }
    let max = schema.field(field).and_then(|field| field.max_length).unwrap_or(usize::MAX);
    let text = appended(held.and_then(Value::as_str).unwrap_or_default(), &tag(encode.marker), max);
    path::set(fields, field, Value::Text(text));
}

fn pair(fields: &mut Map, field: &str, key: &str, marker: &str) {
    let mut pairs = match fields.shift_remove(field) {
        Some(Value::List(pairs)) => pairs,
        _ => Vec::new(),
    };
    let is_ours =
        |pair: &Value| pair.as_map().and_then(|pair| pair.get("key")).and_then(Value::as_str) == Some(key);
    pairs.retain(|pair| !is_ours(pair));
    let pair = [("key".to_owned(), Value::from(key)), ("value".to_owned(), Value::from(marker))];
    pairs.push(Value::Map(pair.into_iter().collect()));
    fields.insert(field.to_owned(), Value::List(pairs));
}

/// Whether objects of this kind can carry a marker.
pub(super) fn is_carried(table: &WriteTable, object: &ObjectTable) -> bool {
    table.marker.is_some() || !object.marker.is_empty()
}

/// Whether an object carries the marker, in whatever field a pipeline may have chosen.
pub(super) fn has(table: &WriteTable, object: &ObjectTable, record: &Record, marker: &str) -> bool {
    let tag = tag(marker);
    let in_text = |field: &str| path::text(record, field).is_some_and(|text| text.contains(&tag));
    if object.marker.iter().any(|field| in_text(field)) {
        return true;
    }
    let Some(own) = &table.marker else { return false };
    if own.kind == MarkerKind::Text {
        return in_text(&own.field);
    }
    let is_it = |pair: &Record| {
        let is = |name, text| pair.member(name).is_some_and(|member| member.is_text(text));
        is("key", own.key.as_deref().unwrap_or_default()) && is("value", marker)
    };
    let pairs = record.member(&own.field).and_then(|pairs| pairs.elements());
    pairs.unwrap_or_default().iter().any(is_it)
}

/// The marker that an object carries, whoever's.
pub(super) fn of(table: &WriteTable, object: &ObjectTable, record: &Record) -> Option<String> {
    let in_text = |field: &str| tagged(&path::text(record, field)?).map(str::to_owned);
    let own = table.marker.as_ref();
    let of_text = own.filter(|own| own.kind == MarkerKind::Text).map(|own| own.field.as_str());
    if let Some(marker) = object.marker.iter().map(String::as_str).chain(of_text).find_map(in_text) {
        return Some(marker);
    }
    let own = own.filter(|own| own.kind == MarkerKind::Pair)?;
    let key = own.key.as_deref().unwrap_or_default();
    let is_it = |pair: &&Record| pair.member("key").is_some_and(|member| member.is_text(key));
    let pairs = record.member(&own.field).and_then(|pairs| pairs.elements()).unwrap_or_default();
    path::text(pairs.iter().find(is_it)?, "value").filter(|marker| !marker.is_empty())
}

/// The marker in a text; people may have written behind it.
fn tagged(text: &str) -> Option<&str> {
    let (_, behind) = text.rsplit_once("[uds:")?;
    let (marker, _) = behind.split_once(']')?;
    (!marker.is_empty()).then_some(marker)
}

/// Whether an object carries a marker of the engine's own in the list of its pairs, whoever's.
pub(super) fn is_there(table: &WriteTable, object: &ObjectTable, record: &Record) -> bool {
    let in_text = |field: &str| path::text(record, field).is_some_and(|text| text.contains("[uds:"));
    if object.marker.iter().any(|field| in_text(field)) {
        return true;
    }
    let Some(own) = &table.marker else { return false };
    if own.kind == MarkerKind::Text {
        return in_text(&own.field);
    }
    let key = own.key.as_deref().unwrap_or_default();
    let is_it = |pair: &Record| pair.member("key").is_some_and(|member| member.is_text(key));
    record.member(&own.field).and_then(|pairs| pairs.elements()).unwrap_or_default().iter().any(is_it)
}

/// Takes every marker of the engine's out of an object, whoever's.
pub(super) fn take_out(table: &WriteTable, object: &ObjectTable, fields: &mut Map) {
    let own = table.marker.as_ref();
    let of_text = own.filter(|own| own.kind == MarkerKind::Text).map(|own| own.field.as_str());
    for field in object.marker.iter().map(String::as_str).chain(of_text) {
        if let Some(text) = path::member(fields, field).and_then(Value::as_str) {
            let bare = without_tag(text).to_owned();
            path::set(fields, field, Value::Text(bare));
        }
    }
    let Some(own) = own.filter(|own| own.kind == MarkerKind::Pair) else { return };
    if let Some(Value::List(pairs)) = fields.get_mut(&own.field) {
        let key = |pair: &Value| pair.as_map()?.get("key")?.as_str().map(str::to_owned);
        pairs.retain(|pair| key(pair).is_none() || key(pair) != own.key);
    }
}

/// What stands in a text: people see it, so it says whose it is.
fn tag(marker: &str) -> String {
    format!("[uds:{marker}]")
}

/// The tag behind a text, which gives way where both are too long. A tag of an earlier write goes.
fn appended(text: &str, tag: &str, max: usize) -> String {
    let text = without_tag(text);
    let room = max.saturating_sub(tag.chars().count() + 1);
    let kept: String = text.chars().take(room).collect();
    let kept = kept.trim_end();
    if kept.is_empty() { tag.to_owned() } else { format!("{kept} {tag}") }
}

/// A text without the tag at its end.
fn without_tag(text: &str) -> &str {
    match (text.rfind("[uds:"), text.ends_with(']')) {
        (Some(at), true) => text.get(..at).unwrap_or(text).trim_end(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_marker_stands_behind_the_text_and_replaces_an_older_one() {
        assert_eq!(appended("Leave it at the door", "[uds:ab]", 4000), "Leave it at the door [uds:ab]");
        assert_eq!(appended("Leave it [uds:old]", "[uds:ab]", 4000), "Leave it [uds:ab]");
        assert_eq!(appended("", "[uds:ab]", 4000), "[uds:ab]");
    }

    #[test]
    fn a_marker_is_read_also_where_people_have_written_around_it() {
        assert_eq!(tagged("Leave it [uds:ab] paid in cash"), Some("ab"));
        assert_eq!(tagged("[uds:old] copied, [uds:ab]"), Some("ab"));
        assert_eq!((tagged("[uds:]"), tagged("[uds:ab"), tagged("uds:ab]")), (None, None, None));
    }

    proptest! {
        #[test]
        fn a_marker_that_was_put_in_is_read_back(text in "\\PC{0,60}", marker in "[a-z2-7]{1,32}") {
            let shown = appended(&text, &tag(&marker), 4000);
            prop_assert_eq!(tagged(&shown), Some(marker.as_str()), "{}", shown);
        }

        #[test]
        fn a_marker_is_whole_however_long_the_text(text in "\\PC{0,60}", max in 12usize..40) {
            let shown = appended(&text, "[uds:abcdef]", max);
            prop_assert!(shown.ends_with("[uds:abcdef]") && shown.chars().count() <= max.max(12), "{}", shown);
        }
    }
}
