//! The way of writes to the network: the lease is looked at once more when a request leaves.
//!
//! Between the stage's own look and the request itself lie the waits of the connector: for the account's turn, for
//! the end of a pause that the service asked for, for new tokens. They may last longer than the lease, and then
//! another engine has taken over, has found that nothing was made, and has made it. What was waiting must not be
//! sent after that.

use crate::{lease::Guard, options::Mechanism};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind, HttpTransport, Result, Retry, async_trait};
use std::sync::Arc;

/// Sends requests as long as the lease is ours.
pub(crate) struct FencedTransport {
    guard: Guard,
    network: Arc<dyn HttpTransport>,
}

impl FencedTransport {
    pub(crate) fn new(guard: &Guard, context: &Context) -> Self {
        Self { guard: guard.clone(), network: Arc::clone(&context.http) }
    }

    /// Prolongs the lease where it is ours still.
    async fn check(&self) -> Result<()> {
        if !self.guard.keeps(Mechanism::WireCheck) {
            return Ok(());
        }
        let refused = |message| ConnectorError::new(ErrorKind::Unavailable, message).with_retry(Retry::Soon);
        match self.guard.may_send().await {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err(refused("another engine has taken over while the request waited: it was not sent"))
            }
            Err(error) => {
                let message = "the lease could not be looked at before the request: it was not sent";
                Err(refused(message).with_source(error))
            }
        }
    }
}

#[async_trait]
impl HttpTransport for FencedTransport {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
        self.check().await?;
        self.network.send(request).await
    }
}
