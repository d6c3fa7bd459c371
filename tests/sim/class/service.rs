//! The connector of the simulation: the engine's own traits over the world.

use super::world::{Answer, DECLARED_LAG, Fate, Request, Row, SETTLE, Shared, TIMEOUT, lock};
use bytes::Bytes;
use engine_contract::{
    Access, Applied, Batch, Capabilities, Change, Checkpoint, Connection, Connector, ConnectorError, Context,
    Current, Cursor, Discovery, EffectClass, Encode, EntitySchema, ErrorKind, Lookup, Map, Marked,
    MarkedPage, Outcome, ReadRequest, Record, Result, Retry, Source, SourceRecord, StreamInfo, Target, Value,
    Write, async_trait,
};
use rand::RngExt;
use std::{collections::BTreeMap, sync::PoisonError, time::Duration};

/// Records in a page.
const PAGE: usize = 5;

pub(super) struct Service(pub(super) Shared);

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {}

fn streams() -> Vec<StreamInfo> {
    let stream = |name: &str| StreamInfo {
        name: name.to_owned(),
        cursors: vec!["modified".to_owned()],
        visibility_lag: DECLARED_LAG,
        ..StreamInfo::default()
    };
    vec![stream("customers"), stream("orders")]
}

#[async_trait]
impl Connector for Service {
    type Config = Settings;

    fn name(&self) -> &'static str {
        "sim"
    }

    async fn open(&self, _context: &Context, _config: Settings, _access: Access) -> Result<Connection> {
        let (class, guards) = {
            let world = lock(&self.0);
            (world.class, world.habits.guards)
        };
        let (batch, concurrency) = match class {
            EffectClass::NaturalKey => (5, 1),
            EffectClass::IdempotencyKey => (2, 3),
            EffectClass::Marker | EffectClass::None => (1, 4),
        };
        let capabilities = Capabilities {
            can_read: true,
            can_fetch: true,
            can_write: true,
            can_delete: true,
            effect_class: class,
            can_guard: guards,
            write_batch_max: batch,
            write_concurrency_max: concurrency,
            settle: SETTLE,
            ..Capabilities::default()
        };
        let (source, target) = (Service(self.0.clone()), Service(self.0.clone()));
        Ok(Connection { capabilities, source: Some(Box::new(source)), target: Some(Box::new(target)) })
    }

    async fn discover(&self, _context: &Context, _config: Settings) -> Result<Discovery> {
        Ok(Discovery { streams: streams(), ..Discovery::default() })
    }
}

impl Service {
    async fn travel(&self, context: &Context) {
        let wait = lock(&self.0).luck.rng.random_range(20..300);
        context.clock.sleep(Duration::from_millis(wait)).await;
    }

    /// Now and then a read fails.
    fn stumble(&self, percent: u32) -> Result<()> {
        let mut world = lock(&self.0);
        world.tick();
        if world.luck.troubled && world.luck.rng.random_range(0..100) < percent {
            return Err(ConnectorError::new(ErrorKind::Unavailable, "out of order").with_retry(Retry::Soon));
        }
        Ok(())
    }

    /// What connectors must not do: the rows of a list that shifts, counted from its beginning.
    fn page_by_offset(&self, request: &ReadRequest, (since, most): (i64, usize)) -> Batch {
        let skip = request.resume.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0usize);
        let page = lock(&self.0).page(&request.stream, since, &[], usize::MAX);
        let page: Vec<Row> = page.into_iter().skip(skip).take(most).collect();
        let Some(last) = page.last().map(|row| row.modified) else { return Batch::default() };
        let resume = (page.len() == most).then(|| (skip + page.len()).to_string());
        let checkpoint = Checkpoint { resume, cursor: Some(cursor(last)) };
        Batch { records: page.iter().map(record).collect(), broken: Vec::new(), checkpoint }
    }

    /// Upserts that nothing guards go over HTTP, whose transport looks at the lease when a request leaves: a call of
    /// several may have been frozen between two of them.
    async fn leave(&self, context: &Context) -> Result<()> {
        let is_bare = {
            let world = lock(&self.0);
            world.class == EffectClass::NaturalKey && !world.habits.guards
        };
        if is_bare { context.http.send(http::Request::default()).await.map(drop) } else { Ok(()) }
    }

    /// Sends one write and waits for its answer, at most as long as anyone would.
    async fn send(&self, context: &Context, write: &Write) -> Outcome {
        if let Err(error) = self.leave(context).await {
            return Outcome::NotApplied(error);
        }
        let (fate, soon, slot) = {
            let mut world = lock(&self.0);
            world.tick();
            let (fate, soon) = (world.fate(), Duration::from_millis(world.luck.rng.random_range(20..300)));
            let slot = world.post(request(write), fate, soon);
            (fate, soon, slot)
        };
        match fate {
            Fate::Throttled => {
                context.clock.sleep(soon).await;
                let wait = Retry::After(Duration::from_secs(1));
                Outcome::NotApplied(
                    ConnectorError::new(ErrorKind::RateLimited, "too many requests").with_retry(wait),
                )
            }
            Fate::Lost { known } => {
                context.clock.sleep(soon).await;
                let error =
                    ConnectorError::new(ErrorKind::Unavailable, "connection refused").with_retry(Retry::Soon);
                if known { Outcome::NotApplied(error) } else { Outcome::Unknown(error) }
            }
            Fate::AnswerLost | Fate::Late => {
                context.clock.sleep(TIMEOUT).await;
                Outcome::Unknown(ConnectorError::new(ErrorKind::Timeout, "no answer").with_retry(Retry::Soon))
            }
            Fate::Answered => {
                context.clock.sleep(soon).await;
                lock(&self.0).catch_up();
                self.travel(context).await;
                let answer = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                answer.map_or_else(
                    || Outcome::Unknown(ConnectorError::new(ErrorKind::Timeout, "no answer")),
                    |answer| outcome(&answer),
                )
            }
        }
    }
}

