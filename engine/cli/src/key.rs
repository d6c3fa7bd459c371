//! The key that seals payloads in the state store: a file of its own beside it.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
    surroundings::SystemRng,
    workspace::unavailable,
};
use engine_contract::Rng;
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    path::Path,
};

/// Reads the key of a state file; makes one for a state file that has yet to be made.
pub(crate) fn key(state: &Path, create: bool) -> Result<[u8; 32]> {
    let path = state.with_extension("key");
    // Looked at first: another engine may make both files meanwhile, the key before the state.
    let has_state = state.exists();
    if let Some(key) = read_key(&path)? {
        return Ok(key);
    }
    if !create {
        return Ok([0; 32]);
    }
    if has_state {
        let message = format!("`{}` is missing, and the state file was made with it", path.display());
        return Err(key_missing(message));
    }
    let mut key = [0; 32];
    SystemRng.fill(&mut key);
    write_key(&path, &key).map_err(|error| unavailable(&path, &error))?;
    // Another engine may have been first.
    Ok(read_key(&path)?.unwrap_or(key))
}

fn key_missing(message: String) -> CommandError {
    CommandError::new(Exit::Failed, "state/key-missing", message)
        .help(
        "put back the key file from your copy of the state; without one, move the state's folder away: the next run \
         compares and links everything anew",
    )
}

fn read_key(path: &Path) -> Result<Option<[u8; 32]>> {
    let mut key = [0; 32];
    match File::open(path).and_then(|mut file| file.read_exact(&mut key)) {
        Ok(()) => Ok(Some(key)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(key_missing(format!("`{}` is too short to be the key", path.display())))
        }
        Err(error) => Err(unavailable(path, &error)),
    }
}

/// Writes the key so that it is there whole or not at all, and never in the place of another one.
fn write_key(path: &Path, key: &[u8]) -> std::io::Result<()> {
    let fresh = path.with_extension(format!("key-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(key)?;
    file.sync_all()?;
    match std::fs::hard_link(&fresh, path) {
        Ok(()) => std::fs::remove_file(&fresh)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => std::fs::remove_file(&fresh)?,
        // Not every file system has links.
        Err(_) => std::fs::rename(&fresh, path)?,
    }
    #[cfg(unix)]
    File::open(path.parent().unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    Ok(())
}
