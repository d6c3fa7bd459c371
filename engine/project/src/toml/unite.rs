//! One document of several files: the files of a pipeline's folder, or connections with an environment's
//! values laid over them.
//!
//! Every key and value keeps the place in the file that it came from.

use super::{Document, child, document::Parts};
use crate::diag::{Diagnostic, Diagnostics, code, words::header};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What happens to a value that both sides have.
enum Policy<'a> {
    /// It is a mistake, and the first one counts; lists of the outermost table are joined.
    Unite(&'a mut Diagnostics),
    /// The second one counts.
    Overlay,
}

/// The tables of several files as one document. What two of them say is reported.
pub(crate) fn unite(
    documents: impl IntoIterator<Item = Document>,
    out: &mut Diagnostics,
) -> Option<Document> {
    let mut documents = documents.into_iter();
    let first = documents.next()?;
    Some(documents.fold(first, |one, other| {
        let (mut one, mut other) = (one.into_parts(), other.into_parts());
        if let (Value::Object(mut into), Value::Object(from)) = (one.json.take(), other.json.take()) {
            merge(&mut one, &other, Policy::Unite(out), |merge| merge.tables("", &mut into, from));
            one.json = Value::Object(into);
        }
        Document::from_parts(one)
    }))
}

/// A document in which the members of the table at `table` have the values of another document laid over them.
/// Members that are new, or no tables, are left out.
pub(crate) fn overlay(base: Document, over: Document, table: &str) -> Document {
    let is_wanted = |base: &Map<String, Value>, name: &str, value: &Value| {
        value.is_object() && base.get(name).is_some_and(Value::is_object)
    };
    let (mut base, mut over) = (base.into_parts(), over.into_parts());
    let (Some(into), Some(mut from)) =
        (members(&mut base, table), members(&mut over, table).map(std::mem::take))
    else {
        return Document::from_parts(base);
    };
    let mut into = std::mem::take(into);
    from.retain(|name, value| is_wanted(&into, name, value));
    merge(&mut base, &over, Policy::Overlay, |merge| merge.tables(table, &mut into, from));
    if let Some(members) = members(&mut base, table) {
        *members = into;
    }
    Document::from_parts(base)
}

fn members<'a>(parts: &'a mut Parts, table: &str) -> Option<&'a mut Map<String, Value>> {
    parts.json.pointer_mut(table)?.as_object_mut()
}

fn merge(one: &mut Parts, other: &Parts, policy: Policy<'_>, run: impl FnOnce(&mut Merge<'_>)) {
    let first = one.texts.len();
    one.texts.extend(other.texts.iter().map(Arc::clone));
    run(&mut Merge { parts: one, other, first, policy, is_reported: false });
}

struct Merge<'a> {
    parts: &'a mut Parts,
    other: &'a Parts,
    /// The number of the other's first text.
    first: usize,
    policy: Policy<'a>,
    /// Whether the table around has been reported as given twice.
    is_reported: bool,
}

impl Merge<'_> {
    fn tables(&mut self, pointer: &str, into: &mut Map<String, Value>, from: Map<String, Value>) {
        for (name, value) in from {
            let at = child(pointer, &name);
            match (into.get_mut(&name), value) {
                (None, value) => {
                    self.parts.spans.adopt(&at, &self.other.spans, &at, self.first);
                    into.insert(name, value);
                }
                (Some(Value::Object(into)), Value::Object(from)) => self.both(&at, into, from),
                (Some(Value::Array(into)), Value::Array(from)) if self.joins(pointer) => {
                    self.lists(&at, into, from);
                }
                (Some(old), value) => self.conflict(&at, old, value),
            }
        }
    }

    fn both(&mut self, at: &str, into: &mut Map<String, Value>, from: Map<String, Value>) {
        let was_reported = self.is_reported;
        if matches!(self.policy, Policy::Unite(_)) && self.is_opened_twice(at) {
            self.report(at);
            self.is_reported = true;
        }
        self.tables(at, into, from);
        self.is_reported = was_reported;
    }

    /// Whether a table is given on both sides, and not only named in the headers or keys of others.
    fn is_opened_twice(&self, at: &str) -> bool {
        let is_opened = |place: Option<&str>| {
            place.is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with([']', '=']))
        };
        is_opened(self.parts.after_key(at)) && is_opened(self.other.after_key(at))
    }

    fn joins(&self, pointer: &str) -> bool {
        pointer.is_empty() && matches!(self.policy, Policy::Unite(_))
    }

    fn lists(&mut self, at: &str, into: &mut Vec<Value>, from: Vec<Value>) {
        for (index, value) in from.into_iter().enumerate() {
            let (to, from) = (child(at, into.len()), child(at, index));
            self.parts.spans.adopt(&to, &self.other.spans, &from, self.first);
            into.push(value);
        }
    }

    fn conflict(&mut self, at: &str, old: &mut Value, value: Value) {
        match &self.policy {
            Policy::Unite(_) => self.report(at),
            Policy::Overlay => {
                self.parts.spans.forget(at);
                self.parts.spans.adopt(at, &self.other.spans, at, self.first);
                *old = value;
            }
        }
    }

    fn report(&mut self, at: &str) {
        let Policy::Unite(out) = &mut self.policy else { return };
        if self.is_reported {
            return;
        }
        let message = format!("{} is given twice", header(at));
        out.push(
            Diagnostic::error(code::PIPELINE_TWICE, message)
                .at(self.other.key_place(at), "")
                .and(self.parts.key_place(at), "first here")
                .help("the files of a pipeline's folder are one: keep it in one of them"),
        );
    }
}