fn request(write: &Write) -> Request {
    let fields: BTreeMap<String, Value> = serde_json::from_slice(&write.payload).unwrap_or_default();
    Request {
        kind: write.object.clone(),
        idempotency_key: write.request_key.clone(),
        marker: write.marker.clone(),
        target_id: write.target_id.clone(),
        token: write.token.clone(),
        revision: write.revision,
        fields,
        is_delete: write.op.removes(),
    }
}

fn outcome(answer: &Answer) -> Outcome {
    let applied = |id: &String, token: u64, change| {
        Outcome::Applied(Applied { target_id: id.clone(), token: Some(token.to_string()), change })
    };
    match answer {
        Answer::Done { id, token, created } => {
            applied(id, *token, if *created { Change::Created } else { Change::Updated })
        }
        Answer::Superseded { id } => applied(id, 0, Change::Superseded),
        Answer::Refused => {
            Outcome::NotApplied(ConnectorError::new(ErrorKind::Invalid, "this amount is not welcome"))
        }
        Answer::Stale => Outcome::NotApplied(ConnectorError::new(ErrorKind::Stale, "the object has changed")),
    }
}

fn record(row: &Row) -> SourceRecord {
    let parent = row.parent.and_then(|id| i64::try_from(id).ok()).map_or(Value::Null, Value::Int);
    let fields = Map::from_iter([
        ("id".to_owned(), Value::Int(i64::try_from(row.id).unwrap_or_default())),
        ("amount".to_owned(), Value::Int(row.amount)),
        ("customer_id".to_owned(), parent),
        ("lines".to_owned(), Value::List(row.lines.iter().map(line).collect())),
    ]);
    SourceRecord {
        key: row.id.to_string(),
        modified: Some(cursor(row.modified)),
        record: Record::from_value(&Value::Map(fields)),
        origin: String::new(),
        is_admitted: true,
    }
}

fn line((id, amount): &(u64, i64)) -> Value {
    let id = Value::Int(i64::try_from(*id).unwrap_or_default());
    Value::Map(Map::from_iter([("id".to_owned(), id), ("amount".to_owned(), Value::Int(*amount))]))
}

fn cursor(second: i64) -> Cursor {
    Cursor::Instant(jiff::Timestamp::from_second(second).unwrap_or_default())
}

fn second(cursor: Cursor) -> i64 {
    match cursor {
        Cursor::Instant(instant) => instant.as_second(),
        Cursor::Number(number) => number,
    }
}

#[async_trait]
impl Source for Service {
    fn streams(&self) -> Vec<StreamInfo> {
        streams()
    }

    async fn clock(&self, context: &Context, _stream: &str, _cursor: Option<&str>) -> Result<Option<Cursor>> {
        let now = lock(&self.0).now();
        self.travel(context).await;
        Ok(Some(cursor(now)))
    }

