//! The files that make up projects, and what is in them.

use engine_project::MAX_FILE_BYTES;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::Metadata,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What files of a project are called.
const EXTENSIONS: [&str; 5] = ["toml", "rhai", "csv", "json", "sql"];

/// Folders with much in them that is not the project's.
const FOREIGN: [&str; 2] = ["node_modules", "target"];

/// How deep folders are looked into.
const MAX_DEPTH: usize = 16;

/// What was found below some folders.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Every folder.
    pub(super) folders: BTreeSet<PathBuf>,
    /// A hash of each file's content.
    pub(super) files: BTreeMap<PathBuf, u64>,
}

impl Scan {
    /// Looks at everything below some folders.
    pub(super) fn of(folders: &[PathBuf]) -> Self {
        let mut scan = Self::default();
        let mut real = BTreeSet::new();
        for folder in folders {
            scan.folder(folder, &mut real, 0);
        }
        scan
    }

    fn folder(&mut self, folder: &Path, real: &mut BTreeSet<PathBuf>, depth: usize) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        // A link may lead back to where it stands.
        let is_new = folder.canonicalize().is_ok_and(|path| real.insert(path));
        if !is_new || depth > MAX_DEPTH {
            return;
        }
        self.folders.insert(folder.to_owned());
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') || FOREIGN.contains(&name.as_ref()) {
                continue;
            }
            // Links count as what they lead to.
            let Ok(metadata) = path.metadata() else { continue };
            if metadata.is_dir() {
                self.folder(&path, real, depth + 1);
            } else if is_ours(&path)
                && let Some(hash) = content(&path, &metadata)
            {
                self.files.insert(path, hash);
            }
        }
    }
}

fn is_ours(path: &Path) -> bool {
    path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|ours| extension == *ours))
}

/// A hash of what is in a file. Files too large to be configuration go by size and time.
fn content(path: &Path, metadata: &Metadata) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    if metadata.len() > MAX_FILE_BYTES as u64 {
        hasher.write_u64(metadata.len());
        let age = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        hasher.write_u128(age.as_nanos());
    } else {
        hasher.write(&std::fs::read(path).ok()?);
    }
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_content_counts_and_hidden_and_foreign_folders_do_not() {
        let folder = std::env::temp_dir().join(format!("engine-scan-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for path in ["a.toml", "lib/b.rhai", ".git/c.toml", "node_modules/d.json", "state.db"] {
            write(path, "x");
        }
        let scan = || Scan::of(std::slice::from_ref(&folder)).files;
        let first = scan();
        let names: Vec<_> = first.keys().map(|path| path.strip_prefix(&folder).unwrap().to_owned()).collect();
        assert_eq!(names, [Path::new("a.toml"), Path::new("lib/b.rhai")]);
        write("a.toml", "x");
        assert_eq!(scan(), first, "saved again with the same content");
        write("lib/b.rhai", "y");
        assert_ne!(scan(), first);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(scan(), BTreeMap::new(), "folders that are gone are empty");
    }
}
