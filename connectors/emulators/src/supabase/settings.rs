//! The settings of an emulated project.

use super::jwt;

/// How a project is reached, and what it shows.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The key for browsers, `sb_publishable_...`: the role `anon`.
    pub publishable_key: String,
    /// The key for servers, `sb_secret_...`: the role `service_role`.
    pub secret_key: String,
    /// What tokens and the older keys are signed with.
    pub jwt_secret: String,
    /// The schemas that the API shows; the first one is meant where a request names none.
    pub schemas: Vec<String>,
    /// The most rows of an answer. What is beyond is cut off without a word.
    pub max_rows: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            publishable_key: "sb_publishable_emulated".to_owned(),
            secret_key: "sb_secret_emulated".to_owned(),
            jwt_secret: "emulated-jwt-secret-with-at-least-32-characters".to_owned(),
            schemas: vec!["public".to_owned()],
            max_rows: 1000,
        }
    }
}

impl Settings {
    /// The older key for browsers: a token of the role `anon`.
    #[must_use]
    pub fn anon_key(&self) -> String {
        self.older_key("anon")
    }

    /// The older key for servers: a token of the role `service_role`.
    #[must_use]
    pub fn service_role_key(&self) -> String {
        self.older_key("service_role")
    }

    fn older_key(&self, role: &str) -> String {
        // Of 2024, and good for ten years.
        let claims = serde_json::json!({
            "iss": "supabase", "ref": "emulated", "role": role, "iat": 1_704_067_200, "exp": 2_019_686_400,
        });
        self.token(&claims)
    }

    /// A token with claims, as a login gives it: `{"role": "authenticated", "exp": 1800000000}`.
    #[must_use]
    pub fn token(&self, claims: &serde_json::Value) -> String {
        jwt::sign(claims, &self.jwt_secret)
    }
}
