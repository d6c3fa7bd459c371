//! What goes in and what comes out.

use http::HeaderMap;

/// A request that claims to come from a service.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The bytes of its body as they came: the signature is over these, and not over what JSON makes of them.
    pub body: &'a [u8],
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The service looks whether anybody listens. Anybody may send such a request, and nothing changed.
    Ping,
    /// Something changed.
    Changes(Vec<Hint>),
}

/// Something that may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The remote account, where the delivery names one: it may hold changes of several.
    pub account: Option<String>,
    /// What happened, as pipelines name it in `[webhooks] topics`: `order.updated`.
    pub topic: String,
    /// The streams whose record it may be about; none where the connector reads nothing of the kind.
    pub streams: Vec<String>,
    /// The key of the record. Without it nobody knows which record changed: the streams are read along their cursors.
    pub key: Option<String>,
    /// The record is said to be gone. It is, if the service does not give it any more.
    pub is_gone: bool,
    /// Equal when the same change is told again.
    pub repeat: String,
}

/// Why a delivery is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// connector.toml says nothing of signatures.
    #[error("the connector does not describe how deliveries are signed")]
    NotDescribed,
    /// The connection has no secret.
    #[error("`{0}` is not set, so that nobody can tell who sent a delivery")]
    NoSecret(String),
    /// The header of the signature is missing.
    #[error("the delivery has no `{0}`")]
    Unsigned(String),
    /// The signature is another one.
    #[error("the signature is not that of the body: it was made with another secret, or not by the service")]
    Forged,
    /// It is signed, and none of the forms fits.
    #[error("the body has none of the forms that the connector describes")]
    Unreadable,
}
