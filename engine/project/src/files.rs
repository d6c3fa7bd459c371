//! How a project's files are read: by path relative to the project, with `/` between the parts.

use std::collections::{BTreeMap, BTreeSet};

/// The largest file that is read: 1 MiB.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// Why a file or folder that is there could not be read, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileError(pub String);

/// The files of a project.
pub trait Files {
    /// The text of a file, or nothing when there is no such file.
    ///
    /// # Errors
    /// When the file is there but cannot be read, or is not UTF-8.
    fn read(&self, path: &str) -> Result<Option<String>, FileError>;

    /// The names of the files in a folder (`""` is the project itself), without folders; empty when there is
    /// no such folder.
    ///
    /// # Errors
    /// When the folder is there but cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<String>, FileError>;

    /// The names of the folders in a folder; empty when there is no such folder.
    ///
    /// # Errors
    /// When the folder is there but cannot be read.
    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError>;
}

/// Files in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<String, String>);

impl MemoryFiles {
    /// Adds a file; a second one of the same path replaces the first.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.0.insert(path.into(), text.into());
        self
    }

    /// The paths of the files in a folder and its folders, as seen from there.
    fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.0.keys().filter_map(move |path| path.strip_prefix(&prefix))
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let files: BTreeSet<&str> = self.below(folder).filter(|name| !name.contains('/')).collect();
        Ok(files.into_iter().map(str::to_owned).collect())
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let below = self.below(folder).filter_map(|path| path.split_once('/'));
        let folders: BTreeSet<&str> = below.map(|(name, _)| name).collect();
        Ok(folders.into_iter().map(str::to_owned).collect())
    }
}
