//! The first line of a copy: what it is, and how its key is wrapped.

use crate::state::{Result, Sealer, StateError, UnsealError};
use argon2::{Algorithm, Argon2, Params, Version};
use engine_contract::Rng;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The version of the layout of copies.
pub(super) const FORMAT: u32 = 1;

/// What the first line says that the file is.
pub(super) const KIND: &str = "engine state copy";

/// What the wrapped key is bound to.
const PLACE: &str = "key of a copy";

/// What Argon2id is given for new copies: the second recommendation of RFC 9106, section 4, in one lane.
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

/// More memory than this is not spent on what a file asks for.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;

/// More passes than these are not made for what a file asks for.
const MOST_PASSES: u32 = 64;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `engine state copy`.
    pub(super) kind: String,
    /// The version of the layout.
    pub format: u32,
    /// The engine that wrote it.
    pub engine: String,
    /// The version of the tables.
    pub schema: i64,
    /// The moment of which it is the state.
    pub created_at: Timestamp,
    /// How the key is wrapped.
    pub wrap: Wrap,
    /// The wrapped key, in hexadecimal digits.
    pub(super) key: String,
}

/// How the key of a copy is wrapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Wrap {
    /// By a master key.
    Master {
        /// Its name, see [`Sealer::id`].
        name: String,
    },
    /// By a passphrase, through Argon2id.
    Passphrase {
        /// Random bytes, in hexadecimal digits.
        salt: String,
        /// What Argon2id is given.
        cost: Cost,
    },
}

/// What Argon2id is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory, in KiB.
    memory_kib: u32,
    /// Passes over it.
    passes: u32,
    /// Lanes.
    lanes: u32,
}

/// What wraps and opens the key of a copy.
pub enum Lock<'a> {
    /// A master key.
    Master(Sealer),
    /// A passphrase.
    Passphrase(&'a str),
}

impl Lock<'_> {
    /// How this lock wraps a new key.
    pub(super) fn wrap(&self, rng: &Arc<dyn Rng>) -> Wrap {
        match self {
            Self::Master(master) => Wrap::Master { name: master.id().to_owned() },
            Self::Passphrase(_) => {
                let mut salt = [0; 16];
                rng.fill(&mut salt);
                Wrap::Passphrase { salt: hexadecimal(&salt), cost: COST }
            }
        }
    }

    /// What seals the key, where the lock is of the kind that `wrap` wants.
    pub(super) fn sealer(&self, wrap: &Wrap, rng: &Arc<dyn Rng>) -> Result<Option<Sealer>> {
        match (self, wrap) {
            (Self::Master(master), Wrap::Master { name }) if master.id() == name => Ok(Some(master.clone())),
            (Self::Passphrase(text), Wrap::Passphrase { salt, cost }) => {
                let key = derived(text, salt, *cost)?;
                Ok(Some(Sealer::new(&key, Arc::clone(rng))))
            }
            _ => Ok(None),
        }
    }
}

/// The key that a passphrase stands for.
fn derived(passphrase: &str, salt: &str, cost: Cost) -> Result<Zeroizing<[u8; 32]>> {
    let unknown =
        || StateError::Backup("the backup wants its passphrase in a way that no engine writes".to_owned());
    if cost.memory_kib > MOST_MEMORY_KIB || cost.passes > MOST_PASSES {
        return Err(unknown());
    }
    let salt = bytes(salt).ok_or_else(unknown)?;
    let parameters =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(|_| unknown())?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.as_bytes(), &salt, key.as_mut_slice())
        .map_err(|_| unknown())?;
    Ok(key)
}

/// Seals the key of a copy.
pub(super) fn wrapped(key: &[u8; 32], sealer: &Sealer) -> Result<String, UnsealError> {
    Ok(hexadecimal(&sealer.seal(PLACE, key)?))
}

/// Opens the key of a copy; nothing when the lock does not fit.
pub(super) fn unwrapped(text: &str, sealer: &Sealer) -> Option<Zeroizing<[u8; 32]>> {
    let key = Zeroizing::new(sealer.open(PLACE, &bytes(text)?).ok()?);
    key.as_slice().try_into().map(Zeroizing::new).ok()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
