//! The gateway before the accounting API: who may ask what, and how often.
//!
//! Its bodies differ from the API's: keys are in lower case, and `time` is in milliseconds. The detail of a refused
//! token contains the token, as the service's does: callers must not log it.

use http::HeaderMap;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::Answer;
use super::oauth::{OAuth, Standing};

/// Lets a request with a valid token of the company through.
pub(super) fn authorize(
    oauth: &OAuth,
    headers: &HeaderMap,
    realm: &str,
    now: Timestamp,
) -> Result<(), Answer> {
    let Some(token) = bearer(headers) else {
        return Err(unauthenticated("", now));
    };
    match oauth.standing(token, now) {
        Standing::Valid { realm: granted, .. } if granted == realm => Ok(()),
        Standing::Valid { .. } => Err(forbidden(now)),
        Standing::Expired => Err(unauthenticated(&format!("Token expired: {token}"), now)),
        Standing::Revoked => Err(unauthenticated(&format!("Token revoked: {token}"), now)),
        Standing::Unknown => Err(unauthenticated(&format!("Invalid token: {token}"), now)),
    }
}

/// The token of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unauthenticated(detail: &str, now: Timestamp) -> Answer {
    let message = "message=AuthenticationFailed; errorCode=003200; statusCode=401";
    Answer::json(401, body(message, detail, "3200", "AUTHENTICATION", now))
}

/// The token is of another company, or there is no such company.
pub(super) fn forbidden(now: Timestamp) -> Answer {
    let message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403";
    Answer::json(403, body(message, "", "3100", "SERVICE", now))
}

/// Too many requests. The service documents no `Retry-After`; a setting adds one.
pub(super) fn too_many(retry_after: Option<u32>, now: Timestamp) -> Answer {
    let message = "message=ThrottleExceeded; errorCode=003001; statusCode=429";
    let detail = "The request limit was reached. Try again later";
    let mut answer = Answer::json(429, body(message, detail, "3001", "SERVICE", now));
    if let Some(seconds) = retry_after {
        answer.headers.push((RETRY_AFTER, seconds.to_string()));
    }
    answer
}

fn body(message: &str, detail: &str, code: &str, kind: &str, now: Timestamp) -> Value {
    json!({
        "warnings": null,
        "intuitObject": null,
        "fault": {
            "error": [{"message": message, "detail": detail, "code": code, "element": null}],
            "type": kind,
        },
        "report": null,
        "queryResponse": null,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": null,
        "requestId": null,
        "time": now.as_millisecond(),
        "status": null,
        "cdcresponse": [],
    })
}
