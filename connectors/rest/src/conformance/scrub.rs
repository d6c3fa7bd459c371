//! Recordings without secrets and without personal data.
//!
//! What is personal, the field schemas say (`is_personal`), and the names of members do: what is called like a name,
//! an address or a number to call is one wherever it stands. Texts of members that no schema knows are replaced too,
//! since nobody can tell what they hold; only what connector.toml itself reads (a token of a page, a code) stays.
//! What was replaced once is replaced wherever it stands: in other texts, in parameters, in paths.

use super::{
    fixture::{Body, Exchange},
    names::{self, COMPANIONS, PERSONAL, SECRET},
    placeholder::Placeholders,
};
use crate::Described;
use engine_contract::Field;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What stands for a secret.
const HIDDEN: &str = "redacted";
/// Shorter texts stand in others by chance.
const SHORTEST: usize = 4;

/// Replaces what must not be written down.
pub(super) struct Scrubber<'a> {
    described: &'a Described,
    /// Fields by their names alone, for answers of which a hook makes something else: the personal ones, and all.
    personal: BTreeMap<String, Field>,
    known: BTreeSet<String>,
    /// Names of members that connector.toml reads.
    read: BTreeSet<String>,
    placeholders: Placeholders,
    /// Takes secrets that were given out in this process out of a text.
    clean: &'a dyn Fn(&str) -> String,
    /// Origins of the service, and what stands for them.
    origins: Vec<(String, String)>,
}

/// A value, and what is known of it.
#[derive(Clone, Copy)]
struct Spot<'a> {
    name: &'a str,
    /// The field that it belongs to.
    field: Option<&'a Field>,
    /// The members that it can have.
    fields: &'a [Field],
    /// Whether it stands within something personal.
    owned: bool,
}

/// Where the records of an answer stand.
struct Place<'a> {
    /// The pointer of the list; nothing when the answer is a list, or a record itself.
    list: Option<String>,
    fields: &'a [Field],
}

impl<'a> Scrubber<'a> {
    pub(super) fn new(
        described: &'a Described,
        origins: Vec<(String, String)>,
        clean: &'a dyn Fn(&str) -> String,
    ) -> Self {
        let mut scrubber = Self {
            described,
            personal: BTreeMap::new(),
            known: BTreeSet::new(),
            read: names::read_by(described),
            placeholders: Placeholders::default(),
            clean,
            origins,
        };
        if described.said().script.is_some_and(|script| script.has("response")) {
            let offers = described.offers();
            for schema in offers.stream_schemas.iter().chain(&offers.objects) {
                scrubber.learn(&schema.fields, false);
            }
        }
        scrubber
    }

    fn learn(&mut self, fields: &[Field], inside_personal: bool) {
        for field in fields {
            let is_personal = inside_personal || field.is_personal;
            if is_personal {
                self.personal.entry(field.name.clone()).or_insert_with(|| field.clone());
            }
            self.known.insert(field.name.clone());
            self.learn(&field.fields, is_personal);
        }
    }

    /// Scrubs the exchanges of streams together: what one tells, the others must not.
    pub(super) fn all(&mut self, recorded: &mut [(String, Vec<Exchange>)]) {
        for (stream, exchanges) in recorded.iter_mut() {
            for exchange in exchanges {
                self.exchange(stream, exchange);
            }
        }
        let pairs = self.placeholders.pairs();
        for exchange in recorded.iter_mut().flat_map(|(_, exchanges)| exchanges) {
            self.again(exchange, &pairs);
        }
    }

    fn exchange(&mut self, stream: &str, exchange: &mut Exchange) {
        let described = self.described;
        for body in [&mut exchange.request.body, &mut exchange.response.body] {
            match body {
                Body::Empty => {}
                Body::Text(text) => *text = self.plain(text),
                Body::Json(json) => {
                    let place = place(described, stream, &exchange.request.path, json);
                    self.json(&place, json);
                }
            }
        }
        let headers = &mut exchange.response.headers;
        headers.retain(|name, _| names::is_kept(name));
        for value in headers.values_mut() {
            *value = self.plain(value);
        }
    }

    /// An answer: its records by their fields, and what stands around them by names alone.
    fn json(&mut self, place: &Place<'_>, json: &mut Value) {
        let around = Spot { name: "", field: None, fields: &[], owned: false };
        let within = Spot { fields: place.fields, ..around };
        let Some(pointer) = &place.list else { return self.value(within, json) };
        let mut list = json.pointer_mut(pointer).map(Value::take).unwrap_or_default();
        self.value(around, json);
        self.value(within, &mut list);
        if let Some(there) = json.pointer_mut(pointer) {
            *there = list;
        }
    }

