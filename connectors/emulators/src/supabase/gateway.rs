//! The gateway before the API: which key, and in which role the request acts.
//!
//! A new key (`sb_...`) is no token. It stands in `apikey`; the official clients send it in `Authorization` as well,
//! which the gateway takes as if it were absent. A token in `Authorization` decides the role, whatever the key is.

use super::{error::Refusal, jwt, settings::Settings, tables::table::Role};
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) role: Role,
    /// The claims of the token, which policies and functions of a database read.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "policies in memory know roles only"))]
    pub(crate) claims: Map<String, Value>,
}

/// Lets a request through that has a key, with the role that it acts in.
pub(super) fn caller(
    settings: &Settings,
    headers: &HeaderMap,
    key_of_query: Option<&str>,
    now: Timestamp,
) -> Result<Caller, Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let Some(key) = text("apikey").or(key_of_query).filter(|key| !key.is_empty()) else {
        let hint = "No `apikey` request header or url param was found.";
        return Err(Refusal::gateway("No API key found in request", hint));
    };
    let own = if key == settings.secret_key {
        if text("user-agent").is_some_and(|agent| agent.starts_with("Mozilla/")) {
            let hint = "Secret API keys can only be used in a protected environment and should never be used \
                        in a browser.";
            return Err(Refusal::gateway("Forbidden use of secret API key in browser", hint));
        }
        Some(Role::Service)
    } else if key == settings.publishable_key {
        Some(Role::Anon)
    } else if key == settings.anon_key() || key == settings.service_role_key() {
        None
    } else {
        let hint = "Double check your Supabase `anon` or `service_role` API key.";
        return Err(Refusal::gateway("Invalid API key", hint));
    };
    let bearer = text("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    match (bearer.filter(|token| *token != key), own) {
        (Some(token), _) => of_token(settings, token, now),
        (None, Some(role)) => Ok(Caller::of(role)),
        (None, None) => of_token(settings, key, now),
    }
}

fn of_token(settings: &Settings, token: &str, now: Timestamp) -> Result<Caller, Refusal> {
    let claims = jwt::claims(token, &settings.jwt_secret, now)?;
    let name = claims.get("role").map_or("anon", |role| role.as_str().unwrap_or_default());
    let role = Role::named(name).ok_or_else(|| {
        Refusal::new(401, "22023", format!("role \"{name}\" does not exist")).challenge("Bearer")
    })?;
    Ok(Caller { role, claims })
}

impl Caller {
    fn of(role: Role) -> Self {
        let claims = json!({"role": role.name()});
        Self { role, claims: claims.as_object().cloned().unwrap_or_default() }
    }

    pub(crate) fn is_anonymous(&self) -> bool {
        self.role == Role::Anon
    }
}
