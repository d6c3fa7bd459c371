//! Who logged in: what the scopes `openid`, `email` and their like tell of the person.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use jiff::Timestamp;
use serde_json::json;

use super::{OAuth, Standing, hash, hex};
use crate::quickbooks::answer::Answer;
use crate::quickbooks::gateway::bearer;
use crate::quickbooks::value::{Object, set};

/// `GET /v1/openid_connect/userinfo`. Every login is by the same person, whose id comes from the company.
///
/// Without the scope `openid` it is refused as RFC 6750 has it; the service documents no other body.
pub(in crate::quickbooks) fn userinfo(oauth: &OAuth, headers: &HeaderMap, now: Timestamp) -> Answer {
    let standing = bearer(headers).map(|token| oauth.standing(token, now));
    let Some(Standing::Valid { realm, scopes, .. }) = standing else {
        return refused(401, "invalid_token");
    };
    if !scopes.has("openid") {
        return refused(403, "insufficient_scope");
    }
    let mut person = Object::new();
    set(&mut person, "sub", subject(&realm));
    if scopes.has("email") {
        set(&mut person, "email", "owner@example.com");
        set(&mut person, "emailVerified", true);
    }
    if scopes.has("profile") {
        set(&mut person, "givenName", "Olivia");
        set(&mut person, "familyName", "Owner");
    }
    if scopes.has("phone") {
        set(&mut person, "phoneNumber", "+1 5550100");
        set(&mut person, "phoneNumberVerified", false);
    }
    if scopes.has("address") {
        let address = json!({
            "streetAddress": "1 Main Street",
            "locality": "Mountain View",
            "region": "CA",
            "postalCode": "94043",
            "country": "US",
        });
        set(&mut person, "address", address);
    }
    Answer::json(200, person.into())
}

fn refused(status: u16, error: &str) -> Answer {
    let challenge = format!("Bearer error=\"{error}\"");
    let mut answer = Answer::json(status, json!({"error": error}));
    answer.headers.push((WWW_AUTHENTICATE, challenge));
    answer
}

/// An id in the form of a UUID.
fn subject(realm: &str) -> String {
    let text = hex(&hash(&[b"person", realm.as_bytes()]));
    let part = |from: usize, until: usize| text.get(from..until).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
