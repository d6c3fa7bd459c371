//! Texts that say what they stand for and cannot be made by others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::scopes::Scopes;

/// Signs with a key that comes from the seed.
#[derive(Debug)]
pub(in crate::quickbooks) struct Signer {
    key: [u8; 32],
}

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// The login it comes from.
    pub(super) login: String,
    pub(super) realm: String,
    pub(super) issued: Timestamp,
    /// When the login began.
    pub(super) since: Timestamp,
    /// Of a refresh token: its generation. Of an access token: the refresh it came with.
    pub(super) serial: u64,
    pub(super) scopes: Scopes,
}

impl Signer {
    /// What is signed for one purpose opens for no other.
    pub(in crate::quickbooks) fn new(purpose: &str, seed: u64) -> Self {
        Self { key: hash(&[purpose.as_bytes(), &seed.to_be_bytes()]) }
    }

    /// `payload.signature`, both in base64.
    pub(in crate::quickbooks) fn seal(&self, payload: &str) -> String {
        format!("{}.{}", URL_SAFE_NO_PAD.encode(payload), self.signature(payload))
    }

    pub(in crate::quickbooks) fn open(&self, sealed: &str) -> Option<String> {
        let (payload, signature) = sealed.split_once('.')?;
        let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (self.signature(&payload) == signature).then_some(payload)
    }

    fn signature(&self, payload: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac(&self.key, payload.as_bytes()).get(..16).unwrap_or_default())
    }

    /// A token of a sort: `a` for access, `r` for refresh.
    pub(super) fn seal_token(&self, sort: char, grant: &Grant) -> String {
        let (issued, since) = (grant.issued.as_microsecond(), grant.since.as_microsecond());
        let Grant { login, realm, serial, scopes, .. } = grant;
        self.seal(&format!("{sort}|{login}|{realm}|{issued}|{since}|{serial}|{}", scopes.letters()))
    }

    pub(super) fn open_token(&self, sort: char, token: &str) -> Option<Grant> {
        let payload = self.open(token)?;
        let mut parts = payload.split('|');
        if !parts.next()?.starts_with(sort) {
            return None;
        }
        let (login, realm) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let mut moment = || Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok();
        let (issued, since) = (moment()?, moment()?);
        let serial = parts.next()?.parse().ok()?;
        // Tokens of older journals say nothing of scopes.
        let scopes = parts.next().map_or_else(Scopes::default, Scopes::of_letters);
        Some(Grant { login, realm, issued, since, serial, scopes })
    }
}

/// SHA-256 of the parts, each with its length before it.
pub(in crate::quickbooks) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// HMAC-SHA256; a key may have any length.
pub(in crate::quickbooks) fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Bytes in hexadecimal.
pub(in crate::quickbooks) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0f])
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}
