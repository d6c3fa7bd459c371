//! Signatures by which a service proves that a request comes from it.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The base64 of the HMAC-SHA256 of bytes under a secret.
#[must_use]
pub fn signature(secret: &[u8], bytes: &[u8]) -> String {
    mac(secret, bytes).map(|mac| BASE64_STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

/// Whether a text is the [`signature`] of bytes under a secret. How long that takes says nothing of the right one.
#[must_use]
pub fn is_signed(secret: &[u8], bytes: &[u8], signature: &str) -> bool {
    let told = BASE64_STANDARD.decode(signature.trim());
    told.ok().zip(mac(secret, bytes)).is_some_and(|(told, mac)| mac.verify_slice(&told).is_ok())
}

/// A text that is equal for equal parts alone: 64 hexadecimal digits of a SHA-256.
#[must_use]
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let halves = digest.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    halves.filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// A secret may have any length but none: nothing is signed by what everybody knows.
fn mac(secret: &[u8], bytes: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok().filter(|_| !secret.is_empty())?;
    mac.update(bytes);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second test case of RFC 4231.
    #[test]
    fn a_signature_is_that_of_the_published_test_case() {
        let (secret, bytes) = (b"Jefe", b"what do ya want for nothing?");
        assert_eq!(signature(secret, bytes), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
        assert!(is_signed(secret, bytes, &signature(secret, bytes)));
        for (secret, bytes) in [(&b"Jefe"[..], &b"what do ya want?"[..]), (b"jefe", bytes), (b"", bytes)] {
            assert!(!is_signed(secret, bytes, &signature(b"Jefe", b"what do ya want for nothing?")));
        }
        assert!(!is_signed(b"", b"", "") && !is_signed(secret, bytes, "5bdcc146bf60754e6a042426089575c7"));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"a", b"bc"]));
        assert_eq!(fingerprint(&[b"ab"]).len(), 64);
    }
}
