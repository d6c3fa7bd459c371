//! Where a diagnostic begins and ends, and how its file is called from here.

use engine_project::{Place, Project};
use serde::Serialize;
use std::path::Path;

/// A point in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Position {
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    /// From 0.
    pub(crate) byte: usize,
}

/// A range in a file; its end is the point after its last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Span {
    pub(crate) start: Position,
    pub(crate) end: Position,
}

/// The range of a place.
pub(crate) fn span(project: &Project, place: &Place) -> Span {
    let start = Position { line: place.line.max(1), column: place.column.max(1), byte: place.start };
    let Some(text) = project.texts.get(&place.file) else { return Span { start, end: start } };
    let end = text.place(place.end..place.end);
    Span { start, end: Position { line: end.line.max(1), column: end.column.max(1), byte: end.start } }
}

/// A project's file as seen from the folder of the command: what annotations and code scanning go by.
pub(crate) fn file_shown(project: &Path, file: &str) -> String {
    let path = project.join(file);
    let here = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&here).unwrap_or(&path);
    let shown = shown.strip_prefix(".").unwrap_or(shown);
    shown.to_string_lossy().replace('\\', "/")
}
