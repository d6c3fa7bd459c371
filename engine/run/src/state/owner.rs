//! Who is alive: an engine that was killed must not block its successor until its lease runs out.
//!
//! Each process holds an operating system lock on a file of its own for as long as it lives. The system
//! drops the lock with the process, whatever ends it; so a lock that can be taken proves that its owner is
//! gone and can send nothing more.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// Says which owners of leases are gone for certain.
pub trait Owners: Send + Sync {
    /// Whether `owner` can never send again. `false` when in doubt.
    fn is_gone(&self, owner: &str) -> bool;

    /// Nothing in the store names these owners any more.
    fn forget(&self, gone: &[String]) {
        let _ = gone;
    }
}

/// Never certain: leases are waited for.
#[derive(Clone, Copy, Debug)]
pub struct NeverGone;

impl Owners for NeverGone {
    fn is_gone(&self, _owner: &str) -> bool {
        false
    }
}

/// Lock files in a folder beside the state file.
#[derive(Debug)]
pub struct OwnerLocks {
    folder: PathBuf,
    /// This process's own file, with the lock on it; none for somebody who only watches. The file stays when
    /// the process ends: it may have failed to give its leases back, and the next run must be able to see that
    /// it is gone.
    own: Option<(PathBuf, File)>,
}

impl OwnerLocks {
    /// Takes the lock of `owner`.
    ///
    /// # Errors
    /// When the folder or file cannot be written.
    pub fn hold(folder: &Path, owner: &str) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let own = lock_file(folder, owner);
        // Nobody may see the file before it is locked: it would look like that of a dead process.
        let early = own.with_extension("new");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&early)?;
        lock.try_lock().map_err(io::Error::from)?;
        std::fs::rename(&early, &own)?;
        Ok(Self { folder: folder.to_owned(), own: Some((own, lock)) })
    }

    /// Looks at the locks of others without having one.
    #[must_use]
    pub fn watch(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), own: None }
    }

    /// The owners whose processes have ended.
    #[must_use]
    pub fn sweep(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let owners = names.filter_map(|name| name.strip_suffix(".lock").map(str::to_owned));
        let mut gone: Vec<String> = owners.filter(|owner| self.is_gone(owner)).collect();
        gone.sort();
        gone
    }
}

impl Owners for OwnerLocks {
    fn is_gone(&self, owner: &str) -> bool {
        let path = lock_file(&self.folder, owner);
        if self.own.as_ref().is_some_and(|(own, _)| path == *own) {
            return false;
        }
        match OpenOptions::new().write(true).open(&path) {
            Ok(file) => match file.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
            },
            // Without its file nothing proves that the process is gone: its lease is waited for.
            Err(_) => false,
        }
    }

    fn forget(&self, gone: &[String]) {
        for owner in gone {
            // Another engine may have removed it first.
            drop(std::fs::remove_file(lock_file(&self.folder, owner)));
        }
    }
}

fn lock_file(folder: &Path, owner: &str) -> PathBuf {
    folder.join(format!("{owner}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_gone_when_its_process_has_let_go() {
        let folder = std::env::temp_dir().join(format!("owners-{}", std::process::id()));
        let first = OwnerLocks::hold(&folder, "first").unwrap();
        let second = OwnerLocks::hold(&folder, "second").unwrap();
        assert!(!first.is_gone("second") && !second.is_gone("first") && !first.is_gone("first"));
        File::create(folder.join("third.lock")).unwrap();
        assert!(first.is_gone("third"));
        assert_eq!(first.sweep(), ["third"]);
        first.forget(&["third".to_owned()]);
        assert!(first.sweep().is_empty());
        drop(second);
        assert!(first.is_gone("second"));
        drop(first);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
