//! The documents that say where to log in.

use serde_json::json;

use crate::quickbooks::answer::Answer;

/// The document; `base` is how the caller reaches the emulator, such as `http://127.0.0.1:8090`. Callers that came by
/// a name of the service are sent to its names, which differ for sandboxes in one place.
pub(in crate::quickbooks) fn discovery(base: Option<&str>, is_sandbox: bool) -> Answer {
    let accounts =
        if is_sandbox { "sandbox-accounts.platform.intuit.com" } else { "accounts.platform.intuit.com" };
    let place = |host: &str, path: &str| match base {
        Some(base) => format!("{base}{path}"),
        None => format!("https://{host}{path}"),
    };
    Answer::json(
        200,
        json!({
            "issuer": place("oauth.platform.intuit.com", "/op/v1"),
            "authorization_endpoint": place("appcenter.intuit.com", "/connect/oauth2"),
            "token_endpoint": place("oauth.platform.intuit.com", "/oauth2/v1/tokens/bearer"),
            "userinfo_endpoint": place(accounts, "/v1/openid_connect/userinfo"),
            "revocation_endpoint": place("developer.api.intuit.com", "/v2/oauth2/tokens/revoke"),
            "jwks_uri": place("oauth.platform.intuit.com", "/op/v1/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
        }),
    )
}
