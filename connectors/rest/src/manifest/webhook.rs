//! `[webhooks]`: how the service tells of changes. What it tells is a hint: the record is read anew.

use super::Texts;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[webhooks]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Webhooks {
    /// What pipelines may name in their own `[webhooks] topics`: what changed and how, as in `order.updated`.
    pub(crate) topics: Vec<String>,
    /// How a delivery proves who sent it.
    pub(crate) signature: Option<SignatureTable>,
    /// Where a delivery says what has changed, by the forms that it may have: `[webhooks.delivery.events]`.
    pub(crate) delivery: BTreeMap<String, DeliveryTable>,
    /// What the service sends to see whether anybody listens.
    pub(crate) ping: Option<PingTable>,
    /// The streams that may hold what a topic is about: `order = ["orders"]`. Without it the stream of that name,
    /// whether in upper or lower case.
    pub(crate) streams: BTreeMap<String, Vec<String>>,
    /// What a topic ends with when a record is said to be gone.
    pub(crate) gone: Vec<String>,
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
    /// The service takes `&amp;` and its like in a secret for the character that it stands for in HTML.
    #[serde(default)]
    pub(crate) is_html: bool,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignatureKind {
    /// HMAC-SHA256 of the body's bytes as they came, in base64.
    HmacSha256Base64,
}

/// `[webhooks.delivery.FORM]`. A body is one change, a list of them, or holds groups of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryTable {
    /// The body is a list of changes, not one.
    #[serde(default)]
    pub(crate) is_list: bool,
    /// The member of the body that lists groups of changes.
    pub(crate) groups: Option<String>,
    /// The member of a group that lists its changes.
    pub(crate) changes: Option<String>,
    /// The header that names the topic.
    pub(crate) topic_header: Option<String>,
    /// The member of a change that names the topic, or what changed.
    pub(crate) topic_member: Option<String>,
    /// The member of a change that says how it changed, where the topic does not.
    pub(crate) event_member: Option<String>,
    /// The words of that member, and what topics say for them: `Create = "created"`.
    #[serde(default)]
    pub(crate) events: Texts,
    /// How a topic is written there: `qbo.{topic}.v1`; as pipelines write it when empty.
    pub(crate) topic_text: Option<String>,
    /// The member of a change that holds the record's id.
    pub(crate) id: String,
    /// The member of a change, or of its group, that names the account.
    pub(crate) account: Option<String>,
    /// The member of a change that is the same when the change is told again.
    pub(crate) repeat: Option<String>,
    /// The member of a change that holds the id of the record that went into another one.
    pub(crate) merged: Option<String>,
}

/// `[webhooks.ping]`: a request that is not signed and changes nothing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PingTable {
    /// Its content type.
    pub(crate) content_type: String,
    /// The one field of its form.
    pub(crate) member: String,
}
