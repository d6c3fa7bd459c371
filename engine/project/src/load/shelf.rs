//! Reads files once and keeps their texts.

use crate::{
    FileText, Files, MAX_FILE_BYTES, Place,
    diag::{Diagnostic, Diagnostics, code},
    toml::Document,
};
use std::{collections::BTreeMap, sync::Arc};

/// The files that have been read.
pub(crate) struct Shelf<'a> {
    files: &'a dyn Files,
    pub(super) texts: BTreeMap<String, Arc<FileText>>,
}

/// What became of reading a file.
pub(super) enum Read {
    Text(Arc<FileText>),
    /// There is no such file.
    Missing,
    /// It is there, and what is wrong with it has been reported.
    Refused,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self { files, texts: BTreeMap::new() }
    }

    pub(super) fn files(&self) -> &'a dyn Files {
        self.files
    }

    /// Reads a file; `named_at` is the line of another file that names it.
    pub(super) fn read(&mut self, path: &str, named_at: Option<&Place>, out: &mut Diagnostics) -> Read {
        if let Some(text) = self.texts.get(path) {
            return Read::Text(Arc::clone(text));
        }
        let mut refuse = |code, message: String| {
            let refused = Diagnostic::error(code, message);
            out.push(match named_at {
                Some(place) => refused.at(place.clone(), ""),
                None => refused,
            });
            Read::Refused
        };
        match self.files.read(path) {
            Ok(None) => Read::Missing,
            Ok(Some(text)) if text.len() > MAX_FILE_BYTES => {
                refuse(code::FILE_TOO_LARGE, format!("`{path}` is larger than 1 MiB"))
            }
            Ok(Some(text)) => {
                let text = Arc::new(FileText::new(path, text));
                self.texts.insert(path.to_owned(), Arc::clone(&text));
                Read::Text(text)
            }
            Err(error) => refuse(code::FILE_UNREADABLE, format!("cannot read `{path}`: {error}")),
        }
    }

    /// A TOML file; nothing when it is missing or refused.
    pub(super) fn document(&mut self, path: &str, out: &mut Diagnostics) -> Option<Arc<Document>> {
        match self.read(path, None, out) {
            Read::Text(text) => Document::parse(&text, out).map(Arc::new),
            Read::Missing | Read::Refused => None,
        }
    }
}
