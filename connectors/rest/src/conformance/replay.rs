//! A service that answers what it answered when it was recorded; and a world without network, secrets and time.

use super::fixture::{Answered, Asked, Body, Exchange, Recording};
use crate::{Described, manifest::AuthTable};
use bytes::Bytes;
use engine_contract::{
    Cancel, Clock, ConnectorError, Context, ErrorKind, Held, HttpTransport, Result, Rng, SecretValue,
    Secrets, Tokens, Vault, async_trait,
};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Names of parameters that carry credentials.
#[derive(Clone, Debug, Default)]
pub(super) struct Credentials(Vec<String>);

impl Credentials {
    pub(super) fn of(described: &Described) -> Self {
        let mut names = Vec::new();
        let mut table: Option<&AuthTable> = described.manifest().auth.as_ref();
        while let Some(auth) = table {
            names.extend(auth.pairs.keys().cloned());
            table = auth.over_http.as_deref();
        }
        Self(names)
    }

    fn has(&self, parameter: &str) -> bool {
        parameter.starts_with("oauth_") || self.0.iter().any(|name| name == parameter)
    }
}

/// What a request asks, without who asks.
pub(super) fn asked(request: &Request<Bytes>, credentials: &Credentials) -> Asked {
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = request.uri().query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let query: BTreeMap<String, String> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(&value.replace('+', " "))))
        .filter(|(name, _)| !credentials.has(name))
        .collect();
    Asked {
        method: request.method().as_str().to_owned(),
        path: decoded(request.uri().path()),
        query,
        body: Body::of(request.body()),
    }
}

/// Answers from recordings.
pub(super) struct Replay {
    exchanges: Vec<Exchange>,
    credentials: Credentials,
}

impl Replay {
    pub(super) fn new(recording: &Recording, credentials: Credentials) -> Self {
        Self { exchanges: recording.exchanges.clone(), credentials }
    }
}

#[async_trait]
impl HttpTransport for Replay {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let asked = asked(&request, &self.credentials);
        let found = self.exchanges.iter().find(|exchange| exchange.request == asked);
        let Some(Exchange { response, .. }) = found else { return Err(not_recorded(&asked)) };
        answer(response)
    }
}

fn not_recorded(asked: &Asked) -> ConnectorError {
    let query: Vec<String> = asked.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    ConnectorError::new(
        ErrorKind::Unsupported,
        format!("`{} {}{query}` was not recorded: record anew", asked.method, asked.path),
    )
}

/// A recorded answer as the transport gives it.
pub(super) fn answer(answered: &Answered) -> Result<Response<Bytes>> {
    let mut response = Response::builder().status(answered.status);
    for (name, value) in &answered.headers {
        response = response.header(name, value);
    }
    response.body(answered.body.to_bytes()).map_err(|error| {
        ConnectorError::new(ErrorKind::Protocol, "a recorded answer cannot be sent").with_source(error)
    })
}

/// A clock that moves when somebody waits.
struct World(Mutex<Timestamp>);

impl World {
    fn new() -> Self {
        Self(Mutex::new(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 56)))
    }
}

#[async_trait]
impl Clock for World {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = now.checked_add(duration.max(Duration::from_millis(1)));
        *now = moved.unwrap_or(Timestamp::MAX);
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

impl Secrets for World {
    fn get(&self, name: &str) -> Option<SecretValue> {
        Some(SecretValue::unbound(format!("recorded-{name}")))
    }
}

#[async_trait]
impl Vault for World {
    async fn load(&self, _: &str) -> Result<Option<Held>> {
        let tokens = Tokens {
            access: "recorded-access".to_owned(),
            access_until: Timestamp::MAX,
            refresh: "recorded-refresh".to_owned(),
            refresh_until: None,
        };
        Ok(Some(Held { tokens, version: 1 }))
    }

    async fn store(&self, _: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        Ok(Held { tokens: tokens.clone(), version: version + 1 })
    }
}

/// A context whose requests go to `http`, and nowhere else.
pub(super) fn context(http: Arc<dyn HttpTransport>) -> Context {
    let world = Arc::new(World::new());
    Context {
        clock: world.clone(),
        rng: world.clone(),
        http,
        secrets: world.clone(),
        vault: world,
        cancel: Cancel::default(),
        project_dir: PathBuf::new(),
    }
}
