//! The project's files on disk.

use engine_project::{FileError, Files, MAX_FILE_BYTES};
use std::{
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

/// Files below a folder.
#[derive(Debug)]
pub(crate) struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        let file = match std::fs::File::open(self.root.join(path)) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(FileError(error.to_string())),
        };
        // One byte more than allowed is enough to see that a file is too large.
        let mut bytes = Vec::new();
        let read = file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| FileError(error.to_string()))?;
        let text = String::from_utf8(bytes).or_else(|error| {
            let cut = error.utf8_error().error_len().is_none();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            if cut { Ok(text) } else { Err(FileError("it is not UTF-8".to_owned())) }
        });
        text.map(Some)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.names(folder, Path::is_file)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.names(folder, Path::is_dir)
    }
}

impl DiskFiles {
    /// The names of what is in a folder, when `is_wanted`.
    fn names(&self, folder: &str, is_wanted: fn(&Path) -> bool) -> Result<Vec<String>, FileError> {
        let entries = match std::fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(FileError(error.to_string())),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| FileError(error.to_string()))?;
            // A link counts as what it leads to.
            if is_wanted(&entry.path())
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}
