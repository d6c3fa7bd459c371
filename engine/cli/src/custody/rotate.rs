//! `engine keys rotate`: another master key, safe at any moment of a crash.
//!
//! 1. With the state file locked, the new key is written to a file of its own, named after it.
//! 2. The data keys are wrapped with it, and the transaction is committed: until here the old key is needed, from
//!    here the new one.
//! 3. The file takes the place of the old key.
//!
//! A crash before 2 leaves a file that nothing needs; the next rotation takes it away. After 2 whoever opens the
//! store finds the key in its file ([`super::find`]) and does 3.

use super::{
    MASTER_KEY, NEW_MASTER_KEY,
    find::{Place, master, sealer},
    key::{self, Key},
};
use crate::{
    error::{CommandError, Result},
    exit::Exit,
    surroundings::{SystemRng, environment},
    workspace::{StatePlace, runtime, unavailable},
};
use engine_contract::Rng;
use engine_run::state::StateError;
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// What a rotation did.
pub(crate) struct Rotated {
    /// The name of the key before.
    pub(crate) from: String,
    /// The name of the key now.
    pub(crate) to: String,
    /// Where it is.
    pub(crate) place: Place,
}

/// Gives a state file another master key.
pub(crate) fn rotate(state: &StatePlace) -> Result<Rotated> {
    let old = master(state, true)?;
    let store = state.location.open(old.sealer())?;
    let from = old.sealer().id().to_owned();
    let file = key::file(state);
    let given = environment().remove(NEW_MASTER_KEY).filter(|text| !text.is_empty()).map(Zeroizing::new);
    let (key, place) = match given {
        Some(text) => (key::from_text(NEW_MASTER_KEY, &text)?, Place::Environment),
        None if old.place == Place::Environment => return Err(needs_key()),
        None => (fresh(), Place::File(file.clone())),
    };
    let new = sealer(&key);
    let to = new.id().to_owned();
    let waiting = key::waiting_file(state, &to);
    let publish = Publish {
        key,
        file: file.clone(),
        current: key::waiting_file(state, &from),
        waiting: matches!(place, Place::File(_)).then(|| waiting.clone()),
    };
    runtime()?.block_on(store.rotate(new, Box::new(move || publish.run())))?;
    drop(store);
    match place {
        Place::File(_) => key::replace(&waiting, &file),
        // The old key opens nothing any more.
        _ if matches!(old.place, Place::File(_)) => remove(&file),
        _ => Ok(()),
    }
    .map_err(|error| unavailable(&file, &error))?;
    Ok(Rotated { from, to, place })
}

fn fresh() -> Key {
    let mut key = Zeroizing::new([0; 32]);
    SystemRng.fill(key.as_mut_slice());
    key
}

fn needs_key() -> CommandError {
    let message = format!("the key is in `{MASTER_KEY}`, which the engine cannot change");
    CommandError::new(Exit::Usage, "command/needs-key", message).help(format!(
        "put the new key into `{NEW_MASTER_KEY}` for this command, and then into `{MASTER_KEY}`"
    ))
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Puts the new key where the next process finds it, while nobody else can rotate.
struct Publish {
    key: Key,
    /// Where the key in use belongs.
    file: PathBuf,
    /// Where it still waits, after a rotation that was cut short or has not ended yet.
    current: PathBuf,
    /// Where the new key waits; nothing for one that is not kept in a file.
    waiting: Option<PathBuf>,
}

impl Publish {
    fn run(self) -> Result<(), StateError> {
        let unavailable = |error: std::io::Error| {
            StateError::Unavailable(format!("the new key cannot be written: {error}"))
        };
        key::replace(&self.current, &self.file).map_err(unavailable)?;
        for stray in self.strays().map_err(unavailable)? {
            remove(&stray).map_err(unavailable)?;
        }
        match &self.waiting {
            Some(path) => key::write(path, &self.key).map_err(unavailable),
            None => Ok(()),
        }
    }

    /// Keys of rotations that never came to their commit: the store needs none of them.
    fn strays(&self) -> std::io::Result<Vec<PathBuf>> {
        let folder = self.file.parent().unwrap_or_else(|| Path::new("."));
        let prefix = format!("{}-", self.file.file_name().unwrap_or_default().to_string_lossy());
        let mut strays = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                strays.push(entry.path());
            }
        }
        Ok(strays)
    }
}
