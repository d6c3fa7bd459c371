//! Files that a pipeline names: lookups, samples and scripts, relative to the folder of the file that names them.

use super::shelf::{Read, Shelf};
use crate::{
    FileText,
    diag::{Diagnostic, Diagnostics, code},
    toml::Document,
};
use std::sync::Arc;

/// Reads the file that the text at `pointer` names; nothing when it was refused, which has been reported.
pub(crate) fn read(
    document: &Document,
    pointer: &str,
    name: &str,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Option<Arc<FileText>> {
    let place = document.place(pointer);
    let Some(path) = resolve(&place.file, name) else {
        let message = format!("`{name}` leads out of the project");
        let diagnostic = Diagnostic::error(code::FILE_OUTSIDE, message).at(place, "");
        out.push(diagnostic.help("name a file of the project, relative to this file's folder"));
        return None;
    };
    match shelf.read(&path, Some(&place), out) {
        Read::Text(text) => Some(text),
        Read::Refused => None,
        Read::Missing => {
            let message = format!("there is no file `{path}`");
            let diagnostic = Diagnostic::error(code::FILE_NOT_FOUND, message).at(place, "");
            out.push(diagnostic.help("paths are relative to the folder of this file"));
            None
        }
    }
}

/// The path in the project of `name`, as seen from the folder of `file`.
fn resolve(file: &str, name: &str) -> Option<String> {
    if name.starts_with('/') || name.contains(['\\', ':']) {
        return None;
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_the_project() {
        let from = |name| resolve("pipelines/a.toml", name);
        assert_eq!(from("lookups/x.csv").as_deref(), Some("pipelines/lookups/x.csv"));
        assert_eq!(from("./../common//x.csv").as_deref(), Some("common/x.csv"));
        assert_eq!(resolve("a.toml", "x.csv").as_deref(), Some("x.csv"));
        for outside in ["../../x", "a/../../../x", "/etc/passwd", "C:/x", "..\\..\\x"] {
            assert_eq!(from(outside), None, "{outside}");
        }
    }
}
