//! Tokens for codes and for refresh tokens, and their end.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::scopes::Scopes;
use super::sign::Grant;
use super::{Login, OAuth, Tokens, hash, hex};
use crate::quickbooks::answer::{Answer, Body};

/// A header that asks for the end of the refresh token's longest life.
const ASKS_FOR_END: &str = "x-include-refresh-token-hard-expires-in";

/// The first characters of a hash in hexadecimal.
pub(super) fn fingerprint(hash: &[u8]) -> String {
    hex(hash.get(..8).unwrap_or(hash))
}

/// `POST /oauth2/v1/tokens/bearer`: a code or a refresh token for a pair of tokens.
pub(in crate::quickbooks) fn exchange(
    oauth: &mut OAuth,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Answer {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let in_form =
        || field("client_id").zip(field("client_secret")).map(|(id, secret)| format!("{id}:{secret}"));
    if basic(headers).or_else(in_form) != Some(format!("{}:{}", oauth.client_id, oauth.client_secret)) {
        return refused(401, "invalid_client");
    }
    let tokens = match field("grant_type") {
        Some("authorization_code") => match field("code").zip(field("redirect_uri")) {
            Some((code, redirect)) => oauth.redeem(code, redirect, field("code_verifier"), now),
            None => return refused(400, "invalid_request"),
        },
        Some("refresh_token") => match field("refresh_token") {
            Some(token) => oauth.refresh(token, now),
            None => return refused(400, "invalid_request"),
        },
        Some(_) => return refused(400, "unsupported_grant_type"),
        None => return refused(400, "invalid_request"),
    };
    let Some((tokens, since)) = tokens else {
        return refused(400, "invalid_grant");
    };
    let mut answer = json!({
        "token_type": "bearer",
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_in": oauth.lifetimes.access.as_secs(),
        "x_refresh_token_expires_in": oauth.lifetimes.refresh.as_secs(),
    });
    let wants_end =
        headers.get(ASKS_FOR_END).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    if let Some(answer) = answer.as_object_mut().filter(|_| wants_end) {
        let left = (since + oauth.lifetimes.refresh_at_most).duration_since(now).as_secs();
        answer.insert("x_refresh_token_hard_expires_in".to_owned(), Value::from(left));
    }
    Answer::json(200, answer)
}

/// `POST /v2/oauth2/tokens/revoke`: ends the login that a token belongs to. The body is JSON, or a form as RFC 7009 has
/// it: one client library sends that.
pub(in crate::quickbooks) fn revoke(oauth: &mut OAuth, headers: &HeaderMap, body: &[u8]) -> Answer {
    if basic(headers) != Some(format!("{}:{}", oauth.client_id, oauth.client_secret)) {
        return refused(401, "invalid_client");
    }
    let object: Value = serde_json::from_slice(body).unwrap_or_default();
    let told = object.get("token").or_else(|| object.get("refresh_token")).and_then(Value::as_str);
    let in_form = || url::form_urlencoded::parse(body).find(|(name, _)| name == "token");
    let token = told.map(str::to_owned).or_else(|| in_form().map(|(_, token)| token.into_owned()));
    let token = token.unwrap_or_default();
    let grant = oauth.signer.open_token('a', &token).or_else(|| oauth.signer.open_token('r', &token));
    match grant {
        Some(grant) => {
            oauth.logins.entry(grant.login).or_default().revoked = true;
            Answer::new(200, Body::Nothing)
        }
        None => refused(400, "invalid_request"),
    }
}

fn refused(status: u16, error: &str) -> Answer {
    Answer::json(status, json!({"error": error}))
}

fn basic(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()
}

impl OAuth {
    /// The tokens of a login that begins now, without a page or a code. Asked twice at one moment, it is one login.
    pub(in crate::quickbooks) fn grant(&self, realm: &str, now: Timestamp) -> Tokens {
        let login = fingerprint(&hash(&[b"granted", realm.as_bytes(), &now.as_microsecond().to_be_bytes()]));
        self.tokens(&begun(login, realm, Scopes::default(), now), Login::default())
    }

    /// The tokens of a login as it stands; `grant` says what they stand for.
    fn tokens(&self, grant: &Grant, state: Login) -> Tokens {
        let numbered = |serial| Grant { serial, ..grant.clone() };
        Tokens {
            access_token: self.signer.seal_token('a', &numbered(state.refreshes)),
            refresh_token: self.signer.seal_token('r', &numbered(state.generation)),
            realm: grant.realm.clone(),
            expires_at: grant.issued + self.lifetimes.access,
        }
    }

    fn redeem(
        &mut self,
        code: &str,
        redirect: &str,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Option<(Tokens, Timestamp)> {
        let payload = self.signer.open(code)?;
        let mut parts = payload.split('|');
        if parts.next() != Some("c") {
            return None;
        }
        let realm = parts.next()?;
        let issued = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
        let given_for = parts.next()?;
        let (method, challenge) = (parts.next()?, parts.next()?);
        let scopes = parts.nth(1).map_or_else(Scopes::default, Scopes::of_letters);
        let is_late = now >= issued + self.lifetimes.code;
        if is_late
            || given_for != fingerprint(&hash(&[redirect.as_bytes()]))
            || !proves(verifier, method, challenge)
        {
            return None;
        }
        if !self.used_codes.insert(code.to_owned()) {
            return None;
        }
        let login = fingerprint(&hash(&[b"code", code.as_bytes()]));
        let tokens = self.tokens(&begun(login, realm, scopes, now), Login::default());
        Some((tokens, now))
    }

    /// A refresh token is refused when it was replaced, revoked, too old, or when the login is. A token that was
    /// issued long enough ago is replaced by another.
    fn refresh(&mut self, token: &str, now: Timestamp) -> Option<(Tokens, Timestamp)> {
        let grant = self.signer.open_token('r', token)?;
        let mut login = self.logins.get(&grant.login).copied().unwrap_or_default();
        let last = login.refreshed_at.unwrap_or(grant.issued);
        let is_over =
            now >= last + self.lifetimes.refresh || now >= grant.since + self.lifetimes.refresh_at_most;
        if login.revoked || is_over || grant.serial != login.generation {
            return None;
        }
        login.refreshes += 1;
        login.refreshed_at = Some(now);
        let is_old = now.duration_since(grant.issued) >= self.lifetimes.rotate_after;
        if is_old {
            login.generation += 1;
        }
        self.logins.insert(grant.login.clone(), login);
        let since = grant.since;
        let mut tokens = self.tokens(&Grant { issued: now, ..grant }, login);
        if !is_old {
            token.clone_into(&mut tokens.refresh_token);
        }
        Some((tokens, since))
    }
}

/// What a login stands for that begins now.
fn begun(login: String, realm: &str, scopes: Scopes, now: Timestamp) -> Grant {
    Grant { login, realm: realm.to_owned(), issued: now, since: now, serial: 0, scopes }
}

/// PKCE: whoever brings the code must know what its challenge was made of. A code without a challenge needs none.
fn proves(verifier: Option<&str>, method: &str, challenge: &str) -> bool {
    if challenge.is_empty() {
        return true;
    }
    let Some(verifier) = verifier else { return false };
    match method {
        "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge,
        _ => verifier == challenge,
    }
}
