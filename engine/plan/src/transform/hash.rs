//! Hashes of texts.

use super::Digest;
use sha2::{Digest as _, Sha256};

/// The hash of a text in small hexadecimal digits.
pub(super) fn hex(text: &str, digest: Digest) -> String {
    match digest {
        Digest::Blake3 => blake3::hash(text.as_bytes()).to_hex().to_string(),
        Digest::Sha256 => {
            let digit = |half: u8| char::from_digit(u32::from(half), 16);
            let hash = Sha256::digest(text.as_bytes());
            hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
        }
    }
}
