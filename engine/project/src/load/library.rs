//! Reads the libraries of a pipeline: files of functions that scripts call by the file's name.

use super::beside;
use crate::{
    Text,
    diag::{Diagnostic, code},
    project::Library,
    rule::Reader,
    toml::child,
};

/// Words that scripts mean something else by.
const RESERVED: [&str; 33] = [
    "as", "async", "await", "break", "case", "catch", "const", "continue", "default", "do", "else", "export",
    "false", "fn", "for", "global", "goto", "if", "import", "in", "let", "loop", "match", "new", "nil",
    "null", "private", "return", "switch", "this", "throw", "true", "while",
];

/// Reads the libraries that `[pipeline]` names.
pub(super) fn read(names: &[String], reader: &mut Reader<'_, '_>) -> Vec<Library> {
    let (document, out) = (reader.document, &mut *reader.out);
    let mut libraries: Vec<Library> = Vec::new();
    for (index, file) in names.iter().enumerate() {
        let pointer = child("/pipeline/libraries", index);
        let place = document.place(&pointer);
        let name = stem(file);
        if !is_name(name) {
            let message = format!("`{name}` is no name that a script can call a library by");
            let diagnostic = Diagnostic::error(code::LIBRARY_NAME, message).at(place, "");
            out.push(diagnostic.help("name the file in letters, digits and `_`: `lib/my_functions.rhai`"));
            continue;
        }
        if let Some(first) = libraries.iter().find(|library| library.name == name) {
            let message = format!("two libraries are called `{name}`");
            let diagnostic = Diagnostic::error(code::LIBRARY_DUPLICATE, message).at(place, "");
            out.push(diagnostic.and(first.place.clone(), "first here").help("rename one of the files"));
            continue;
        }
        if let Some(text) = beside::read(document, &pointer, file, reader.shelf, out) {
            libraries.push(Library { name: name.to_owned(), text: Text::whole(&text), place });
        }
    }
    libraries
}

/// The file's name without folder and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn is_name(text: &str) -> bool {
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_word && starts_well && has_letter && !RESERVED.contains(&text)
}
