//! Encryption of what the state store keeps: payloads of intents and failed records, tokens, secrets, and the keys
//! that seal them.

use super::StateError;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use engine_contract::Rng;
use std::sync::Arc;

/// How many bytes precede the ciphertext.
const NONCE: usize = 24;

/// What data keys are for: payloads of records; tokens and secrets.
pub(in crate::state) const PURPOSES: [&str; 2] = ["payload", "vault"];

/// A data key, as it is.
pub(in crate::state) type DataKey = zeroize::Zeroizing<[u8; 32]>;

/// Bytes that this key did not seal for this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot be decrypted: the key is another one, or the bytes were changed")]
pub struct UnsealError;

/// Seals bytes with XChaCha20-Poly1305 under one key, bound to the place where they are kept.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    id: String,
    rng: Arc<dyn Rng>,
}

impl Sealer {
    /// A sealer with a key of 32 bytes.
    #[must_use]
    pub fn new(key: &[u8; 32], rng: Arc<dyn Rng>) -> Self {
        // Derived, so that the name tells nothing of the key.
        let digest = blake3::derive_key("engine 2026-11-27 the name of a key", key);
        let id = blake3::Hash::from_bytes(digest).to_hex().chars().take(16).collect();
        Self { cipher: XChaCha20Poly1305::new(key.into()), id, rng }
    }

    /// The name of the key: 16 hexadecimal digits that tell nothing of it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A sealer with another key.
    pub(super) fn with_key(&self, key: &[u8; 32]) -> Self {
        Self::new(key, Arc::clone(&self.rng))
    }

    /// Bytes for a new key.
    pub(super) fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.rng.fill(&mut bytes);
        bytes
    }

    /// Seals `plain` for `place`; empty bytes stay empty.
    ///
    /// # Errors
    /// [`UnsealError`] when the cipher refuses, which takes more than 256 GiB.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, UnsealError> {
        if plain.is_empty() {
            return Ok(Vec::new());
        }
        let mut nonce = [0u8; NONCE];
        self.rng.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| UnsealError)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Sealer::seal`] made for the same place.
    ///
    /// # Errors
    /// [`UnsealError`] when key, bytes or place differ.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        if sealed.is_empty() {
            return Ok(Vec::new());
        }
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(UnsealError)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| UnsealError)
    }
}

/// A seal that does not open: another key file, or changed bytes.
pub(super) fn unsealed<T>(result: Result<T, UnsealError>) -> super::Result<T> {
    result.map_err(|error| StateError::Corrupt(format!("a payload {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;
    impl Rng for Zero {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn only_the_same_key_place_and_bytes_open() {
        let sealer = Sealer::new(&[1; 32], Arc::new(Zero));
        let bytes = sealer.seal("order 1", b"private").unwrap();
        assert!(!bytes.windows(7).any(|bytes| bytes == b"private"));
        assert_eq!(sealer.open("order 1", &bytes).unwrap(), b"private");
        assert_eq!(sealer.open("order 2", &bytes), Err(UnsealError));
        assert_eq!(Sealer::new(&[2; 32], Arc::new(Zero)).open("order 1", &bytes), Err(UnsealError));
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            assert_eq!(sealer.open("order 1", &changed), Err(UnsealError));
        }
    }
}
