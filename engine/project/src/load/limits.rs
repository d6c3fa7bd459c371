//! Checks limits, retention and notifiers, of the project and of tenants.

use super::{
    connections::fill,
    decode::{Refused, missing_key},
    duration,
    variables::Variables,
};
use crate::{
    diag::{Diagnostic, Diagnostics, code, words::type_of},
    model::{NotifierKind, NotifierTable, RetentionTable, SafetyTable, Table},
    project::day,
    toml::{Document, child},
};
use engine_contract::Value;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Checks `[safety]`.
pub(super) fn check_safety(document: &Document, table: &SafetyTable, out: &mut Diagnostics) {
    if table.start_date.as_deref().is_some_and(|text| day(text).is_none()) {
        let place = document.place("/safety/start_date");
        let diagnostic = Diagnostic::error(code::UNKNOWN_VALUE, "`start_date` must be a day").at(place, "");
        out.push(
            diagnostic.help("for example `start_date = \"2026-01-31\"`: the first day whose documents count"),
        );
    }
    let Some(above) = table.unattended.max_error_rate.as_ref().and_then(|rate| rate.above.as_ref()) else {
        return;
    };
    let is_share = match above {
        Value::Int(number) => (0..=1).contains(number),
        Value::Decimal(number) => (Decimal::ZERO..=Decimal::ONE).contains(number),
        // What has no exact value has been reported.
        Value::Null => true,
        _ => false,
    };
    if !is_share {
        let place = document.place("/safety/unattended/max_error_rate/above");
        let diagnostic = Diagnostic::error(code::UNKNOWN_VALUE, "`above` must be a number between 0 and 1");
        out.push(diagnostic.at(place, "").help("it is a share: `above = 0.05` is one record in twenty"));
    }
}

/// Checks `[retention]`.
pub(super) fn check_retention(document: &Document, table: &RetentionTable, out: &mut Diagnostics) {
    for (key, text) in [("history", &table.history), ("payloads", &table.payloads)] {
        if let Some(text) = text {
            duration::read(document, &child("/retention", key), text, out);
        }
    }
}

/// What notifiers are read with.
pub(super) struct Notifiers<'a> {
    pub(super) document: &'a Document,
    pub(super) refused: &'a Refused,
    /// What `${env:NAME}` may stand for; nothing where it is an ordinary text.
    pub(super) variables: Option<&'a Variables<'a>>,
}

impl Notifiers<'_> {
    /// Reads `[notifier.NAME]`.
    pub(super) fn read(
        &self,
        tables: IndexMap<String, Table<NotifierTable>>,
        out: &mut Diagnostics,
    ) -> BTreeMap<String, NotifierTable> {
        let mut known = BTreeMap::new();
        for (name, Table(mut table)) in tables {
            let pointer = child("/notifier", &name);
            self.check(&pointer, &table, out);
            if let Some(variables) = self.variables {
                fill(self.document, &child(&pointer, "url"), &mut table.url, variables, out);
            }
            known.insert(name, table);
        }
        known
    }

    fn check(&self, pointer: &str, table: &NotifierTable, out: &mut Diagnostics) {
        let mut needs = |key: &str, is_given: bool, example: &str| {
            if !is_given && !self.refused.has(&child(pointer, key)) {
                out.push(missing_key(self.document, pointer, key, example));
            }
        };
        needs("kind", table.kind.is_some(), "\"slack\"");
        match table.kind {
            Some(NotifierKind::Slack | NotifierKind::Webhook) => {
                let is_given = self.document.get(&child(pointer, "url")).is_some();
                needs("url", is_given, "{ secret = \"slack_url\" }");
            }
            Some(NotifierKind::Email) => needs("to", !table.to.is_empty(), "[\"ops@example.com\"]"),
            None => {}
        }
        if !is_address(&table.url) {
            let message = format!("`url` must be a text or a secret's name, not {}", type_of(&table.url));
            let place = self.document.place(&child(pointer, "url"));
            let diagnostic = Diagnostic::error(code::WRONG_TYPE, message).at(place, "");
            out.push(diagnostic.help("for example `url = { secret = \"slack_url\" }`"));
        }
    }
}

fn is_address(url: &Json) -> bool {
    match url {
        Json::Null | Json::String(_) => true,
        Json::Object(members) => members.len() == 1 && members.get("secret").is_some_and(Json::is_string),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) => false,
    }
}
