//! The two shapes of a notice, and its signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Change;
use crate::quickbooks::oauth::{hash, hex, hmac};

/// Classic: one company per notice.
pub(super) fn classic(realm: &str, changes: &[Change]) -> Value {
    let entities: Vec<Value> = changes
        .iter()
        .map(|change| {
            json!({
                "name": change.kind.name(),
                "id": change.id.as_str(),
                "operation": change.what.operation(),
                "lastUpdated": change.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            })
        })
        .collect();
    json!({"eventNotifications": [{"realmId": realm, "dataChangeEvent": {"entities": entities}}]})
}

/// Cloud events: a list at the top of the body. `first` is the number of the first event since the start.
pub(super) fn cloud_events(seed: u64, first: u64, changes: &[Change]) -> Value {
    let source = STANDARD.encode(hash(&[b"webhook source", &seed.to_be_bytes()]));
    let events = (first..).zip(changes).map(|(count, change)| {
        json!({
            "specversion": "1.0",
            "id": uuid(&hash(&[b"webhook event", &seed.to_be_bytes(), &count.to_be_bytes()])),
            "source": format!("intuit.{source}"),
            "type": format!("qbo.{}.{}.v1", change.kind.name().to_lowercase(), change.what.past()),
            "datacontenttype": "application/json",
            "time": change.at.strftime("%Y-%m-%dT%H:%M:%S%.9fZ").to_string(),
            "intuitentityid": change.id.as_str(),
            "intuitaccountid": change.realm,
            "data": {},
        })
    });
    Value::Array(events.collect())
}

/// `intuit-signature`: base64 of the HMAC-SHA256 of the body under the verifier token.
pub(super) fn signature(verifier: &str, body: &[u8]) -> String {
    STANDARD.encode(hmac(verifier.as_bytes(), body))
}

/// The first sixteen bytes as a UUID of version 4.
pub(super) fn uuid(hash: &[u8]) -> String {
    let mut text = String::new();
    for (place, byte) in hash.iter().take(16).enumerate() {
        let byte = match place {
            6 => (byte & 0x0f) | 0x40,
            8 => (byte & 0x3f) | 0x80,
            _ => *byte,
        };
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&hex(&[byte]));
    }
    text
}
