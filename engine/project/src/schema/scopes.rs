//! The definitions of paths, one for each place with paths of its own.

use super::{
    Profile,
    paths::{list_at, lists, paths},
    rule::Scope,
    words,
};
use engine_contract::Field;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a rule can see: the record, and within `each` an element.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// The name of the stream.
    pub(super) stream: String,
    /// The fields of its records.
    pub(super) record: Vec<Field>,
    /// The element that `@` means.
    pub(super) item: Option<Item>,
}

/// An element: or several, where it is not certain which.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    /// What its lists are called.
    pub(super) name: String,
    /// The fields of the elements.
    pub(super) fields: Vec<Field>,
}

impl View {
    /// The view of the elements of one of these paths. Where none is known: of every list there is.
    pub(super) fn within(&self, eaches: &[String]) -> Self {
        let mut item = Item::default();
        for each in eaches {
            let (root, fields) = match (&self.item, each.starts_with('@')) {
                (Some(item), true) => ("@", item.fields.as_slice()),
                _ => ("$", self.record.as_slice()),
            };
            if let Some(found) = list_at(root, fields, each) {
                item.add(each, &found);
            }
        }
        if item.fields.is_empty() {
            for (root, fields) in self.roots() {
                super::paths::elements(root, fields, 4, &mut |path, field| item.add(path, &field.fields));
            }
            "items".clone_into(&mut item.name);
        }
        Self { item: Some(item), ..self.clone() }
    }

    /// The paths that `each` may name.
    pub(super) fn lists(&self) -> Vec<words::Word> {
        self.roots().into_iter().flat_map(|(root, fields)| lists(root, fields)).collect()
    }

    fn roots(&self) -> Vec<(&'static str, &[Field])> {
        let item = self.item.iter().map(|item| ("@", item.fields.as_slice()));
        item.chain([("$", self.record.as_slice())]).collect()
    }
}

impl Item {
    fn add(&mut self, path: &str, fields: &[Field]) {
        if !self.name.is_empty() {
            self.name.push('_');
        }
        self.name.push_str(path);
        for field in fields {
            if !self.fields.iter().any(|known| known.name == field.name) {
                self.fields.push(field.clone());
            }
        }
    }
}

/// The definitions made so far.
pub(super) struct Scopes {
    profile: Profile,
    /// The suffix by stream and element.
    known: BTreeMap<(String, String), String>,
    pub(super) definitions: Map<String, Value>,
}

impl Scopes {
    pub(super) fn new(profile: Profile) -> Self {
        Self { profile, known: BTreeMap::new(), definitions: Map::new() }
    }

    pub(super) fn profile(&self) -> Profile {
        self.profile
    }

    /// The scope of a view. Where editors offer a key once per branch, no path is offered.
    pub(super) fn of(&mut self, view: &View) -> Scope {
        let item = view.item.as_ref();
        let mut candidates: Vec<_> = item.map(|item| paths("@", &item.fields)).unwrap_or_default();
        candidates.extend(paths("$", &view.record));
        if self.profile == Profile::Taplo || candidates.is_empty() {
            return Scope::default();
        }
        let key = (view.stream.clone(), item.map(|item| item.name.clone()).unwrap_or_default());
        if let Some(suffix) = self.known.get(&key) {
            return Scope { suffix: suffix.clone() };
        }
        let scope = Scope { suffix: self.suffix(&key) };
        self.known.insert(key, scope.suffix.clone());
        let candidates = words::suggestions(&candidates);
        self.definitions.insert(format!("paths{}", scope.suffix), json!({"anyOf": candidates}));
        self.definitions.extend(scope.definitions());
        scope
    }

    /// A name that no other scope has.
    fn suffix(&self, (stream, item): &(String, String)) -> String {
        let words =
            [stream, item].into_iter().flat_map(|name| name.split(|c: char| !c.is_ascii_alphanumeric()));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let first = format!("_{}", words.join("_"));
        let mut suffix = first.clone();
        let mut number = 1;
        while self.known.values().any(|taken| *taken == suffix) {
            number += 1;
            suffix = format!("{first}_{number}");
        }
        suffix
    }
}
