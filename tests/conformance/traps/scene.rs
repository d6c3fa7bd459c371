//! A connector of the catalog, opened as a run opens it, and the emulated service that it talks to. A test can change
//! the service behind the connector's back, between any two requests.

use crate::world::{Dice, Known, Login};
use bytes::Bytes;
use connector_emulators::{Answer, Emulator, FaultPlan, Faulty, Way};
use engine_contract::{
    Access, Cancel, Clock, Connection, ConnectorError, Context, Cursor, Encode, ErrorKind, HttpTransport,
    Lookup, Map, Op, Outcome, ReadRequest, Result, Retry, Source, SourceRecord, Target, Tokens, Write,
    async_trait,
};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A clock that passes when somebody waits.
#[derive(Debug)]
struct Wall(Mutex<Timestamp>);

#[async_trait]
impl Clock for Wall {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += SignedDuration::try_from(duration).unwrap();
    }
}

/// What happens to the service before a request arrives.
type Happening<E> = Box<dyn FnOnce(&mut E, Timestamp) + Send>;

/// The way to the service.
struct Line<E> {
    service: Mutex<Faulty<E>>,
    clock: Arc<Wall>,
    asked: Mutex<Vec<String>>,
    /// What happens before the request after so many more.
    coming: Mutex<Vec<(usize, Happening<E>)>>,
    /// A parameter that the service does not hear.
    unheard: Mutex<Option<&'static str>>,
}

impl<E: Emulator> Line<E> {
    fn happen(&self) {
        let mut coming = self.coming.lock().unwrap();
        let (due, rest): (Vec<_>, Vec<_>) = coming.drain(..).partition(|(left, _)| *left == 0);
        *coming = rest.into_iter().map(|(left, happening)| (left - 1, happening)).collect();
        for (_, happening) in due {
            happening(self.service.lock().unwrap().inner_mut(), self.clock.now());
        }
    }

    fn heard(&self, request: Request<Bytes>) -> Request<Bytes> {
        let Some(unheard) = *self.unheard.lock().unwrap() else { return request };
        let (mut parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let kept = query.split('&').filter(|pair| !pair.starts_with(&format!("{unheard}=")));
        parts.uri = format!("{path}?{}", kept.collect::<Vec<_>>().join("&")).parse().unwrap();
        Request::from_parts(parts, body)
    }
}

#[async_trait]
impl<E: Emulator> HttpTransport for Line<E> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.happen();
        let asked = url_decoded(&format!("{} {}", request.method(), request.uri()));
        self.asked.lock().unwrap().push(asked);
        let request = self.heard(request);
        let Answer { response, way, .. } = self.service.lock().unwrap().handle(&request, self.clock.now());
        match way {
            Way::Whole => Ok(response),
            Way::Dropped => Err(ConnectorError::new(ErrorKind::Timeout, "no answer").with_retry(Retry::Soon)),
            Way::Truncated(bytes) => Ok(response.map(|body| body.slice(..bytes.min(body.len())))),
        }
    }
}

/// An address as it is meant.
fn url_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let pair = if byte == b'%' { rest.next().zip(rest.next()) } else { None };
        let digit = |digit: u8| char::from(digit).to_digit(16).unwrap();
        let plain = if byte == b'+' { b' ' } else { byte };
        bytes.push(pair.map_or(plain, |(one, two)| u8::try_from(digit(one) * 16 + digit(two)).unwrap()));
    }
    String::from_utf8(bytes).unwrap()
}

/// A service and a connection to it.
pub(super) struct Scene<E> {
    line: Arc<Line<E>>,
    pub(super) context: Context,
    connection: Connection,
}

