//! The state store of a project.

use super::Workspace;
use crate::{
    custody::unlocked,
    error::{CommandError, Result},
    exit::Exit,
};
use engine_project::State;
use engine_run::state::{Location, OwnerLocks, StateDatabase};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a state is, and the files beside it: the master key, the locks of engines.
#[derive(Clone, Debug)]
pub(crate) struct StatePlace {
    pub(crate) location: Location,
    /// The file whose name those beside it start with: the state's own, or where it would be.
    beside: PathBuf,
}

impl StatePlace {
    /// The place that a project in `dir` names.
    pub(crate) fn new(dir: &Path, state: &State) -> Result<Self> {
        Ok(match state {
            State::Sqlite(path) => {
                let path = dir.join(path);
                Self { location: Location::File(path.clone()), beside: path }
            }
            State::Postgres(address) => {
                Self { location: Location::server(address)?, beside: dir.join(State::DEFAULT_FILE) }
            }
        })
    }

    /// A file beside the state.
    pub(crate) fn beside(&self, extension: &str) -> PathBuf {
        self.beside.with_extension(extension)
    }

    /// The folder with the locks of engines that work here.
    pub(crate) fn owners(&self) -> PathBuf {
        self.beside("owners")
    }

    /// Whether there is a state.
    pub(crate) fn is_there(&self) -> Result<bool> {
        match self.location.file() {
            // What is no state file is there all the same: opening it says what is wrong.
            Some(path) => Ok(path.exists()),
            None => Ok(self.location.version()? > 0),
        }
    }

    /// The store, to read and write; it is made where there is none.
    pub(crate) fn open(&self) -> Result<Arc<dyn StateDatabase>> {
        let folder = self.beside.parent().unwrap_or_else(|| Path::new("."));
        private_folder(folder).map_err(|error| unavailable(folder, &error))?;
        unlocked(self, true, |key| self.location.open(key))
    }

    /// The store, only to read; an empty one when there is none yet.
    pub(crate) fn read(&self) -> Result<Arc<dyn StateDatabase>> {
        unlocked(self, false, |key| self.location.open_read_only(key))
    }
}

impl fmt::Display for StatePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.location)
    }
}

impl Workspace {
    /// Where emulators keep what changed them.
    pub(crate) fn emulators(&self) -> PathBuf {
        self.dir.join(".engine/emulators")
    }

    /// This process's own lock, by which others see that it lives.
    pub(crate) fn hold_owner_lock(&self, owner: &str) -> Result<OwnerLocks> {
        let folder = self.state.owners();
        OwnerLocks::hold(&folder, owner).map_err(|error| unavailable(&folder, &error))
    }
}

pub(crate) fn unavailable(path: &Path, error: &std::io::Error) -> CommandError {
    let message = format!("`{}` cannot be used: {error}", path.display());
    let error = CommandError::new(Exit::Failed, "state/unavailable", message);
    error.help("its folder must be there, with room in it, and may be written")
}

/// Makes a folder that only its owner may look into: the state names records, and some names are personal.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The runtime on which a command waits.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CommandError::new(Exit::Failed, "run/no-runtime", error.to_string()))
}
