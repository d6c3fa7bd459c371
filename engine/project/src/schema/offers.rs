//! What the two sides of a pipeline offer, as lists of words and closed tables.

use super::{
    Profile,
    entity::{edit, items},
    scopes::View,
    words::{self, Word},
};
use engine_contract::{Discovery, EntitySchema, Field, FieldType, Offer, StreamInfo};
use serde_json::{Map, Value, json};

/// What can be read and written.
#[derive(Clone, Debug, Default)]
pub(super) struct Offers {
    pub(super) source: Discovery,
    pub(super) target: Discovery,
}

impl Offers {
    /// The streams.
    pub(super) fn streams(&self) -> Vec<Word> {
        self.source.streams.iter().map(|stream| word(&stream.name, &stream.description)).collect()
    }

    /// The target objects that can be written.
    pub(super) fn objects(&self) -> Vec<Word> {
        let written = self.target.objects.iter().filter(|object| !object.offer.is_read_only);
        written.map(|object| word(&object.name, &object.description)).collect()
    }

    /// The target objects that can be found by a field.
    pub(super) fn findable(&self) -> Vec<Word> {
        let text = |object: &EntitySchema| match object.offer.find_by.as_slice() {
            [] => object.description.clone(),
            by => format!("{} By `{}`.", object.description, by.join("`, `")).trim_start().to_owned(),
        };
        self.target.objects.iter().map(|object| word(&object.name, &text(object))).collect()
    }

    /// The fields by which objects are found; nothing where some object is found by any field.
    pub(super) fn find_by(&self) -> Vec<Word> {
        let mut out: Vec<(String, Vec<&str>)> = Vec::new();
        for object in self.target.objects.iter().filter(|object| !object.offer.find_by.is_empty()) {
            for field in &object.offer.find_by {
                match out.iter_mut().find(|(name, _)| name == field) {
                    Some((_, objects)) => objects.push(&object.name),
                    None => out.push((field.clone(), vec![&object.name])),
                }
            }
        }
        out.iter().map(|(field, objects)| word(field, &format!("Of `{}`.", objects.join("`, `")))).collect()
    }

    /// Whether every target object says by which fields it is found.
    pub(super) fn all_say_find_by(&self) -> bool {
        self.target.objects.iter().all(|object| !object.offer.find_by.is_empty())
    }

    pub(super) fn object(&self, name: &str) -> Option<&EntitySchema> {
        self.target.objects.iter().find(|object| object.name == name && !object.fields.is_empty())
    }

    /// What rules of an entity that reads a stream can see.
    pub(super) fn view(&self, stream: &str) -> View {
        let schema = self.source.stream_schemas.iter().find(|schema| schema.name == stream);
        let record = schema.map(|schema| schema.fields.clone()).unwrap_or_default();
        View { stream: stream.to_owned(), record, item: None }
    }