impl<E: Emulator + 'static> Scene<E> {
    /// Opens a connection of a connector to a service.
    pub(super) async fn open(
        service: E,
        (connector, settings): (&str, &Value),
        tokens: Option<Tokens>,
        now: Timestamp,
    ) -> Self {
        let clock = Arc::new(Wall(Mutex::new(now)));
        let line = Arc::new(Line {
            service: Mutex::new(Faulty::new(service, FaultPlan::default())),
            clock: Arc::clone(&clock),
            asked: Mutex::default(),
            coming: Mutex::default(),
            unheard: Mutex::default(),
        });
        let nobody = Tokens {
            access: String::new(),
            access_until: Timestamp::MAX,
            refresh: String::new(),
            refresh_until: None,
        };
        let context = Context {
            clock,
            rng: Arc::new(Dice::default()),
            http: Arc::clone(&line) as Arc<dyn HttpTransport>,
            secrets: Arc::new(Known),
            vault: Arc::new(Login(tokens.unwrap_or(nobody))),
            cancel: Cancel::default(),
            project_dir: PathBuf::new(),
        };
        let registry = connectors::registry();
        let connector = registry.get(connector).unwrap();
        let connection = connector.open(&context, settings, Access::Write).await.unwrap();
        Self { line, context, connection }
    }

    pub(super) fn source(&self) -> &dyn Source {
        self.connection.source.as_deref().unwrap()
    }

    pub(super) fn target(&self) -> &dyn Target {
        self.connection.target.as_deref().unwrap()
    }

    /// What it is now, by the clock of everybody.
    pub(super) fn now(&self) -> Timestamp {
        self.line.clock.now()
    }

    /// Lets time pass.
    pub(super) fn pass(&self, seconds: i64) {
        *self.line.clock.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    /// Acts on the service, behind the connector's back.
    pub(super) fn behind<T>(&self, act: impl FnOnce(&mut E, Timestamp) -> T) -> T {
        act(self.line.service.lock().unwrap().inner_mut(), self.line.clock.now())
    }

    /// Acts on the service before the request after so many more: before the next one for 0.
    pub(super) fn before(&self, requests: usize, act: impl FnOnce(&mut E, Timestamp) + Send + 'static) {
        self.line.coming.lock().unwrap().push((requests, Box::new(act)));
    }

    /// Lets requests fail.
    pub(super) fn fails(&self, plan: FaultPlan) {
        self.line.service.lock().unwrap().set_plan(plan);
    }

    /// Lets the service overlook a parameter.
    pub(super) fn overlooks(&self, parameter: &'static str) {
        *self.line.unheard.lock().unwrap() = Some(parameter);
    }

    /// What was asked since the last time this was called: methods and decoded addresses.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.line.asked.lock().unwrap())
    }

    /// Reads a stream to its end.
    pub(super) async fn read(&self, mut request: ReadRequest) -> Result<Vec<SourceRecord>> {
        let mut all = Vec::new();
        for _ in 0..1000 {
            let batch = self.source().read(&self.context, &request).await?;
            assert!(batch.broken.is_empty(), "{:?}", batch.broken);
            let is_last = batch.is_last();
            request.resume = batch.checkpoint.resume;
            all.extend(batch.records);
            if is_last {
                return Ok(all);
            }
        }
        panic!("the read does not end");
    }

    /// Records by their keys.
    pub(super) async fn fetch(&self, stream: &str, keys: &[&str]) -> Vec<SourceRecord> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        self.source().fetch(&self.context, &read(stream, None, None), &keys).await.unwrap()
    }

    /// A write as the engine makes it: encoded, with a marker and a key of its own.
    pub(super) fn job(&self, op: Op, object: &str, fields: &Value, at: &At<'_>) -> Result<Write> {
        let marker = format!("mark{}", at.name);
        let map = engine_contract::Value::from(fields.clone()).as_map().cloned().unwrap_or_default();
        let encode = Encode { op, object, fields: &map, match_on: &[], marker: &marker, marker_field: None };
        let payload = if op.removes() { Bytes::new() } else { self.target().encode(&encode)? };
        Ok(Write {
            id: at.name.to_owned(),
            op,
            object: object.to_owned(),
            payload,
            match_on: Vec::new(),
            target_id: at.id.map(str::to_owned),
            token: at.token.map(str::to_owned),
            request_key: format!("{op}{}{object}{}", at.name, at.token.unwrap_or_default()),
            marker,
            revision: 1,
        })
    }

    /// Sends writes, and tells what became of each: `applied 81`, `refused Invalid`, `unknown Timeout`; `halts` where
    /// the connection itself is refused.
    pub(super) async fn send(&self, writes: &[Write]) -> Vec<String> {
        let told = |outcome: Outcome| match outcome {
            Outcome::Applied(applied) => format!("applied {}", applied.target_id),
            Outcome::NotApplied(error) => format!("refused {:?}", error.kind()),
            Outcome::Unknown(error) => format!("unknown {:?}", error.kind()),
        };
        match self.target().write(&self.context, writes).await {
            Err(error) => vec![format!("halts {:?}", error.kind())],
            Ok(mut outcomes) => {
                outcomes.sort_by(|(one, _), (other, _)| one.cmp(other));
                outcomes.into_iter().map(|(_, outcome)| told(outcome)).collect()
            }
        }
    }

    /// Encodes and sends one write.
    pub(super) async fn write(&self, op: Op, object: &str, fields: &Value, at: &At<'_>) -> String {
        match self.job(op, object, fields, at) {
            Err(error) => format!("not encoded {:?}", error.kind()),
            Ok(write) => self.send(&[write]).await.remove(0),
        }
    }

    /// Why a write was refused, in words.
    pub(super) async fn refusal(&self, op: Op, object: &str, fields: &Value, at: &At<'_>) -> String {
        let write = match self.job(op, object, fields, at) {
            Err(error) => return error.to_string(),
            Ok(write) => write,
        };
        match self.target().write(&self.context, &[write]).await.map(|mut outcomes| outcomes.remove(0).1) {
            Ok(Outcome::NotApplied(error)) | Err(error) => error.to_string(),
            Ok(other) => panic!("{other:?}"),
        }
    }

    /// The ids of the objects that an earlier attempt made.
    pub(super) async fn lost(&self, write: &Write) -> Vec<String> {
        let lookup = Lookup {
            id: write.id.clone(),
            object: write.object.clone(),
            marker: write.marker.clone(),
            sent_after: Some(self.now() - SignedDuration::from_hours(72)),
            payload: write.payload.clone(),
        };
        let mut found = self.target().lookup(&self.context, &[lookup]).await.unwrap();
        found.remove(0).1.into_iter().map(|current| current.target_id).collect()
    }

    /// The ids of the objects whose field has a value.
    pub(super) async fn find(&self, object: &str, by: &str, values: &[&str]) -> Vec<Vec<String>> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let found = self.target().find(&self.context, object, by, &values).await.unwrap();
        found.into_iter().map(|(_, ids)| ids).collect()
    }
}

