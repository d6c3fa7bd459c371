//! The state store of a project.

use super::Workspace;
use crate::{
    custody::unlocked,
    error::{CommandError, Result},
    exit::Exit,
};
use engine_run::state::{OwnerLocks, sqlite::SqliteStore};
use std::path::{Path, PathBuf};

impl Workspace {
    /// Where the state store is.
    pub(crate) fn state_path(&self) -> PathBuf {
        self.dir.join(&self.project.state.sqlite)
    }

    /// Where emulators keep what changed them.
    pub(crate) fn emulators(&self) -> PathBuf {
        self.dir.join(".engine/emulators")
    }

    /// The state store, to read and write.
    pub(crate) fn open_state(&self) -> Result<SqliteStore> {
        open_state(&self.state_path())
    }

    /// The state store, only to read; an empty one when there is none yet.
    pub(crate) fn read_state(&self) -> Result<SqliteStore> {
        let path = self.state_path();
        unlocked(&path, false, |key| SqliteStore::open_read_only(&path, key))
    }

    /// This process's own lock, by which others see that it lives.
    pub(crate) fn hold_owner_lock(&self, owner: &str) -> Result<OwnerLocks> {
        let folder = self.state_path().with_extension("owners");
        OwnerLocks::hold(&folder, owner).map_err(|error| unavailable(&folder, &error))
    }

    /// The locks of other engines, to see which of them live.
    pub(crate) fn owner_folder(&self) -> PathBuf {
        self.state_path().with_extension("owners")
    }
}

/// A state file, to read and write; it is made where there is none.
pub(crate) fn open_state(path: &Path) -> Result<SqliteStore> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    private_folder(folder).map_err(|error| unavailable(folder, &error))?;
    unlocked(path, true, |key| SqliteStore::open(path, key))
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
