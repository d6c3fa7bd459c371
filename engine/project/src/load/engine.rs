//! Reads engine.toml.

use super::{decode::decode, shelf::Shelf, variables::Variables};
use crate::{
    Text,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{EngineFile, Table},
    project::State,
    toml::Document,
};
use jiff::tz::TimeZoneDatabase;
use std::sync::Arc;

/// engine.toml, its defaults filled in.
#[derive(Default)]
pub(super) struct Engine {
    pub(super) name: String,
    pub(super) timezone: String,
    pub(super) env: Vec<String>,
    pub(super) state_url: Option<Text>,
    pub(super) document: Option<Arc<Document>>,
}

pub(super) fn read(shelf: &mut Shelf<'_>, out: &mut Diagnostics) -> Engine {
    let utc = "UTC".to_owned();
    let Some(document) = shelf.document("engine.toml", out) else {
        return Engine { timezone: utc, ..Engine::default() };
    };
    let file = decode::<Table<EngineFile>>(&document, "", document.json().clone(), out).table.0;
    let project = file.project.0;
    check_timezone(&document, project.timezone.as_deref(), out);
    let state_url = file.state.url.as_ref().and_then(|_| document.text_at("/state/url"));
    Engine {
        name: project.name.unwrap_or_default(),
        timezone: project.timezone.unwrap_or(utc),
        env: project.env,
        state_url,
        document: Some(document),
    }
}

/// Checks a time zone against those that this engine brings along: which names are known does not depend on
/// the machine.
fn check_timezone(document: &Document, name: Option<&str>, out: &mut Diagnostics) {
    let zones = TimeZoneDatabase::bundled();
    let Some(name) = name.filter(|name| zones.get(name).is_err()) else { return };
    let place = document.place("/project/timezone");
    let message = format!("there is no time zone `{name}`");
    let unknown = Diagnostic::error(code::TIMEZONE_UNKNOWN, message).at(place.clone(), "");
    let known: Vec<String> = zones.available().map(|zone| zone.as_str().to_owned()).collect();
    out.push(match suggest(name, known.iter().map(String::as_str)) {
        Some(near) => unknown.help(format!("did you mean `{near}`?")).fix(place, format!("\"{near}\"")),
        None => unknown.help("a time zone is `UTC`, or a region and a city such as `America/Edmonton`"),
    });
}

/// The state store that a URL names.
pub(super) fn state(url: Option<Text>, variables: &Variables<'_>, out: &mut Diagnostics) -> Option<State> {
    let url = url?;
    let filled = variables.fill(&url, out)?;
    match filled.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => Some(State { sqlite: path.to_owned() }),
        _ => {
            let message = "the state store must be a SQLite file";
            let diagnostic = Diagnostic::error(code::STATE_UNSUPPORTED, message).at(url.place.clone(), "");
            out.push(diagnostic.help("for example `url = \"sqlite:.engine/state.db\"`"));
            None
        }
    }
}
