//! Streams: what their keys, cursors, filters and joins name.

use super::{Scene, names};
use crate::{
    manifest::{JoinTable, Kind, StreamTable},
    problem::Problem,
};
use engine_contract::{EntitySchema, FieldType};

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    for (name, table) in &scene.manifest.stream {
        if table.key.is_empty() {
            out.push(scene.problem(&["stream", name, "key"], "a stream needs a key"));
        }
        filters(scene, name, table, out);
        if let Some(schema) = names::schema(scene, ["stream", name], &table.schema, out) {
            names::fields(scene, schema, &["stream", name, "key"], &table.key, out);
            cursors(scene, name, table, schema, out);
            if let Some(amount) = &table.amount {
                let fields = std::iter::once(&amount.amount).chain(&amount.currency);
                let fields: Vec<String> = fields.cloned().collect();
                names::fields(scene, schema, &["stream", name, "amount"], &fields, out);
            }
            for (filter, field) in
                table.filter.iter().filter_map(|(name, filter)| Some((name, filter.field.as_ref()?)))
            {
                let path = ["stream", name, "filter", filter, "field"];
                names::fields(scene, schema, &path, std::slice::from_ref(field), out);
            }
            left_out(scene, name, table, schema, out);
            super::read::check(scene, name, table, schema, out);
            for (field, join) in &table.join {
                self::join(scene, [name, field], join, schema, out);
            }
        }
    }
}

fn cursors(
    scene: &Scene<'_>,
    name: &str,
    table: &StreamTable,
    schema: &EntitySchema,
    out: &mut Vec<Problem>,
) {
    for cursor in table.cursor.keys() {
        let path = ["stream", name, "cursor", cursor];
        match schema.field(cursor).map(|field| field.kind) {
            Some(FieldType::Timestamp | FieldType::Integer) => {}
            Some(_) => out.push(scene.problem(&path, "a cursor is a `timestamp` or an `integer`")),
            None => {
                let known = schema.fields.iter().map(|field| field.name.as_str());
                let message = format!("`{name}` has no field `{cursor}`");
                out.push(scene.problem(&path, message).near(cursor, known));
            }
        }
    }
}

/// What is taken out of records is no field of them.
fn left_out(
    scene: &Scene<'_>,
    name: &str,
    table: &StreamTable,
    schema: &EntitySchema,
    out: &mut Vec<Problem>,
) {
    let names = table.read.iter().flat_map(|read| &read.leave_out);
    for field in names.filter(|field| schema.field(field).is_some()) {
        let message = format!("`{field}` is left out of records, and is a field of `{name}` too");
        out.push(scene.problem(&["stream", name, "read", "leave_out"], message));
    }
}

fn filters(scene: &Scene<'_>, name: &str, table: &StreamTable, out: &mut Vec<Problem>) {
    for (filter, table) in &table.filter {
        let path = ["stream", name, "filter", filter];
        if !matches!(table.kind, Kind::Text | Kind::Integer | Kind::Boolean | Kind::Date) {
            out.push(scene.problem(&path, "a filter is a `text`, an `integer`, a `boolean` or a `date`"));
        }
        if table.leaves && table.field.is_none() {
            out.push(scene.problem(&path, "`leaves` needs `field`, by which records are judged"));
        }
        if table.shapes && (table.field.is_some() || table.parameter.is_none()) {
            let message = "`shapes` goes with `parameter`, and without `field`: nothing is judged by it";
            out.push(scene.problem(&path, message));
        }
        if table.kind != Kind::Text && !table.one_of.is_empty() {
            out.push(scene.problem(&path, "`one_of` goes with `type = \"text\"`"));
        }
    }
}

fn join(
    scene: &Scene<'_>,
    place: [&str; 2],
    join: &JoinTable,
    schema: &EntitySchema,
    out: &mut Vec<Problem>,
) {
    let [name, field] = place;
    let path = |key| ["stream", name, "join", field, key];
    if schema.field(field).is_some() {
        out.push(scene.problem(&path(""), format!("`{name}` has a field `{field}` of its own")));
    }
    if schema.field(&join.by).is_none() {
        out.push(scene.problem(&path("by"), format!("`{name}` has no field `{}`", join.by)));
    }
    match scene.manifest.stream.get(&join.stream) {
        None => out.push(scene.problem(&path("stream"), format!("there is no stream `{}`", join.stream))),
        Some(other) if other.key.len() > 1 => {
            out.push(scene.problem(&path("stream"), "a joined stream has a key of one field"));
        }
        Some(_) => {}
    }
}
