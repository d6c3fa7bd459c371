//! The page where a person allows an app to use a company. Nobody is asked here: the answer leads back at once.
//!
//! Two parameters are the emulator's own: `realm` chooses the company (otherwise the first), and `decision=deny`
//! is a person who refuses.

use jiff::Timestamp;
use url::Url;

use super::scopes::{ACCOUNTING, Scopes};
use super::{OAuth, hash};
use crate::quickbooks::answer::Answer;

/// Answers with a redirect to the app: `code`, `state` and `realmId`, or `error` and `state`.
pub(in crate::quickbooks) fn authorize(oauth: &OAuth, query: &[(String, String)], now: Timestamp) -> Answer {
    let parameter = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if parameter("client_id") != Some(oauth.client_id.as_str()) {
        return Answer::text(400, "The client_id is unknown.");
    }
    let allowed =
        |uri: &&str| oauth.redirect_uris.is_empty() || oauth.redirect_uris.iter().any(|known| known == uri);
    let Some(redirect) = parameter("redirect_uri").filter(allowed) else {
        return Answer::text(400, "The redirect_uri query parameter value is invalid.");
    };
    let Ok(mut back) = Url::parse(redirect) else {
        return Answer::text(400, "The redirect_uri query parameter value is invalid.");
    };
    let state = parameter("state").unwrap_or_default();
    match code(oauth, &parameter, redirect, now) {
        Ok((code, realm)) => {
            back.query_pairs_mut()
                .append_pair("code", &code)
                .append_pair("state", state)
                .append_pair("realmId", &realm);
        }
        Err(error) => {
            back.query_pairs_mut().append_pair("error", error).append_pair("state", state);
        }
    }
    Answer::redirect(back.into())
}

/// The code says what it was given for; the address to lead back to only by its hash, so that it stays short.
fn code<'a>(
    oauth: &OAuth,
    parameter: &impl Fn(&str) -> Option<&'a str>,
    redirect: &str,
    now: Timestamp,
) -> Result<(String, String), &'static str> {
    if parameter("response_type") != Some("code") {
        return Err("unsupported_response_type");
    }
    let scopes = Scopes::named(parameter("scope").unwrap_or_default());
    let scopes = scopes.filter(|scopes| scopes.has(ACCOUNTING)).ok_or("invalid_scope")?;
    if parameter("decision") == Some("deny") {
        return Err("access_denied");
    }
    let first = oauth.realms.first().map(String::as_str);
    let realm = parameter("realm").or(first).filter(|realm| oauth.realms.iter().any(|known| known == realm));
    let realm = realm.ok_or("access_denied")?;
    let challenge = parameter("code_challenge").unwrap_or_default();
    let method = parameter("code_challenge_method").unwrap_or("plain");
    let state = parameter("state").unwrap_or_default();
    let bound = super::token::fingerprint(&hash(&[redirect.as_bytes(), state.as_bytes()]));
    let redirect = super::token::fingerprint(&hash(&[redirect.as_bytes()]));
    let (issued, scopes) = (now.as_microsecond(), scopes.letters());
    let payload = format!("c|{realm}|{issued}|{redirect}|{method}|{challenge}|{bound}|{scopes}");
    Ok((oauth.signer.seal(&payload), realm.to_owned()))
}
