//! Finds the master key that a state file needs: in the environment, in the file beside it, or, after a rotation
//! that was cut short, in the file where the new key waits.

use super::{
    MASTER_KEY,
    key::{self, Key},
};
use crate::{
    error::{CommandError, Result},
    surroundings::{SystemRng, environment},
    workspace::{StatePlace, unavailable},
};
use engine_contract::Rng;
use engine_run::state::{NeededKey, Sealer, StateError};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

/// How often a store is opened whose key changes meanwhile.
const TRIES: usize = 3;

/// Where a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the environment.
    Environment,
    /// In a file.
    File(PathBuf),
    /// Nowhere: what is sealed stays so.
    Nowhere,
}

impl Place {
    /// The place in words.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Environment => format!("the environment, {MASTER_KEY}"),
            Self::File(path) => path.display().to_string(),
            Self::Nowhere => "nowhere".to_owned(),
        }
    }
}

/// A master key, and where it was found.
pub(crate) struct Master {
    pub(super) key: Key,
    pub(crate) place: Place,
}

impl Master {
    /// What seals with it.
    pub(crate) fn sealer(&self) -> Sealer {
        sealer(&self.key)
    }
}

pub(super) fn sealer(key: &Key) -> Sealer {
    Sealer::new(key, Arc::new(SystemRng))
}

/// Opens a store with the key that it needs. A rotation may come between looking and opening.
pub(crate) fn unlocked<T>(
    state: &StatePlace,
    create: bool,
    open: impl Fn(Sealer) -> Result<T, StateError>,
) -> Result<T> {
    let mut tries = 1;
    loop {
        let found = master(state, create)?;
        match open(found.sealer()) {
            Err(StateError::OtherKey { .. }) if tries < TRIES => tries += 1,
            Err(StateError::OtherKey { .. }) if found.place == Place::Nowhere => {
                return Err(lost(&key::file(state)));
            }
            opened => return Ok(opened?),
        }
    }
}

/// The master key of a state file. With `create` one is made for a state file that has yet to be made, and none is
/// an error; without, a store opens all the same, and only what is sealed stays closed.
pub(crate) fn master(state: &StatePlace, create: bool) -> Result<Master> {
    let file = key::file(state);
    match state.location.needed_key()? {
        NeededKey::Any => new(&file, create),
        NeededKey::Unnamed => match key::read(&file)?.map(|key| in_file(key, file.clone())).or(given()?) {
            Some(master) => Ok(master),
            None => none(&file, create),
        },
        NeededKey::Named(id) => named(state, &id, create),
    }
}

fn in_file(key: Key, path: PathBuf) -> Master {
    Master { key, place: Place::File(path) }
}

/// The key in the environment.
fn given() -> Result<Option<Master>> {
    let text = environment().remove(MASTER_KEY).filter(|text| !text.is_empty()).map(Zeroizing::new);
    text.map(|text| Ok(Master { key: key::from_text(MASTER_KEY, &text)?, place: Place::Environment }))
        .transpose()
}

fn nowhere() -> Master {
    Master { key: Zeroizing::new([0; 32]), place: Place::Nowhere }
}

fn none(file: &Path, create: bool) -> Result<Master> {
    if create { Err(lost(file)) } else { Ok(nowhere()) }
}

fn lost(file: &Path) -> CommandError {
    key::missing(format!("`{}` is missing, and the state file was made with it", file.display()))
}

/// The master key called `id`, wherever it is; nothing when it is nowhere.
pub(crate) fn key_called(state: &StatePlace, id: &str) -> Result<Option<Sealer>> {
    let files = [key::file(state), key::waiting_file(state, id)];
    let mut known: Vec<Sealer> = given()?.iter().map(Master::sealer).collect();
    for file in files {
        known.extend(key::read(&file)?.as_ref().map(sealer));
    }
    Ok(known.into_iter().find(|known| known.id() == id))
}

/// The key for a state file that is not there yet. Another engine may make both files meanwhile, the key before the
/// state.
fn new(file: &Path, create: bool) -> Result<Master> {
    if let Some(master) = given()? {
        return Ok(master);
    }
    if let Some(key) = key::read(file)? {
        return Ok(in_file(key, file.to_owned()));
    }
    if !create {
        return Ok(nowhere());
    }
    let mut fresh = Zeroizing::new([0; 32]);
    SystemRng.fill(fresh.as_mut_slice());
    key::write(file, &fresh).map_err(|error| unavailable(file, &error))?;
    Ok(in_file(key::read(file)?.unwrap_or(fresh), file.to_owned()))
}

/// The key called `id`. A key that waits in a file of its own is put in its place: the rotation that made it had
/// committed, or the store would not ask for it.
fn named(state: &StatePlace, id: &str, create: bool) -> Result<Master> {
    let file = key::file(state);
    let in_place = key::read(&file)?.map(|key| in_file(key, file.clone()));
    let mut known: Vec<Master> = [given()?, in_place].into_iter().flatten().collect();
    if let Some(fits) = known.iter().position(|master| master.sealer().id() == id) {
        return Ok(known.swap_remove(fits));
    }
    let waiting = key::waiting_file(state, id);
    if let Some(key) = key::read(&waiting)? {
        if create {
            key::replace(&waiting, &file).map_err(|error| unavailable(&file, &error))?;
            return Ok(in_file(key, file));
        }
        return Ok(in_file(key, waiting));
    }
    // With one that does not fit, opening says which is wanted and which was given.
    known.into_iter().next().map_or_else(|| none(&file, create), Ok)
}
