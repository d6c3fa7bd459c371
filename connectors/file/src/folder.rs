//! The root folder: which files match, what they look like from outside, and opening them.
//!
//! Only the root itself is opened by its path. Everything else goes through `cap_std`, which refuses absolute
//! paths, `..` and symlinks that lead out of the root. Symlinked folders are not entered.

use crate::error;
use cap_std::{
    ambient_authority,
    fs::{Dir, File, OpenOptions},
};
use engine_contract::{ConnectorError, ErrorKind, Result};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::Timestamp;
use std::{collections::BTreeMap, path::Path};

/// The globs of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Globs {
    set: GlobSet,
    patterns: Vec<String>,
}

/// What a file looks like from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
}

/// The files of a stream, by relative path.
pub(crate) type Files = BTreeMap<String, Facts>;

/// An open root folder.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: Dir,
    name: String,
}

impl Globs {
    pub(crate) fn new(patterns: &[String]) -> Result<Self> {
        if patterns.is_empty() {
            return Err(error::config("`files` must name at least one glob"));
        }
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let wrong = |message: &str| error::config(message).with_context("glob", pattern.clone());
            if pattern.starts_with('/') || pattern.split('/').any(|part| part == "..") {
                return Err(wrong("a glob starts at the root and cannot leave it"));
            }
            let glob = GlobBuilder::new(pattern.strip_prefix("./").unwrap_or(pattern))
                .literal_separator(true)
                .build()
                .map_err(|error| wrong("this is no glob").with_source(error))?;
            set.add(glob);
        }
        let set = set.build().map_err(|error| error::config("these are no globs").with_source(error))?;
        Ok(Self { set, patterns: patterns.to_vec() })
    }

    /// Folders without `*` that every match of a pattern lies in: nothing else needs a look.
    fn starts(&self) -> impl Iterator<Item = String> {
        self.patterns.iter().map(|pattern| {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            let folders = pattern.rsplit_once('/').map_or("", |(folders, _)| folders);
            let plain = folders.split('/').take_while(|part| !part.contains(['*', '?', '[', '{', '\\']));
            plain.collect::<Vec<_>>().join("/")
        })
    }

    /// Whether matches may lie in folders below [`Globs::starts`].
    fn is_deep(&self) -> bool {
        self.patterns.iter().any(|pattern| {
            pattern.split('/').rev().skip(1).any(|part| part.contains(['*', '?', '[', '{', '\\']))
                || pattern.contains("**")
                || pattern.contains('{')
        })
    }
}

impl Folder {
    /// Opens the root.
    pub(crate) fn open(project: &Path, root: &str) -> Result<Self> {
        let dir = Dir::open_ambient_dir(project.join(root), ambient_authority()).map_err(|error| {
            let kind = match error.kind() {
                std::io::ErrorKind::PermissionDenied => ErrorKind::Forbidden,
                _ => ErrorKind::NotFound,
            };
            ConnectorError::new(kind, "cannot open the root folder")
                .with_context("root", root)
                .with_source(error)
        })?;
        refuse_world_writable(&dir, root)?;
        Ok(Self { dir, name: root.to_owned() })
    }

    /// The files that match, with at least one of them.
    pub(crate) fn find(&self, globs: &Globs) -> Result<Files> {
        let mut files = Files::new();
        let deep = globs.is_deep();
        for start in globs.starts() {
            self.walk(&start, deep, globs, &mut files)?;
        }
        if files.is_empty() {
            return Err(ConnectorError::new(ErrorKind::NotFound, "no file matches")
                .with_context("root", self.name.clone())
                .with_context("globs", globs.patterns.join(", ")));
        }
        Ok(files)
    }

    fn walk(&self, folder: &str, deep: bool, globs: &Globs, files: &mut Files) -> Result<()> {
        let entries = match self.dir.read_dir(if folder.is_empty() { "." } else { folder }) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(|error| error::of_io(error, folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(|error| error::of_io(error, folder))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(|error| error::of_io(error, &path))?;
            if kind.is_dir() && deep {
                self.walk(&path, deep, globs, files)?;
            } else if !kind.is_dir() && globs.set.is_match(&path) {
                self.add(path, files)?;
            }
        }
        Ok(())
    }

    fn add(&self, path: String, files: &mut Files) -> Result<()> {
        let meta = self.dir.metadata(&path).map_err(|error| error::of_io(error, &path))?;
        if meta.is_file() {
            let modified = meta.modified().map_err(|error| error::of_io(error, &path))?.into_std();
            let modified = Timestamp::try_from(modified).map_err(|error| {
                error::corrupt("the file's time of change is out of range", &path, 0, 0).with_source(error)
            })?;
            files.insert(path, Facts { size: meta.len(), modified });
        }
        Ok(())
    }

    /// Whether a file is there.
    pub(crate) fn has(&self, path: &str) -> Result<bool> {
        match self.dir.metadata(path) {
            Ok(meta) => Ok(meta.is_file()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error::of_io(error, path)),
        }
    }

    /// Makes a file that is not there yet, and the folder that it lies in.
    pub(crate) fn prepare(&self, folder: Option<&str>, path: &str) -> Result<()> {
        if let Some(folder) = folder {
            self.dir.create_dir_all(folder).map_err(|error| error::of_writing(error, folder))?;
        }
        let made = self.dir.open_with(path, OpenOptions::new().create(true).append(true));
        made.map(drop).map_err(|error| error::of_writing(error, path))
    }

    /// Makes an empty file, in the place of one that is there.
    pub(crate) fn create(&self, path: &str) -> Result<File> {
        self.dir.create(path).map_err(|error| error::of_writing(error, path))
    }

    /// Gives a file another name within one folder, in the place of a file that has it, for good: the folder is on
    /// the disk when this returns.
    pub(crate) fn rename(&self, from: &str, to: &str, folder: Option<&str>) -> Result<()> {
        let failed = |error| error::of_writing(error, to);
        self.dir.rename(from, &self.dir, to).map_err(failed)?;
        let folder = self.dir.open(folder.unwrap_or(".")).map_err(failed)?;
        folder.sync_all().map_err(failed)
    }

    /// Opens a file for reading.
    pub(crate) fn file(&self, path: &str) -> Result<File> {
        self.dir.open(path).map_err(|error| error::of_io(error, path))
    }
}

/// Anyone could put files into such a root and so feed the target.
#[cfg(unix)]
fn refuse_world_writable(dir: &Dir, root: &str) -> Result<()> {
    use cap_std::fs::PermissionsExt;
    let meta = dir.dir_metadata().map_err(|error| error::of_io(error, root))?;
    if meta.permissions().mode() & 0o002 != 0 {
        return Err(ConnectorError::new(ErrorKind::Forbidden, "the root folder is writable by everyone")
            .with_context("root", root));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_world_writable(_dir: &Dir, _root: &str) -> Result<()> {
    Ok(())
}