    fn value(&mut self, spot: Spot<'_>, value: &mut Value) {
        match value {
            Value::Object(members) => {
                let is_person = members.keys().any(|name| names::contains(&COMPANIONS, name));
                for (name, member) in members {
                    let field = spot.fields.iter().find(|field| field.name == *name);
                    let owned = spot.owned || self.is_personal(name, field) || (is_person && name == "name");
                    let fields = field.map(|field| field.fields.as_slice()).unwrap_or_default();
                    self.value(Spot { name, field, fields, owned }, member);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(spot, item)),
            Value::String(text) => *text = self.text(spot, text),
            // Records are asked for by numbers that are keys: these stay.
            Value::Number(number) if spot.owned && !self.read.contains(spot.name) => {
                *value = self.placeholders.number(number);
            }
            _ => {}
        }
    }

    /// Whether a member is personal as a whole. A key that is marked as personal is, though it is read.
    fn is_personal(&self, name: &str, field: Option<&Field>) -> bool {
        let is_marked = field.map_or_else(|| self.personal.contains_key(name), |field| field.is_personal);
        is_marked || (!self.read.contains(name) && names::contains(&PERSONAL, name))
    }

    fn text(&mut self, spot: Spot<'_>, text: &str) -> String {
        let Spot { name, field, owned, .. } = spot;
        let is_read = self.read.contains(name);
        if !is_read && names::contains(&SECRET, name) && !text.is_empty() {
            return HIDDEN.to_owned();
        }
        let is_unknown = !is_read && !name.is_empty() && field.is_none() && !self.known.contains(name);
        if owned || (is_unknown && !names::is_plain(text)) {
            let field = field.or_else(|| self.personal.get(name)).cloned();
            return self.placeholders.text(text, field.as_ref());
        }
        self.plain(text)
    }

    /// A text in which addresses, numbers, secrets and the service's own place may stand.
    fn plain(&mut self, text: &str) -> String {
        let mut out = self.placeholders.within(&(self.clean)(text));
        for (origin, other) in &self.origins {
            out = out.replace(origin, other);
        }
        out
    }

    /// Replaces once more what is personal elsewhere.
    fn again(&self, exchange: &mut Exchange, pairs: &[(String, String)]) {
        let long = |text: &str| {
            let pairs = pairs.iter().filter(|(value, _)| value.len() >= SHORTEST);
            pairs.fold(text.to_owned(), |text, (value, made)| whole_words(&text, value, made))
        };
        let exact = |text: &str| {
            let lowered = text.to_lowercase();
            let found = pairs.iter().find(|(value, _)| value == text || *value == lowered);
            found.map(|(_, made)| made.clone())
        };
        let parts = |text: &str, between: &str| -> String {
            let part = |part| exact(part).unwrap_or_else(|| (self.clean)(part));
            text.split(between).map(part).collect::<Vec<_>>().join(between)
        };
        let request = &mut exchange.request;
        request.path = parts(&request.path, "/");
        for value in request.query.values_mut() {
            *value = exact(value).unwrap_or_else(|| parts(&long(value), ","));
        }
        for body in [&mut request.body, &mut exchange.response.body] {
            if let Body::Json(json) = body {
                each_text(json, &mut |text| *text = long(text));
            }
        }
        for value in exchange.response.headers.values_mut() {
            *value = long(value);
        }
    }
}

/// The records of an answer: of the stream itself, or of one that is joined to it.
fn place<'a>(described: &'a Described, stream: &str, path: &str, json: &Value) -> Place<'a> {
    let manifest = described.manifest();
    let table = manifest.stream.get(stream);
    let joined = table.into_iter().flat_map(|table| table.join.values().map(|join| join.stream.as_str()));
    let mut candidates: Vec<&str> = std::iter::once(stream).chain(joined).collect();
    let read = |name: &str| manifest.stream.get(name).and_then(|table| table.read.as_ref());
    let fits = |name: &str| {
        let list = read(name).and_then(|read| read.path.as_deref()).filter(|path| !path.contains('{'));
        let one = read(name).and_then(|read| read.fetch.as_ref()?.path.as_deref()?.split('{').next());
        list.is_some_and(|list| path.ends_with(list)) || one.is_some_and(|one| path.contains(one))
    };
    candidates.sort_by_key(|name| !fits(name));
    let fields = |name: &str| {
        let schema = described.offers().stream_schemas.iter().find(|schema| schema.name == name);
        schema.map(|schema| schema.fields.as_slice()).unwrap_or_default()
    };
    for name in &candidates {
        let list = read(name).map(|read| read.list.as_str()).filter(|list| !list.is_empty());
        let pointer = list.map(|list| format!("/{}", list.replace('.', "/")));
        if let Some(pointer) = pointer.filter(|pointer| json.pointer(pointer).is_some_and(Value::is_array)) {
            return Place { list: Some(pointer), fields: fields(name) };
        }
    }
    Place { list: None, fields: candidates.first().map(|name| fields(name)).unwrap_or_default() }
}

/// Replaces a text where it does not stand within another word.
fn whole_words(text: &str, value: &str, made: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(value) {
        let is_inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let is_part = is_inside(before.chars().next_back().or_else(|| out.chars().next_back()))
            || is_inside(after.chars().next());
        out.push_str(before);
        out.push_str(if is_part { value } else { made });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn each_text(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| each_text(member, change)),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::String(text) => change(text),
        _ => {}
    }
}
