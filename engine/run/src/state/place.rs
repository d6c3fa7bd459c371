//! What sealed bytes are bound to: a row that somebody moves, or alters, does not open. Both databases bind alike, so
//! that state moves between them without being sealed anew.

use crate::key::{RecordKey, Scope};

fn joined<const PARTS: usize>(parts: [&str; PARTS]) -> String {
    parts.join("\u{1f}")
}

/// The payload of a record in the table `kind`.
pub(in crate::state) fn payload(scope: &Scope, key: &RecordKey, kind: &str) -> String {
    let Scope { tenant, environment, pipeline, side } = scope;
    joined([tenant, environment, pipeline, side.as_str(), &key.entity, &key.key, kind])
}

/// A data key, wrapped by the master key of this name.
pub(in crate::state) fn data_key(purpose: &str, master: &str) -> String {
    joined(["data key", purpose, master])
}

/// The tokens of an account.
pub(in crate::state) fn token(account: &str, version: i64, kind: &str) -> String {
    joined(["token", account, &version.to_string(), kind])
}

/// A secret: also its hosts, so that nobody widens them in the store.
pub(in crate::state) fn secret(name: &str, version: i64, hosts: &str) -> String {
    joined(["secret", name, &version.to_string(), hosts])
}
