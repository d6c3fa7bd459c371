//! What has changed between two catalogs of a connection.

use engine_contract::{Discovery, EntitySchema, Field, StreamInfo};
use serde::Serialize;
use std::fmt;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Change {
    /// `added`, `removed` or `changed`.
    #[serde(rename = "change")]
    verb: &'static str,
    /// `stream`, `target object` or `field`.
    kind: &'static str,
    /// What it is about: `orders`, `orders.total`.
    name: String,
    /// How it was and is, for what changed.
    #[serde(skip_serializing_if = "String::is_empty")]
    about: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.verb {
            "added" => '+',
            "removed" => '-',
            _ => '~',
        };
        let Self { kind, name, about, .. } = self;
        let colon = if about.is_empty() { "" } else { ": " };
        write!(f, "{sign} {kind} {name}{colon}{about}")
    }
}

/// What is added, removed and changed: streams first.
pub(super) fn between(before: &Discovery, now: &Discovery) -> Vec<Change> {
    let mut out = Vec::new();
    names("stream", (&before.streams, &now.streams), of_stream, &mut out);
    for stream in &now.streams {
        let old = before.streams.iter().find(|old| old.name == stream.name);
        if let Some(old) = old.filter(|old| old.cursors != stream.cursors) {
            let about = format!("cursors {} -> {}", list(&old.cursors), list(&stream.cursors));
            out.push(Change { verb: "changed", kind: "stream", name: stream.name.clone(), about });
        }
    }
    schemas("stream", (&before.stream_schemas, &now.stream_schemas), &mut out);
    names("target object", (&before.objects, &now.objects), of_object, &mut out);
    schemas("target object", (&before.objects, &now.objects), &mut out);
    // A table is a stream and a target object with the same fields.
    let mut seen = Vec::new();
    out.retain(|change| {
        let is_new = !seen.contains(change);
        seen.push(change.clone());
        is_new
    });
    out
}

fn of_stream(stream: &StreamInfo) -> &str {
    &stream.name
}

fn of_object(object: &EntitySchema) -> &str {
    &object.name
}

fn names<T>(kind: &'static str, (before, now): (&[T], &[T]), name: fn(&T) -> &str, out: &mut Vec<Change>) {
    let change = |verb, one: &T| Change { verb, kind, name: name(one).to_owned(), about: String::new() };
    let is_in = |list: &[T], one: &T| list.iter().any(|other| name(other) == name(one));
    out.extend(now.iter().filter(|one| !is_in(before, one)).map(|one| change("added", one)));
    out.extend(before.iter().filter(|one| !is_in(now, one)).map(|one| change("removed", one)));
}

fn schemas(kind: &'static str, (before, now): (&[EntitySchema], &[EntitySchema]), out: &mut Vec<Change>) {
    for schema in now {
        let Some(old) = before.iter().find(|old| old.name == schema.name) else { continue };
        if old.key != schema.key {
            let about = format!("key {} -> {}", list(&old.key), list(&schema.key));
            out.push(Change { verb: "changed", kind, name: schema.name.clone(), about });
        }
        fields(&schema.name, (&old.fields, &schema.fields), out);
    }
}

fn fields(within: &str, (before, now): (&[Field], &[Field]), out: &mut Vec<Change>) {
    let change = |verb, field: &Field, about: String| Change {
        verb,
        kind: "field",
        name: format!("{within}.{}", field.name),
        about,
    };
    for field in now {
        match before.iter().find(|old| old.name == field.name) {
            None => out.push(change("added", field, shown(field))),
            Some(old) => {
                if shown(old) != shown(field) {
                    let about = format!("{} -> {}", shown(old), shown(field));
                    out.push(change("changed", field, about));
                }
                fields(&format!("{within}.{}", field.name), (&old.fields, &field.fields), out);
            }
        }
    }
    let is_gone = |old: &&Field| now.iter().all(|field| field.name != old.name);
    out.extend(before.iter().filter(is_gone).map(|old| change("removed", old, String::new())));
}

/// What matters of a field to a mapping.
fn shown(field: &Field) -> String {
    let mut words = vec![field.kind.as_str().to_owned()];
    words.extend(field.max_length.map(|length| format!("of {length} characters")));
    for (is_set, word) in
        [(field.required, "required"), (field.read_only, "read only"), (field.nullable, "may be null")]
    {
        words.extend(is_set.then(|| word.to_owned()));
    }
    if !field.one_of.is_empty() {
        words.push(field.one_of.join(" | "));
    }
    words.join(", ")
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
