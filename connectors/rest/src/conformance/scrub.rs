//! Recordings without secrets and without personal data.
//!
//! What is personal, the field schemas say (`is_personal`), and the names of members do: what is called like a name,
//! an address or a number to call is one wherever it stands. Texts of members that no schema knows are replaced too,
//! since nobody can tell what they hold; only what connector.toml itself reads (a token of a page, a code) stays.
//! What was replaced once is replaced wherever it stands: in other texts, in parameters, in paths.

use super::{
    fixture::{Body, Exchange},
    placeholder::Placeholders,
};
use crate::Described;
use engine_contract::{Field, Map};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Parts of names that tell of a person.
const PERSONAL: [&str; 26] = [
    "firstname",
    "lastname",
    "middlename",
    "fullname",
    "givenname",
    "familyname",
    "surname",
    "nickname",
    "displayname",
    "username",
    "guestname",
    "customername",
    "contactname",
    "email",
    "phone",
    "mobile",
    "fax",
    "street",
    "address1",
    "address2",
    "postcode",
    "postalcode",
    "zipcode",
    "birth",
    "ipaddress",
    "iban",
];
/// Parts of names that tell of a secret.
const SECRET: [&str; 10] = [
    "secret",
    "password",
    "passwd",
    "apikey",
    "accesskey",
    "privatekey",
    "authorization",
    "signature",
    "sessionid",
    "token",
];
/// Members beside which a `name` is that of a person.
const COMPANIONS: [&str; 4] = ["email", "phone", "mobile", "birthday"];
/// What stands for a secret.
const HIDDEN: &str = "redacted";
/// Shorter texts stand in others by chance.
const SHORTEST: usize = 4;
/// Headers that say something about the data.
const HEADERS: [&str; 5] = ["content-type", "date", "link", "retry-after", "etag"];

/// Replaces what must not be written down.
pub(super) struct Scrubber<'a> {
    /// Fields by the last part of their name: the personal ones, and all.
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

