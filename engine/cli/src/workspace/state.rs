//! The state store of a project.

use super::Workspace;
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    key::key,
    surroundings::SystemRng,
};
use engine_run::state::{OwnerLocks, Sealer, sqlite::SqliteStore};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

impl Workspace {
    /// Where the state store is.
    pub(crate) fn state_path(&self) -> PathBuf {
        self.dir.join(&self.project.state.sqlite)
    }

    /// The state store, to read and write.
    pub(crate) fn open_state(&self) -> Result<SqliteStore> {
        let path = self.state_path();
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        private_folder(folder).map_err(|error| unavailable(folder, &error))?;
        let sealer = Sealer::new(&key(&path, true)?, Arc::new(SystemRng));
        Ok(SqliteStore::open(&path, sealer)?)
    }

    /// The state store, only to read; an empty one when there is none yet.
    pub(crate) fn read_state(&self) -> Result<SqliteStore> {
        let path = self.state_path();
        let sealer = Sealer::new(&key(&path, false)?, Arc::new(SystemRng));
        Ok(SqliteStore::open_read_only(&path, sealer)?)
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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.map_err(|error| CommandError::new(Exit::Failed, "run/no-runtime", error.to_string()))
}
