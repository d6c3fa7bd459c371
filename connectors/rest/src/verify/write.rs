//! How objects are written.

use super::{Scene, service};
use crate::{
    manifest::{CallTable, MarkerKind, ObjectTable, WriteTable},
    problem::Problem,
};
use engine_contract::{EntitySchema, FieldType};

pub(super) fn check(
    scene: &Scene<'_>,
    name: &str,
    table: &ObjectTable,
    schema: &EntitySchema,
    out: &mut Vec<Problem>,
) {
    if scene.manifest.base.is_none() {
        return;
    }
    let listed_by = table.listed_by.as_deref().unwrap_or(name);
    if !scene.manifest.stream.contains_key(listed_by) {
        let message = format!("there is no stream `{listed_by}`, by which the objects are listed");
        out.push(scene.problem(&["object", name, "listed_by"], message));
    }
    let write = table.write.over(&scene.manifest.target.write);
    if table.is_read_only {
        return;
    }
    if write.create.is_none() {
        out.push(
            scene.problem(&["object", name, "write", "create"], "an object that is written needs `create`"),
        );
    }
    let is_missing = |word: &&String| !write.calls().any(|(op, _)| op.as_str() == word.as_str());
    for word in table.delete.iter().chain(&table.on_cancel).filter(is_missing) {
        let message = format!("`[object.{name}.write]` does not say how to `{word}`");
        out.push(scene.problem(&["object", name, "delete", word], message));
    }
    for (op, call) in write.calls() {
        self::call(scene, (name, op.as_str()), call, schema, out);
    }
    if let Some(field) = table.name.as_ref().filter(|field| schema.field(field).is_none()) {
        out.push(scene.problem(&["object", name, "name"], format!("`{name}` has no field `{field}`")));
    }
    let once = write.create_only.iter().map(|field| ("create_only", field));
    let leftovers = write.leftovers.keys().map(|field| ("leftovers", field));
    // What all objects share names lists that some of them do not have.
    let lists = table.write.lists.keys().map(|field| ("lists", field));
    for (what, field) in once.chain(leftovers).chain(lists).filter(|(_, field)| schema.field(field).is_none())
    {
        let path = ["object", name, "write", what, field];
        out.push(scene.problem(&path, format!("`{name}` has no field `{field}`")));
    }
    for (field, stream) in &write.must_exist {
        let path = ["object", name, "write", "must_exist", field];
        let first = field.split('.').next().unwrap_or_default();
        if schema.field(first).is_none() {
            out.push(scene.problem(&path, format!("`{name}` has no field `{first}`")));
        }
        if !scene.manifest.stream.contains_key(stream) {
            out.push(scene.problem(&path, format!("there is no stream `{stream}`")));
        }
    }
    if write.batch.is_some() {
        batch(scene, name, &write, schema, out);
    }
    let Some(marker) = &write.marker else { return };
    let path = ["object", name, "write", "marker"];
    let kind = schema.field(&marker.field).map(|field| field.kind);
    match (marker.kind, kind) {
        (_, None) => out.push(scene.problem(&path, format!("`{name}` has no field `{}`", marker.field))),
        (MarkerKind::Text, Some(FieldType::Text)) => {}
        (MarkerKind::Pair, Some(FieldType::List)) if marker.key.is_some() => {}
        (MarkerKind::Text, _) => out.push(scene.problem(&path, "a marker of this kind stands in a text")),
        (MarkerKind::Pair, _) => {
            out.push(scene.problem(&path, "a marker of this kind stands in a list, and has a `key`"));
        }
    }
}

/// A batch makes and changes objects, whose outcomes are found one by one when its answer is lost.
fn batch(scene: &Scene<'_>, name: &str, write: &WriteTable, schema: &EntitySchema, out: &mut Vec<Problem>) {
    let Some(batch) = &write.batch else { return };
    let path = ["object", name, "write", "batch"];
    if write.request_key.is_some() {
        let message = "a service that remembers requests by a key remembers a batch only whole: after a crash \
                       other records are due, so such objects go one by one";
        out.push(scene.problem(&path, message));
    }
    if batch.max < 2 {
        out.push(scene.problem(&path, "a batch takes at least two objects"));
    }
    for (op, _) in batch.lists.each().filter(|(op, _)| write.call(*op).is_none()) {
        out.push(scene.problem(&path, format!("`[object.{name}.write]` does not {op} in batches")));
    }
    if batch.lists.each().next().is_none() {
        out.push(scene.problem(&path, "a batch needs `lists`: what is done with its objects"));
    }
    for field in batch.known.keys().filter(|field| schema.field(field).is_none()) {
        out.push(scene.problem(&path, format!("`{name}` has no field `{field}`")));
    }
    let known: Vec<&str> =
        schema.fields.iter().map(|field| field.name.as_str()).chain(["resource", "object"]).collect();
    for text in std::iter::once(batch.path.as_str()).chain(batch.query.values().map(String::as_str)) {
        service::names(scene, &path, text, &known, out);
    }
}

/// What a call names is a setting, the object's id or version, or a field.
fn call(
    scene: &Scene<'_>,
    (name, what): (&str, &str),
    call: &CallTable,
    schema: &EntitySchema,
    out: &mut Vec<Problem>,
) {
    let fields = schema.fields.iter().map(|field| field.name.as_str());
    let known: Vec<&str> = fields.chain(["id", "version", "resource", "object"]).collect();
    let path = ["object", name, "write", what];
    let with = call.with.values().filter_map(serde_json::Value::as_str);
    let texts =
        std::iter::once(call.path.as_str()).chain(call.query.values().map(String::as_str)).chain(with);
    for text in texts {
        service::names(scene, &path, text, &known, out);
    }
    for field in call.copy.iter().filter(|field| schema.field(field).is_none()) {
        out.push(scene.problem(&path, format!("`{name}` has no field `{field}`")));
    }
}