impl<'a> Scrubber<'a> {
    pub(super) fn new(
        described: &Described,
        origins: Vec<(String, String)>,
        clean: &'a dyn Fn(&str) -> String,
    ) -> Self {
        let mut scrubber = Self {
            personal: BTreeMap::new(),
            known: BTreeSet::new(),
            read: read_by(described),
            placeholders: Placeholders::default(),
            clean,
            origins,
        };
        let offers = described.offers();
        for schema in offers.stream_schemas.iter().chain(&offers.objects) {
            scrubber.learn(&schema.fields, false);
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

    /// Scrubs all exchanges together: what one tells, the others must not.
    pub(super) fn all(&mut self, exchanges: &mut [&mut Exchange]) {
        for exchange in exchanges.iter_mut() {
            self.body(&mut exchange.response.body);
            self.body(&mut exchange.request.body);
            exchange.response.headers.retain(|name, _| is_kept(name));
            for value in exchange.response.headers.values_mut() {
                *value = self.plain(value);
            }
        }
        let pairs = self.placeholders.pairs();
        for exchange in exchanges.iter_mut() {
            self.again(exchange, &pairs);
        }
    }

    fn body(&mut self, body: &mut Body) {
        match body {
            Body::Empty => {}
            Body::Text(text) => *text = self.plain(text),
            Body::Json(json) => self.value("", json, false),
        }
    }

    /// One value; `owned` when it stands within something personal.
    fn value(&mut self, name: &str, value: &mut Value, owned: bool) {
        match value {
            Value::Object(members) => {
                let is_person = members.keys().any(|name| contains(&COMPANIONS, name));
                for (name, member) in members {
                    let owned = owned || self.is_personal(name) || (is_person && name == "name");
                    self.value(name, member, owned);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(name, item, owned)),
            Value::String(text) => *text = self.text(name, text, owned),
            // Records are asked for by numbers that are keys: these stay.
            Value::Number(number) if owned && !self.read.contains(name) => {
                *value = self.placeholders.number(number);
            }
            _ => {}
        }
    }

    /// Whether a member is personal as a whole. A key that is marked as personal is, though it is read.
    fn is_personal(&self, name: &str) -> bool {
        self.personal.contains_key(name) || (!self.read.contains(name) && contains(&PERSONAL, name))
    }

    fn text(&mut self, name: &str, text: &str, owned: bool) -> String {
        let is_read = self.read.contains(name);
        if !is_read && contains(&SECRET, name) && !text.is_empty() {
            return HIDDEN.to_owned();
        }
        let is_unknown = !is_read && !name.is_empty() && !self.known.contains(name);
        if owned || (is_unknown && !is_plain(text)) {
            let field = self.personal.get(name).cloned();
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
            pairs.iter().filter(|(value, _)| value.len() >= SHORTEST).fold(
                text.to_owned(),
                |text, (value, made)| {
                    if text.contains(value.as_str()) { text.replace(value, made) } else { text }
                },
            )
        };
        let exact = |text: &str| pairs.iter().find(|(value, _)| value == text).map(|(_, made)| made.clone());
        let parts = |text: &str, between: &str| -> String {
            text.split(between)
                .map(|part| exact(part).unwrap_or_else(|| (self.clean)(part)))
                .collect::<Vec<_>>()
                .join(between)
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

fn each_text(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| each_text(member, change)),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::String(text) => change(text),
        _ => {}
    }
}

/// Words, moments and numbers: nothing that tells of a person by itself.
fn is_plain(text: &str) -> bool {
    let is_word = text.len() <= 24
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_number = text.len() <= 24 && text.parse::<serde_json::Number>().is_ok();
    is_word
        || is_number
        || matches!(engine_contract::Cursor::parse(text), Ok(engine_contract::Cursor::Instant(_)))
}

/// Whether a name, without what stands between its words, contains one of some parts.
fn contains(parts: &[&str], name: &str) -> bool {
    let letters: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    parts.iter().any(|part| letters.contains(part))
}

fn is_kept(header: &str) -> bool {
    let tells = ["token", "key", "auth", "cookie", "session", "user", "mail", "account"];
    HEADERS.contains(&header) || (header.starts_with("x-") && !tells.iter().any(|part| header.contains(part)))
}

/// The names of members that connector.toml names: these are read, and must stay what they are.
fn read_by(described: &Described) -> BTreeSet<String> {
    let manifest = described.manifest();
    let mut dotted: Vec<&str> = Vec::new();
    for page in manifest.page.values() {
        dotted.extend(page.next.iter().chain(&page.token).map(String::as_str));
    }
    let errors = &manifest.errors;
    dotted.extend(errors.code.iter().chain(&errors.fault).chain(&errors.field).map(String::as_str));
    dotted.extend(manifest.time.member.as_deref());
    for stream in manifest.stream.values() {
        dotted.extend(stream.read.iter().map(|read| read.list.as_str()));
        dotted.extend(stream.cursor.keys().chain(&stream.key).map(String::as_str));
        dotted.extend(stream.join.values().map(|join| join.by.as_str()));
    }
    let writes: Vec<_> = manifest.object.keys().filter_map(|object| manifest.write(object)).collect();
    for write in &writes {
        dotted.extend(write.id.iter().chain(&write.version).chain(&write.answer).map(String::as_str));
    }
    dotted.into_iter().flat_map(|name| name.split('.')).map(str::to_owned).collect()
}

/// The settings of a connection without secrets and addresses, and what stands for its origin.
pub(super) fn settings(described: &Described, config: &Value, address: &str) -> (Map, Vec<(String, String)>) {
    let manifest = described.manifest();
    let mut kept = Map::new();
    let host = format!("https://{}.example", manifest.connector.name);
    let mut origins = Vec::new();
    let replaced_by = manifest.base.as_ref().and_then(|base| base.replaced_by.as_deref());
    for (name, setting) in manifest.settings() {
        let Some(given) = config.get(name) else { continue };
        match (setting.kind, given.as_str()) {
            _ if Some(name) == replaced_by => {}
            (crate::manifest::Kind::Secret, _) => {
                let secret = serde_json::json!({ "secret": name });
                kept.insert(name.to_owned(), secret.into());
            }
            (crate::manifest::Kind::Url, Some(url)) => {
                let origin = origin(url);
                let other = url.replacen(&origin, &host, 1);
                origins.push((origin, host.clone()));
                kept.insert(name.to_owned(), other.into());
            }
            _ => drop(kept.insert(name.to_owned(), given.clone().into())),
        }
    }
    if origins.is_empty() && replaced_by.is_some_and(|name| config.get(name).is_some()) {
        origins.push((origin(address), host));
    }
    (kept, origins)
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}")
}
