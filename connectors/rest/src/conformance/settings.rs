//! The settings of a connection, as they are written down.

use crate::{Described, manifest::Kind};
use engine_contract::Map;
use serde_json::Value;

/// The settings of a connection without secrets and addresses, and what stands for its origin.
pub(super) fn settings(described: &Described, config: &Value, address: &str) -> (Map, Vec<(String, String)>) {
    let manifest = described.manifest();
    let mut kept = Map::new();
    let host = format!("https://{}.example", manifest.connector.name);
    let mut origins = Vec::new();
    let replaced_by = manifest.base.as_ref().and_then(|base| base.replaced_by.as_deref());
    for (name, setting) in manifest.settings() {
        let Some(given) = config.get(name) else { continue };
        match (setting.kind, given.as_str()) {
            _ if Some(name) == replaced_by => {}
            (Kind::Secret, _) => {
                let secret = serde_json::json!({ "secret": name });
                kept.insert(name.to_owned(), secret.into());
            }
            (Kind::Url, Some(url)) => {
                let origin = origin(url);
                let other = url.replacen(&origin, &host, 1);
                origins.push((origin, host.clone()));
                kept.insert(name.to_owned(), other.into());
            }
            _ => drop(kept.insert(name.to_owned(), given.clone().into())),
        }
    }
    if origins.is_empty() && replaced_by.is_some_and(|name| config.get(name).is_some()) {
        origins.push((origin(address), host));
    }
    (kept, origins)
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}")
}
