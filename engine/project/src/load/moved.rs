//! Reads `[[moved]]`, and checks that what was renamed has its new name.

use super::{
    connections::Connections,
    decode::{Refused, missing_key},
};
use crate::{
    PipelineFile, Text,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{MovedTable, Table},
    project::Moved,
    toml::{Document, child},
};

/// What may be renamed.
const KINDS: [&str; 3] = ["pipeline", "entity", "connection"];

/// Reads the renames of a pipeline; what is no name is reported and left out.
pub(super) fn read(
    document: &Document,
    tables: &[Table<MovedTable>],
    refused: &Refused,
    out: &mut Diagnostics,
) -> Vec<Moved> {
    let mut moved = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let pointer = child("/moved", index);
        let mut name = |key: &str, is_given: bool| {
            let at = child(&pointer, key);
            if !is_given && !refused.has(&at) {
                out.push(missing_key(document, &pointer, key, "\"entity.product\""));
            }
            let text = document.text_at(&at).filter(|_| is_given)?;
            let problem = kind_of(&text).is_none().then(|| no_name(&text));
            let is_good = problem.is_none();
            out.extend(problem);
            is_good.then_some(text)
        };
        let (from, to) = (name("from", table.from.is_some()), name("to", table.to.is_some()));
        let (Some(from), Some(to)) = (from, to) else { continue };
        if kind_of(&from).map(|(kind, _)| kind) == kind_of(&to).map(|(kind, _)| kind) {
            moved.push(Moved { from, to });
        } else {
            let message = format!("`{}` cannot become `{}`", from.text, to.text);
            let diagnostic = Diagnostic::error(code::MOVED_NAME, message).at(to.place, "");
            out.push(diagnostic.and(from.place, "").help("both are of the same kind"));
        }
    }
    moved
}

/// The kind and the name of what a text names.
fn kind_of(text: &Text) -> Option<(&str, &str)> {
    text.text.split_once('.').filter(|(kind, name)| KINDS.contains(kind) && !name.is_empty())
}

fn no_name(text: &Text) -> Diagnostic {
    let message = format!("`{}` names no pipeline, entity or connection", text.text);
    let diagnostic = Diagnostic::error(code::MOVED_NAME, message).at(text.place.clone(), "");
    diagnostic.help("for example `entity.product`, `pipeline.shop-to-books` or `connection.books`")
}

/// What there is in a project.
pub(super) struct Names<'a> {
    pub(super) pipelines: Vec<String>,
    pub(super) connections: &'a Connections,
    /// Whether a pipeline could not be read, so that nobody knows its name.
    pub(super) has_broken_pipeline: bool,
}

impl Names<'_> {
    /// Checks the renames of a pipeline.
    pub(super) fn check(&self, pipeline: &PipelineFile, out: &mut Diagnostics) {
        for moved in &pipeline.moved {
            if let Some((kind, name)) = kind_of(&moved.from)
                && self.known(kind, pipeline).contains(&name)
            {
                let message = format!("there still is a {kind} `{name}`");
                let place = moved.from.place.clone();
                let diagnostic = Diagnostic::error(code::MOVED_STILL_THERE, message).at(place, "");
                out.push(diagnostic.help("`from` is the old name, which nothing has any more"));
            }
            if let Some((kind, name)) = kind_of(&moved.to)
                && !self.may_have(kind, name, pipeline)
            {
                let message = format!("there is no {kind} `{name}`");
                let diagnostic =
                    Diagnostic::error(code::MOVED_UNKNOWN, message).at(moved.to.place.clone(), "");
                let near = suggest(name, self.known(kind, pipeline)).map(|near| format!("{kind}.{near}"));
                out.push(diagnostic.meant(near.as_deref(), "`to` is the name that it has now"));
            }
        }
    }

    fn known<'n>(&'n self, kind: &str, pipeline: &'n PipelineFile) -> Vec<&'n str> {
        match kind {
            "pipeline" => self.pipelines.iter().map(String::as_str).collect(),
            "entity" => pipeline.entities.keys().map(String::as_str).collect(),
            _ => self.connections.known.keys().map(String::as_str).collect(),
        }
    }

    fn may_have(&self, kind: &str, name: &str, pipeline: &PipelineFile) -> bool {
        self.known(kind, pipeline).contains(&name)
            || match kind {
                "pipeline" => self.has_broken_pipeline,
                "entity" => {
                    let refused = |at: &str| pipeline.incomplete.contains(at);
                    refused("/entity") || refused(&child("/entity", name))
                }
                _ => self.connections.may_have(name),
            }
    }
}
