//! The canonical form of TOML files: what `engine fmt` writes.
//!
//! It is the form that the formatter `tombi` gives to the same text, so that editors and the command line
//! agree. Only the layout changes: spaces, blank lines, line breaks in arrays, and quotes where both kinds
//! mean the same. Keys stay in their order and comments beside them, but what TOML lets stand apart though it
//! belongs to one table is put together. The form is a fixed point: formatting it again changes nothing. A
//! file with mistakes in its syntax is refused.

mod comment;
mod layout;
mod order;
mod read;
mod tree;
mod write;

use crate::{
    FileText,
    diag::{Diagnostic, Diagnostics},
    toml::Document,
};
use std::sync::Arc;

/// The text in its canonical form. Places in the diagnostics name no file; [`format_file`] names it.
///
/// # Errors
/// What is wrong with the syntax.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    format_file(&Arc::new(FileText::new("", text)))
}

/// The text of a file in its canonical form.
///
/// # Errors
/// What is wrong with its syntax.
pub fn format_file(file: &Arc<FileText>) -> Result<String, Vec<Diagnostic>> {
    let mut mistakes = Diagnostics::default();
    // A document with numbers that are refused has a form all the same.
    if Document::parse(file, &mut mistakes).is_none() {
        return Err(mistakes.sorted());
    }
    let text = file.text();
    let lines = layout::canonical(order::grouped(read::lines(text)));
    // A file keeps its kind of line ends.
    let is_windows = text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
    Ok(write::text(&lines, if is_windows { "\r\n" } else { "\n" }))
}

#[cfg(test)]
mod tests;
