//! `[webhooks]`: how the service tells of changes. What it tells is a hint: the record is read anew.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[webhooks]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Webhooks {
    /// What pipelines may name in their own `[webhooks] topics`.
    pub(crate) topics: Vec<String>,
    /// How a delivery proves who sent it.
    pub(crate) signature: Option<SignatureTable>,
    /// Where a delivery says what has changed.
    pub(crate) delivery: Option<DeliveryTable>,
}

/// `[webhooks.signature]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureTable {
    pub(crate) kind: SignatureKind,
    /// The header that holds it.
    pub(crate) header: String,
    /// The setting with the secret that it is made with.
    pub(crate) secret: String,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignatureKind {
    /// HMAC-SHA256 of the body's bytes as they came, in base64.
    HmacSha256Base64,
}

/// `[webhooks.delivery]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryTable {
    /// The body is a list of changes, not one.
    #[serde(default)]
    pub(crate) is_list: bool,
    /// The header that names the topic.
    pub(crate) topic_header: Option<String>,
    /// The member of a change that names the topic.
    pub(crate) topic_member: Option<String>,
    /// How a topic is written there: `qbo.{topic}.v1`; as pipelines write it when empty.
    pub(crate) topic_text: Option<String>,
    /// The member of a change that holds the record's id.
    pub(crate) id: String,
    /// The member of a change that names the account.
    pub(crate) account: Option<String>,
}