    async fn read(&self, context: &Context, request: &ReadRequest) -> Result<Batch> {
        self.travel(context).await;
        self.stumble(6)?;
        // Keyset paging: from the second of the last row on, without the rows of that second already seen.
        let resume: Option<(i64, Vec<u64>)> =
            request.resume.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let strict = i64::from(lock(&self.0).habits.asks_for_later);
        let start = request.since.map_or(i64::MIN, |since| second(since) + strict);
        let (since, mut seen) = resume.unwrap_or((start, Vec::new()));
        let most = PAGE.min(request.max_records);
        if lock(&self.0).habits.pages_by_offset {
            return Ok(self.page_by_offset(request, (start, most)));
        }
        let page = lock(&self.0).page(&request.stream, since, &seen, most);
        self.travel(context).await;
        let Some(last) = page.last().map(|row| row.modified) else { return Ok(Batch::default()) };
        if last > since {
            seen.clear();
        }
        seen.extend(page.iter().filter(|row| row.modified == last).map(|row| row.id));
        let place = if strict == 0 { (last, seen) } else { (last + 1, Vec::new()) };
        let resume = (page.len() == most).then(|| serde_json::json!(place).to_string());
        let checkpoint = Checkpoint { resume, cursor: Some(cursor(last)) };
        Ok(Batch { records: page.iter().map(record).collect(), broken: Vec::new(), checkpoint })
    }

    async fn fetch(
        &self,
        context: &Context,
        request: &ReadRequest,
        keys: &[String],
    ) -> Result<Vec<SourceRecord>> {
        self.travel(context).await;
        self.stumble(5)?;
        let found = {
            let world = lock(&self.0);
            let rows = world.rows.get(request.stream.as_str());
            let row = |key: &String| rows?.get(&key.parse().ok()?).map(record);
            keys.iter().filter_map(row).collect()
        };
        self.travel(context).await;
        Ok(found)
    }
}

#[async_trait]
impl Target for Service {
    async fn schema(&self, _context: &Context, object: &str) -> Result<EntitySchema> {
        Ok(EntitySchema { name: object.to_owned(), ..EntitySchema::default() })
    }

    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        Ok(Bytes::from(Value::Map(encode.fields.clone()).to_json()))
    }

    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        let natural = lock(&self.0).class == EffectClass::NaturalKey;
        encode.fields.get("source_id").filter(|_| natural)?.scalar_text()
    }

    async fn write(&self, context: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>> {
        lock(&self.0).sent += writes.len() as u64;
        if lock(&self.0).luck.troubled && lock(&self.0).luck.rng.random_bool(0.02) {
            return Err(
                ConnectorError::new(ErrorKind::Unavailable, "connection refused").with_retry(Retry::Soon)
            );
        }
        let mut answers = Vec::new();
        for write in writes {
            let outcome = self.send(context, write).await;
            // A batch's answer may leave an item out.
            if !(writes.len() > 1 && lock(&self.0).luck.troubled && lock(&self.0).luck.rng.random_bool(0.03))
            {
                answers.push((write.id.clone(), outcome));
            }
        }
        Ok(answers)
    }

    async fn lookup(&self, context: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        self.travel(context).await;
        self.stumble(5)?;
        let found = {
            let world = lock(&self.0);
            let hits = |lookup: &Lookup| {
                let ours = world
                    .objects
                    .iter()
                    .filter(|(_, object)| object.kind == lookup.object && object.marker == lookup.marker);
                (lookup.id.clone(), ours.map(|(id, object)| current(id, object)).collect())
            };
            lookups.iter().map(hits).collect()
        };
        self.travel(context).await;
        Ok(found)
    }

    fn carries_marker(&self, _kind: &str) -> bool {
        lock(&self.0).class == EffectClass::Marker
    }

    async fn marked(&self, context: &Context, kind: &str, _: Option<&str>) -> Result<MarkedPage> {
        self.travel(context).await;
        self.stumble(5)?;
        let world = lock(&self.0);
        let of_kind = world.objects.iter().filter(|(_, object)| object.kind == kind);
        let found = of_kind.map(|(id, object)| Marked {
            marker: object.marker.clone(),
            target_id: id.clone(),
            token: Some(object.token.to_string()),
        });
        Ok(MarkedPage { found: found.collect(), resume: None })
    }

    async fn read_back(
        &self,
        context: &Context,
        kind: &str,
        _: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        self.travel(context).await;
        self.stumble(5)?;
        let world = lock(&self.0);
        let natural = world.class == EffectClass::NaturalKey;
        let place = |id: &String| if natural { format!("{kind}:{id}") } else { id.clone() };
        Ok(ids.iter().filter_map(|id| Some(current(id, world.objects.get(&place(id))?))).collect())
    }
}

fn current(id: &str, object: &super::world::Object) -> Current {
    let fields = object.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Current { target_id: id.to_owned(), token: Some(object.token.to_string()), fields: Value::Map(fields) }
}
