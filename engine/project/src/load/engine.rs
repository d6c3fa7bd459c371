//! Reads engine.toml.

use super::{decode::decode, shelf::Shelf, variables::Variables};
use crate::{
    Text,
    diag::{Diagnostic, Diagnostics, code},
    model::{EngineFile, Table},
    project::State,
    toml::Document,
};
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
    let state_url = file.state.url.as_ref().and_then(|_| document.text_at("/state/url"));
    Engine {
        name: project.name.unwrap_or_default(),
        timezone: project.timezone.unwrap_or(utc),
        env: project.env,
        state_url,
        document: Some(document),
    }
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
