//! Gives requests to the emulators of their hosts, and all others to the network.

use super::Service;
use bytes::Bytes;
use connector_emulators::Way;
use engine_contract::{Clock, ConnectorError, ErrorKind, HttpTransport, Result, async_trait};
use std::sync::Arc;

/// The way to emulated and real services.
pub(super) struct Transport {
    services: Vec<Arc<Service>>,
    network: Arc<dyn HttpTransport>,
    clock: Arc<dyn Clock>,
}

impl Transport {
    pub(super) fn new(
        services: Vec<Arc<Service>>,
        network: Arc<dyn HttpTransport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { services, network, clock }
    }
}

#[async_trait]
impl HttpTransport for Transport {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
        let Some(service) = self.services.iter().find(|service| service.serves(request.uri())) else {
            return self.network.send(request).await;
        };
        let lost = |kind, message| {
            ConnectorError::new(kind, message)
                .with_context("emulator", service.connection.clone())
                .with_retry(engine_contract::Retry::Soon)
        };
        let answer = service.answer(&request, self.clock.now()).map_err(|error| {
            lost(ErrorKind::Timeout, "it cannot keep what it was sent").with_source(error)
        })?;
        let (method, path) = (request.method(), request.uri().path());
        let status = answer.response.status().as_u16();
        tracing::debug!(%method, emulator = %service.connection, path, status, "request");
        if !answer.delay.is_zero() {
            self.clock.sleep(answer.delay).await;
        }
        match answer.way {
            Way::Whole => Ok(answer.response),
            Way::Dropped => Err(lost(ErrorKind::Timeout, "the connection was closed without an answer")),
            Way::Truncated(_) => {
                Err(lost(ErrorKind::Protocol, "the connection was closed within the answer"))
            }
        }
    }
}