    /// The cursors and filters of a stream.
    pub(super) fn source(&self, schema: &mut Value, stream: &str) {
        let Some(stream) = self.source.streams.iter().find(|known| known.name == stream) else { return };
        edit(schema, "cursor", |it| words::only(it, &cursors(stream)));
        if stream.filters.is_empty() {
            return;
        }
        edit(schema, "filter", |it| {
            if let Some(members) = it.as_object_mut() {
                let filters = stream.filters.iter().map(|filter| (filter.name.clone(), self::filter(filter)));
                members.insert("properties".to_owned(), Value::Object(filters.collect()));
                members.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        });
    }
}

/// The fields and policies that the target objects allow.
pub(super) fn write(schema: &mut Value, targets: &[&EntitySchema], profile: Profile) {
    let names = leaves(targets);
    let is_open = targets.iter().any(|target| has_open_part(&target.fields));
    for list in ["match", "replace_within"] {
        edit(schema, list, |it| {
            items(it, |it| if is_open { profile.suggest(it, &names) } else { words::only(it, &names) });
        });
    }
    if targets.iter().all(|target| target.offer == Offer::default()) {
        return;
    }
    for (policy, default, allowed) in [
        ("delete", "keep", allowed(targets, |offer| &offer.delete)),
        ("on_cancel", "keep", allowed(targets, |offer| &offer.on_cancel)),
        ("when_closed", "block", allowed(targets, |offer| &offer.when_closed)),
        ("name_taken", "fail", allowed(targets, |offer| &offer.name_taken)),
    ] {
        edit(schema, policy, |it| restrict(it, default, &allowed));
    }
}

fn word(name: &str, text: &str) -> Word {
    (Value::from(name), text.to_owned())
}

fn cursors(stream: &StreamInfo) -> Vec<Word> {
    stream.cursors.iter().map(|cursor| word(cursor, "")).collect()
}

/// A filter takes a value, a list of values, or a variable.
fn filter(field: &Field) -> Value {
    let name = format!("**{}** `{}`", field.name, super::paths::kind(field));
    let text = if field.description.is_empty() { name } else { format!("{name}\n\n{}", field.description) };
    let mut schema = json!({
        "description": text,
        "type": ["string", "integer", "number", "boolean", "array", "object"],
        "properties": {"var": super::rule::refer("rule_var")},
        "additionalProperties": false,
    });
    if let (false, Some(members)) = (field.one_of.is_empty(), schema.as_object_mut()) {
        members.insert("items".to_owned(), json!({"type": ["string", "object"], "enum": field.one_of}));
        members.insert(
            "description".to_owned(),
            json!(format!("{text}\n\nOf `{}`.", field.one_of.join("`, `"))),
        );
        if field.kind != FieldType::List {
            members.insert("pattern".to_owned(), Value::from(one_of(&field.one_of)));
        }
    }
    schema
}

/// A pattern that matches these words only.
fn one_of(words: &[String]) -> String {
    let escape = |word: &String| -> String {
        word.chars()
            .flat_map(|c| if c.is_alphanumeric() || "-_ ".contains(c) { vec![c] } else { vec!['\\', c] })
            .collect()
    };
    format!("^({})$", words.iter().map(escape).collect::<Vec<_>>().join("|"))
}

/// The fields of target objects that hold single values, by dotted path.
fn leaves(targets: &[&EntitySchema]) -> Vec<Word> {
    fn walk(prefix: &str, fields: &[Field], out: &mut Vec<Word>) {
        for field in fields {
            let name = format!("{prefix}{}", field.name);
            if field.kind == FieldType::Object && !field.fields.is_empty() {
                walk(&format!("{name}."), &field.fields, out);
            } else if field.kind != FieldType::List && !out.iter().any(|(known, _)| known == name.as_str()) {
                out.push(word(&name, ""));
            }
        }
    }
    let mut out = Vec::new();
    for target in targets {
        walk("", &target.fields, &mut out);
    }
    out
}

fn has_open_part(fields: &[Field]) -> bool {
    fields.iter().any(|field| field.is_open || has_open_part(&field.fields))
}

/// The words that any of the target objects allows for a policy.
fn allowed<'a>(targets: &[&'a EntitySchema], list: impl Fn(&'a Offer) -> &'a Vec<String>) -> Vec<&'a str> {
    targets.iter().flat_map(|target| list(&target.offer)).map(String::as_str).collect()
}

/// Leaves of a list of words the default and those that are allowed, with their texts.
fn restrict(schema: &mut Value, default: &str, allowed: &[&str]) {
    let Some(members) = schema.as_object_mut() else { return };
    let values = members.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
    let docs = |pointer: &str| members.get("x-taplo").and_then(|taplo| taplo.pointer(pointer)).cloned();
    let texts = docs("/docs/enumValues").and_then(|texts| texts.as_array().cloned()).unwrap_or_default();
    let main = docs("/docs/main").unwrap_or_default();
    let kept: Vec<Word> = values
        .into_iter()
        .zip(texts)
        .filter(|(value, _)| value.as_str().is_some_and(|word| word == default || allowed.contains(&word)))
        .map(|(value, text)| (value, text.as_str().unwrap_or_default().to_owned()))
        .collect();
    members.insert("description".to_owned(), main);
    words::list(members, &kept);
}

/// The members of a connector's settings, which a side may overlay.
pub(super) fn settings(schema: &Value) -> Option<Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object).cloned()
}
