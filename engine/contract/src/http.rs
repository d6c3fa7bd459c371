//! HTTP as a capability: the only way out of a connector.

use crate::{ConnectorError, ErrorKind, Result};
use async_trait::async_trait;
use bytes::Bytes;

/// Sends requests. Limits, timeouts and redaction live behind it, per remote account, so that paging,
/// lookups and token refresh obey them too.
#[async_trait]
pub trait HttpTransport: Send + Sync {
    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// `Unavailable` when nothing was sent, `Timeout` when the request may have arrived.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>>;
}

/// Refuses every request: for work that must not reach the network.
#[derive(Clone, Copy, Debug)]
pub struct NoNetwork;

#[async_trait]
impl HttpTransport for NoNetwork {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        Err(ConnectorError::new(ErrorKind::Unsupported, "the network is off for this command")
            .with_context("host", host))
    }
}
