//! Reads engine.toml.

use super::{
    decode::decode,
    limits::{self, Notifiers},
    shelf::Shelf,
    variables::Variables,
};
use crate::{
    Text,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{EngineFile, NotifierTable, RetentionTable, SafetyTable, Table},
    project::State,
    toml::Document,
};
use jiff::tz::TimeZoneDatabase;
use std::{collections::BTreeMap, sync::Arc};

/// engine.toml, its defaults filled in.
pub(super) struct Engine<'a> {
    pub(super) name: String,
    pub(super) timezone: String,
    pub(super) state: State,
    pub(super) safety: SafetyTable,
    pub(super) retention: RetentionTable,
    pub(super) notifiers: BTreeMap<String, NotifierTable>,
    pub(super) document: Option<Arc<Document>>,
    /// The variables that files may name.
    pub(super) variables: Variables<'a>,
}

pub(super) fn read<'a>(
    shelf: &mut Shelf<'_>,
    environment: &'a BTreeMap<String, String>,
    out: &mut Diagnostics,
) -> Engine<'a> {
    // Without a file everything has its default.
    let document = shelf.document("engine.toml", out);
    let read = document.clone().unwrap_or_default();
    let none = serde_json::json!({});
    let json = if document.is_some() { read.json() } else { &none };
    let decoded = decode::<Table<EngineFile>>(&read, "", json, out);
    let Table(file) = decoded.table;
    let Table(project) = file.project;
    check_timezone(&read, "/project/timezone", project.timezone.as_deref(), out);
    limits::check_safety(&read, &file.safety, out);
    limits::check_retention(&read, &file.retention, out);
    let variables = Variables { listed: project.env, environment };
    let state_url = file.state.url.as_ref().and_then(|_| read.text_at("/state/url"));
    let notifiers = Notifiers { document: &read, refused: &decoded.refused, variables: Some(&variables) };
    Engine {
        name: project.name.unwrap_or_default(),
        timezone: project.timezone.unwrap_or_else(|| "UTC".to_owned()),
        state: state(state_url, &variables, out).unwrap_or_default(),
        safety: file.safety.0,
        retention: file.retention.0,
        notifiers: notifiers.read(file.notifier, out),
        document,
        variables,
    }
}

/// Checks a time zone against those that this engine brings along: which names are known does not depend on
/// the machine.
pub(super) fn check_timezone(document: &Document, pointer: &str, name: Option<&str>, out: &mut Diagnostics) {
    let zones = TimeZoneDatabase::bundled();
    let Some(name) = name.filter(|name| zones.get(name).is_err()) else { return };
    let message = format!("there is no time zone `{name}`");
    let unknown = Diagnostic::error(code::TIMEZONE_UNKNOWN, message).at(document.place(pointer), "");
    let known: Vec<String> = zones.available().map(|zone| zone.as_str().to_owned()).collect();
    let near = suggest(name, known.iter().map(String::as_str));
    out.push(unknown.meant(near, "a time zone is `UTC`, or a region and a city such as `America/Edmonton`"));
}

/// The state store that a URL names.
fn state(url: Option<Text>, variables: &Variables<'_>, out: &mut Diagnostics) -> Option<State> {
    let url = url?;
    let filled = variables.fill(&url, out)?;
    let state = State::parse(&filled);
    if state.is_none() {
        let message = "the state store must be a SQLite file or a PostgreSQL database";
        let diagnostic = Diagnostic::error(code::STATE_UNSUPPORTED, message).at(url.place.clone(), "");
        out.push(
            diagnostic
                .help("for example `sqlite:.engine/state.db` or `postgres://engine@db.example.com/state`"),
        );
    }
    state
}
