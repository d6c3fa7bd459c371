//! A project in a temporary folder, and the engine that runs in it with a clean environment.

use crate::{Outcome, Process, Tables};
use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// Where the quickstart is.
const QUICKSTART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pipelines/quickstart");

/// Where the pipelines of a shop and its books are.
const SHOPS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pipelines/shops");

/// Where the pipeline that keeps both sides alike is.
const TWO_WAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pipelines/two-way");

/// A project that vanishes with the test.
#[derive(Debug)]
pub struct Project {
    /// Removes the folder when the test ends.
    _folder: TempDir,
    path: PathBuf,
    engine: PathBuf,
}

impl Project {
    /// An empty folder, for the engine whose binary is at `engine`.
    ///
    /// # Panics
    /// When there is no temporary folder.
    #[must_use]
    pub fn empty(engine: &str) -> Self {
        let folder = TempDir::new().expect("there is room for a temporary folder");
        // Messages name the folder as the system does.
        let path = folder.path().canonicalize().expect("the folder is there");
        Self { _folder: folder, path, engine: PathBuf::from(engine) }
    }

    /// A copy of the quickstart.
    ///
    /// # Panics
    /// When it cannot be copied.
    #[must_use]
    pub fn quickstart(engine: &str) -> Self {
        let project = Self::empty(engine);
        copy(Path::new(QUICKSTART), &project.path);
        project
    }

    /// A copy of the shop and its books.
    ///
    /// # Panics
    /// When it cannot be copied.
    #[must_use]
    pub fn shops(engine: &str) -> Self {
        let project = Self::empty(engine);
        copy(Path::new(SHOPS), &project.path);
        project
    }

    /// A copy of the store and the books that are kept alike.
    ///
    /// # Panics
    /// When it cannot be copied.
    #[must_use]
    pub fn two_way(engine: &str) -> Self {
        let project = Self::empty(engine);
        copy(Path::new(TWO_WAY), &project.path);
        project
    }

    /// A folder or file of the project.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the project has this file")
    }

    /// Writes a file, and the folders above it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, content))
            .expect("the project can be written");
    }

    /// Replaces the one place where a file says `from`.
    ///
    /// # Panics
    /// When there is not exactly one such place.
    #[track_caller]
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in {path}");
        self.write(path, text.replacen(from, to, 1));
    }

    /// Changes the records of a JSON file that holds one record per line in a list.
    ///
    /// # Panics
    /// When it is no such file.
    pub fn edit_records(&self, path: &str, change: impl FnOnce(&mut Vec<serde_json::Value>)) {
        let mut records = serde_json::from_str(&self.read(path)).expect("the file is a JSON list");
        change(&mut records);
        let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
        self.write(path, format!("[\n{}\n]\n", lines.join(",\n")));
    }

    /// Removes a file.
    ///
    /// # Panics
    /// When it is not there.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("the project has this file");
    }

    /// Every file of the project with the size and hash of its content, but not what reading a SQLite database
    /// leaves beside it: its locks, and an empty log.
    ///
    /// # Panics
    /// When one cannot be read.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, (usize, u64)> {
        let mut files = BTreeMap::new();
        collect(&self.path, &self.path, &mut files);
        files
    }

    /// The engine with these arguments, in the project's folder, in an environment of its own.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.engine);
        command.args(arguments);
        self.clean(&mut command);
        command
    }

    /// The engine with these arguments, started by a shell after it has run `first`.
    #[must_use]
    pub fn after(&self, first: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{first}; exec \"$0\" \"$@\"")).arg(&self.engine).args(arguments);
        self.clean(&mut command);
        command
    }

    fn clean(&self, command: &mut Command) {
        let path = std::env::vars_os().find(|(name, _)| name == "PATH").map(|(_, path)| path);
        command.env_clear().envs(path.map(|path| ("PATH", path))).env("LANG", "C.UTF-8");
        command.current_dir(&self.path).stdin(Stdio::null());
    }

    /// Runs the engine with these arguments to its end.
    #[must_use]
    pub fn engine(&self, arguments: &[&str]) -> Outcome {
        self.end(&mut self.command(arguments))
    }

    /// Runs a command of this project to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn end(&self, command: &mut Command) -> Outcome {
        Outcome::new(&command.output().expect("the engine is built"), &self.path.to_string_lossy())
    }

    /// Starts a command of this project.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(&self, command: &mut Command) -> Process {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        Process::new(child.expect("the engine is built"), &self.path.to_string_lossy())
    }

    /// A database of the project.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn database(&self, path: &str) -> rusqlite::Connection {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
        rusqlite::Connection::open_with_flags(self.path(path), flags).expect("the database is there")
    }

    /// What the quickstart has written.
    #[must_use]
    pub fn tables(&self) -> Tables {
        Tables::of(&self.database("warehouse.db"))
    }
}

/// Copies a project's own files: not what a run in that folder left there.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with("warehouse.db") {
            continue;
        }
        let target = to.join(&name);
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("the folder is new");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("the file can be copied");
        }
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, (usize, u64)>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(root, &path, files);
            continue;
        }
        let name = path.strip_prefix(root).expect("the file is below").to_string_lossy().into_owned();
        let content = fs::read(&path).expect("the file can be read");
        if name.ends_with("-shm") || (name.ends_with("-wal") && content.is_empty()) {
            continue;
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(&content);
        files.insert(name, (content.len(), hasher.finish()));
    }
}
