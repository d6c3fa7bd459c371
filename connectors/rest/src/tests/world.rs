//! A world for connections: a clock that moves when somebody waits, secrets, a login, and a service that follows
//! a script.

use crate::{Described, bundle};
use bytes::Bytes;
use engine_contract::{
    Access, Cancel, Clock, Connection, ConnectorError, Context, Cursor, DynConnector, Held, HttpTransport,
    Map, ReadRequest, Result, Rng, SecretValue, Secrets, Source, Target, Tokens, Value, Vault, async_trait,
};
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::json;
use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

struct World(AtomicI64);

#[async_trait]
impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap().max(1);
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

impl Secrets for World {
    fn get(&self, name: &str) -> Option<SecretValue> {
        Some(SecretValue::unbound(format!("secret-{name}")))
    }
}

#[async_trait]
impl Vault for World {
    async fn load(&self, _: &str) -> Result<Option<Held>> {
        let tokens = Tokens {
            access: "secret-access".into(),
            access_until: "2100-01-01T00:00:00Z".parse().unwrap(),
            refresh: "secret-refresh".into(),
            refresh_until: None,
        };
        Ok(Some(Held { tokens, version: 1 }))
    }

    async fn store(&self, _: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        Ok(Held { tokens: tokens.clone(), version: version + 1 })
    }
}

/// A context whose requests go to `http`.
pub(super) fn context(http: Arc<dyn HttpTransport>) -> Context {
    let start: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let world = Arc::new(World(AtomicI64::new(start.as_millisecond())));
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

/// An answer of the script.
pub(super) enum Says {
    /// Status, headers and body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// No answer.
    Error(ConnectorError),
}

/// Expects requests in their order. What is asked is written as `GET orders?page=1`: the path below the
/// service's address, and the decoded parameters in the order of their names; a body comes behind a blank.
#[derive(Default)]
pub(super) struct Script {
    steps: Mutex<VecDeque<(String, Says)>>,
}

pub(super) fn ok(body: impl Into<String>) -> Says {
    answer(200, body)
}

pub(super) fn answer(status: u16, body: impl Into<String>) -> Says {
    let headers = vec![
        ("date", "Mon, 23 Nov 2026 11:59:58 GMT".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("intuit_tid", "1-69231c5e".to_owned()),
    ];
    Says::Answer(status, headers, body.into())
}

pub(super) fn page(status: u16) -> Says {
    let headers = vec![("content-type", "text/html; charset=utf-8".to_owned())];
    Says::Answer(status, headers, "<html><h1>Hello</h1></html>".into())
}

impl Script {
    pub(super) fn new(steps: Vec<(&str, Says)>) -> Arc<Self> {
        let steps = steps.into_iter().map(|(asked, says)| (asked.to_owned(), says)).collect();
        Arc::new(Self { steps: Mutex::new(steps) })
    }

    /// That everything was asked.
    pub(super) fn done(&self) {
        let left: Vec<_> = self.lock().iter().map(|(asked, _)| asked.clone()).collect();
        assert!(left.is_empty(), "never asked: {left:#?}");
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(String, Says)>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request as scripts write it.
pub(super) fn shown(request: &Request<Bytes>) -> String {
    let path = request.uri().path();
    let path = ["/wp-json/wc/v3/", "/v3/company/77/", "/rest/v1/"]
        .iter()
        .find_map(|base| path.strip_prefix(base))
        .unwrap_or(path);
    let mut pairs: Vec<String> = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("minorversion="))
        .map(|pair| percent_encoding::percent_decode_str(pair).decode_utf8().unwrap().into_owned())
        .collect();
    pairs.sort();
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    let body = String::from_utf8_lossy(request.body());
    format!("{} {path}{query} {body}", request.method()).trim_end().to_owned()
}

#[async_trait]
impl HttpTransport for Script {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let asked = shown(&request);
        let (expected, says) = self.lock().pop_front().unwrap_or_else(|| panic!("not expected: {asked}"));
        assert_eq!(asked, expected);
        match says {
            Says::Error(error) => Err(error),
            Says::Answer(status, headers, body) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(response.body(Bytes::from(body)).unwrap())
            }
        }
    }
}

/// A connector with accounts of its own: limits of one test are none of another.
pub(super) fn fresh(name: &str) -> Described {
    bundle::bundled().find(|described| DynConnector::name(described) == name).unwrap()
}

pub(super) fn settings(name: &str) -> serde_json::Value {
    match name {
        "woocommerce" => json!({
            "url": "https://shop.example.com/",
            "consumer_key": { "secret": "key" },
            "consumer_secret": { "secret": "secret" },
        }),
        "supabase" => json!({
            "url": "https://abcdefgh.supabase.co",
            "key": { "secret": "key" },
            "schema": "store",
        }),
        _ => {
            json!({ "realm": "77", "client_id": { "secret": "id" }, "client_secret": { "secret": "secret" } })
        }
    }
}

/// An open connection and its context.
pub(super) struct Open {
    pub(super) context: Context,
    connection: Connection,
}

impl Open {
    pub(super) async fn new(name: &str, http: Arc<dyn HttpTransport>) -> Self {
        let context = context(http);
        let connection = fresh(name).open(&context, &settings(name), Access::Write).await.unwrap();
        Self { context, connection }
    }

    pub(super) fn source(&self) -> &dyn Source {
        self.connection.source.as_deref().unwrap()
    }

    pub(super) fn target(&self) -> &dyn Target {
        self.connection.target.as_deref().unwrap()
    }
}

/// A read of a stream along a cursor.
pub(super) fn read(stream: &str, cursor: Option<&str>, since: Option<&str>) -> ReadRequest {
    ReadRequest {
        stream: stream.to_owned(),
        options: Map::new(),
        cursor: cursor.map(str::to_owned),
        since: since.map(|since| Cursor::parse(since).unwrap()),
        resume: None,
        max_records: 500,
        max_bytes: 4 << 20,
    }
}

/// Options with a filter.
pub(super) fn filtered(filter: serde_json::Value) -> Map {
    [("filter".to_owned(), Value::from(filter))].into_iter().collect()
}

/// An object of fields.
pub(super) fn fields(json: serde_json::Value) -> Map {
    Value::from(json).as_map().unwrap().clone()
}
