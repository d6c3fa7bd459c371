//! The real way to the network: [`HttpTransport`] over reqwest and rustls.
//!
//! What it promises beyond sending:
//!
//! - It goes nowhere but to public addresses ([`address`]), unless the operator allows private networks; names
//!   are resolved once, checked, and the checked address is the one that is used. Plain http only to allowed
//!   private addresses.
//! - It follows no redirect: the answer is given back.
//! - It ends: times for connecting, for the head of the answer, for each part of the body, and for all of it.
//! - It is small: bodies are cut off at a size, packed or not.
//! - It tells nothing: errors and log lines have method, host, path and status.

mod address;
mod body;
mod failure;
mod resolve;
#[cfg(test)]
mod tests;
mod tls;

use crate::client::origin;
use async_trait::async_trait;
use bytes::Bytes;
use engine_contract::{ConnectorError, ErrorKind, HttpTransport, Result};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use ipnet::IpNet;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

const USER_AGENT: &str = concat!("universal-data-sync/", env!("CARGO_PKG_VERSION"));

/// Connections that nobody uses are closed before hosts close them: a request that meets a closing connection may
/// or may not have arrived.
const IDLE_CONNECTION: Duration = Duration::from_secs(15);

/// What the operator decides about the network. Never the author of a pipeline: `allow_private` opens the
/// inner network.
#[derive(Clone, Debug)]
pub struct NetworkOptions {
    /// Private networks that may be reached, also over plain http: `127.0.0.0/8`, `10.0.0.0/8`.
    pub allow_private: Vec<IpNet>,
    /// The largest body of an answer, in bytes, packed and unpacked.
    pub max_body: usize,
    /// A file with certificates (PEM) that are trusted beside those of Mozilla's list.
    pub extra_ca: Option<PathBuf>,
    /// How long finding and reaching the host may take, with the TLS handshake.
    pub connect: Duration,
    /// How long the head of the answer may take.
    pub head: Duration,
    /// How long each part of the body may take.
    pub idle: Duration,
    /// How long all of it may take.
    pub total: Duration,
}

impl Default for NetworkOptions {
    /// Public addresses only, 16 MiB, 5 s to connect, 30 s for the head and each part, 120 s in all.
    fn default() -> Self {
        Self {
            allow_private: Vec::new(),
            max_body: 16 * 1024 * 1024,
            extra_ca: None,
            connect: Duration::from_secs(5),
            head: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(120),
        }
    }
}

/// Sends requests over the network. Clones share connections.
#[derive(Clone)]
pub struct Network {
    /// For https, to public and allowed addresses.
    safe: reqwest::Client,
    /// For http, to allowed addresses.
    plain: reqwest::Client,
    options: Arc<NetworkOptions>,
}

impl Network {
    /// Opens the way. Nothing is sent.
    ///
    /// # Errors
    /// `Config` when the file of certificates cannot be used.
    pub fn new(options: NetworkOptions) -> Result<Self> {
        let options = Arc::new(options);
        let tls = tls::config(options.extra_ca.as_deref())?;
        let build = |plain: bool| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(Arc::new(resolve::Resolver::new(&options.allow_private, plain)))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .https_only(!plain)
                .connect_timeout(options.connect)
                .pool_idle_timeout(IDLE_CONNECTION)
                .user_agent(USER_AGENT)
                .build()
                .map_err(|error| {
                    ConnectorError::new(ErrorKind::Config, "the way to the network cannot be opened")
                        .with_source(error.without_url())
                })
        };
        Ok(Self { safe: build(false)?, plain: build(true)?, options })
    }

    /// The client that may send to this address.
    fn client(&self, url: &Url) -> Result<&reqwest::Client> {
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(ConnectorError::new(ErrorKind::Config, "an address starts with https://")),
        };
        // Host names are judged by what they resolve to.
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(ip.into()),
            Some(Host::Ipv6(ip)) => Some(ip.into()),
            Some(Host::Domain(_)) | None => None,
        };
        if let Some(ip) = literal {
            address::check(ip, &self.options.allow_private, plain).map_err(|refused| {
                failure::refused(&refused).with_context("host", url.host_str().unwrap_or_default())
            })?;
        }
        Ok(if plain { &self.plain } else { &self.safe })
    }

    async fn exchange(&self, request: Request<Bytes>, place: &failure::Place) -> Result<Response<Bytes>> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|_invalid| ConnectorError::new(ErrorKind::Config, "the address is not valid"))?;
        let client = self.client(&url)?;
        let (parts, body) = request.into_parts();
        let mut sent = reqwest::Request::new(parts.method, url);
        *sent.headers_mut() = parts.headers;
        if !sent.headers().contains_key(header::ACCEPT_ENCODING) {
            sent.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        *sent.body_mut() = Some(body.into());
        let deadline = Instant::now() + self.options.total;
        let answer = match timeout(self.options.head.min(self.options.total), client.execute(sent)).await {
            Ok(answer) => answer.map_err(|error| failure::of_request(error, place))?,
            Err(_elapsed) => return Err(failure::timeout("the service does not answer", place)),
        };
        let status = answer.status();
        let version = answer.version();
        let mut headers = answer.headers().clone();
        let body = match timeout_at(deadline, body::read(answer, &self.options, place)).await {
            Ok(body) => body?,
            Err(_elapsed) => return Err(failure::timeout("the answer takes too long", place)),
        };
        let body = body::unpack(body, &mut headers, self.options.max_body, place)?;
        Ok(response(status, version, headers, body))
    }
}

fn response(
    status: http::StatusCode,
    version: http::Version,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.version_mut() = version;
    *response.headers_mut() = headers;
    response
}

#[async_trait]
impl HttpTransport for Network {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let place = failure::Place {
            method: request.method().clone(),
            url: format!("{}{}", origin(request.uri()), request.uri().path()),
        };
        let start = Instant::now();
        let outcome = self.exchange(request, &place).await;
        let ms = start.elapsed().as_millis();
        match &outcome {
            Ok(answer) => {
                let (status, bytes) = (answer.status().as_u16(), answer.body().len());
                tracing::debug!(method = %place.method, url = %place.url, status, bytes, %ms, "request");
            }
            Err(error) => {
                tracing::debug!(method = %place.method, url = %place.url, kind = error.kind().as_str(), %ms, "request failed");
            }
        }
        outcome
    }
}