/// Which object a write is about.
#[derive(Default)]
pub(super) struct At<'a> {
    /// Names the write: its marker and its key are made of it.
    pub(super) name: &'a str,
    pub(super) id: Option<&'a str>,
    pub(super) token: Option<&'a str>,
}

/// A create under a name.
pub(super) fn new(name: &str) -> At<'_> {
    At { name, ..At::default() }
}

/// A write to an object that is there.
pub(super) fn at(id: &str) -> At<'_> {
    At { name: id, id: Some(id), token: None }
}

/// A write to a version of an object.
pub(super) fn version<'a>(id: &'a str, token: &'a str) -> At<'a> {
    At { name: id, id: Some(id), token: Some(token) }
}

/// A read of a stream.
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

/// The same read with a filter.
pub(super) fn filtered(request: ReadRequest, filter: Value) -> ReadRequest {
    let options = [("filter".to_owned(), engine_contract::Value::from(filter))].into_iter().collect();
    ReadRequest { options, ..request }
}

/// The keys of records, in their order.
pub(super) fn keys(records: &[SourceRecord]) -> Vec<&str> {
    records.iter().map(|record| record.key.as_str()).collect()
}

/// A record as JSON.
pub(super) fn json_of(record: &SourceRecord) -> Value {
    serde_json::from_slice(&record.record.as_bytes()).unwrap()
}

/// Runs a test to its end.
pub(super) fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test)
}
