//! Target objects: what they offer, and the fields that this names.

use super::{Scene, names};
use crate::{
    manifest::{CustomFields, ObjectTable},
    problem::Problem,
};
use engine_contract::{EffectClass, EntitySchema, FieldType};

/// The words that an offer may hold, by its name.
const WORDS: [(&str, &[&str]); 4] = [
    ("delete", &["delete", "soft", "deactivate", "void"]),
    ("on_cancel", &["void", "delete"]),
    ("when_closed", &["block", "skip"]),
    ("name_taken", &["suffix_key", "adopt", "fail"]),
];

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    for (name, table) in &scene.manifest.object {
        offers(scene, name, table, out);
        effect(scene, name, table, out);
        if let Some(schema) = names::schema(scene, ["object", name], &table.schema, out) {
            fields(scene, name, table, schema, out);
            super::write::check(scene, name, table, schema, out);
        }
    }
}

fn offers(scene: &Scene<'_>, name: &str, table: &ObjectTable, out: &mut Vec<Problem>) {
    let given = [&table.delete, &table.on_cancel, &table.when_closed, &table.name_taken];
    for ((key, words), given) in WORDS.iter().zip(given) {
        if table.is_read_only && !given.is_empty() {
            out.push(scene.problem(&["object", name, key], "an object that is read only offers no writes"));
        }
        for word in given.iter().filter(|word| !words.contains(&word.as_str())) {
            let message = format!("`{key}` holds {} only", words.join(", "));
            out.push(scene.problem(&["object", name, key, word], message));
        }
    }
}

/// What is written says how the engine finds out about lost answers.
fn effect(scene: &Scene<'_>, name: &str, table: &ObjectTable, out: &mut Vec<Problem>) {
    if table.is_read_only {
        return;
    }
    let effect = table.effect.or(scene.manifest.target.effect);
    let path = ["object", name, "effect"];
    // One that the connector puts in itself needs no field that a mapping could name.
    let own = table.write.marker.as_ref().or(scene.manifest.target.write.marker.as_ref());
    let has_marker = own.is_some() || !table.marker.is_empty();
    match effect {
        None => {
            out.push(scene.problem(&path, "an object that is written needs `effect`"));
        }
        Some(EffectClass::Marker) if !has_marker => {
            out.push(scene.problem(&path, "effect `marker` needs a field in `marker`"));
        }
        Some(EffectClass::IdempotencyKey) if !has_marker && table.recover_by.is_empty() => {
            let message = "a key is not remembered for ever: name a field in `marker` or `recover_by`";
            out.push(scene.problem(&path, message));
        }
        _ => {}
    }
}

fn fields(scene: &Scene<'_>, name: &str, table: &ObjectTable, schema: &EntitySchema, out: &mut Vec<Problem>) {
    if table.key.is_empty() {
        out.push(scene.problem(&["object", name, "key"], "an object needs a key"));
    }
    let lists = [("key", &table.key), ("find_by", &table.find_by), ("recover_by", &table.recover_by)];
    for (key, list) in lists {
        names::fields(scene, schema, &["object", name, key], list, out);
    }
    for field in names::fields(scene, schema, &["object", name, "marker"], &table.marker, out) {
        if field.kind != FieldType::Text || field.read_only {
            let message = "a marker is written into a text";
            out.push(scene.problem(&["object", name, "marker", &field.name], message));
        }
    }
    if let Some(custom) = &table.custom_fields {
        custom_fields(scene, name, custom, schema, out);
    }
}

fn custom_fields(
    scene: &Scene<'_>,
    name: &str,
    custom: &CustomFields,
    schema: &EntitySchema,
    out: &mut Vec<Problem>,
) {
    let path = |key| ["object", name, "custom_fields", key];
    match schema.field(&custom.field) {
        None => out.push(scene.problem(&path("field"), format!("`{name}` has no field `{}`", custom.field))),
        Some(list) if list.kind != FieldType::List => {
            out.push(scene.problem(&path("field"), format!("`{}` is no list", custom.field)));
        }
        Some(list) => {
            for (key, member) in [("label", &custom.label), ("value", &custom.value)] {
                if !list.fields.iter().any(|field| field.name == *member) {
                    let message = format!("`{}` has no member `{member}`", custom.field);
                    out.push(scene.problem(&path(key), message));
                }
            }
        }
    }
}
