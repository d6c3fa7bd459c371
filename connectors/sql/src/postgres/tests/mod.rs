//! The connector as the engine uses it: through the registry's face, on a real server.
//!
//! `TEST_POSTGRES_URL` names the server; each test has a schema of its own in a database of this test binary.

mod logins;
mod opening;
mod reading;
mod refusals;
mod values;
mod waiting;
mod writing;

use super::PostgresConnector;
use crate::trial::{Zeros, blank, delete, map, put, told};
use engine_contract::{
    Access, Batch, Cancel, Clock, ConnectorError, Context, Cursor, DynConnector, Encode, ErrorKind, Map,
    NoNetwork, NoVault, Op, Outcome, ReadRequest, SecretValue, Secrets, Source, Target, Value, Write,
    async_trait,
};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Row, postgres::PgConnection};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

struct Real;

#[async_trait]
impl Clock for Real {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The server's address, and whatever else a test puts there.
struct Given(String);

impl Secrets for Given {
    fn get(&self, name: &str) -> Option<SecretValue> {
        (name == "url").then(|| SecretValue::unbound(self.0.clone()))
    }
}

fn url() -> String {
    let default = || "postgres://postgres@127.0.0.1:5432/postgres".to_owned();
    #[expect(clippy::disallowed_methods, reason = "which server to test with is a setting of the tests")]
    std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| default())
}

/// A schema of a test's own.
struct Project {
    dir: tempfile::TempDir,
    schema: String,
    url: String,
}

impl Project {
    async fn new(sql: &str) -> Self {
        let project = Self::named();
        project.sql(&format!("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", project.schema)).await;
        project.sql(sql).await;
        project
    }

    /// In a database of its own, where no other test has a transaction.
    async fn alone(sql: &str) -> Self {
        let mut project = Self::named();
        let mut server = PgConnection::connect(&project.url).await.unwrap();
        run(&mut server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", project.schema)).await;
        run(&mut server, &format!("CREATE DATABASE {}", project.schema)).await;
        let mut url = url::Url::parse(&project.url).unwrap();
        url.set_path(&project.schema);
        project.url = url.into();
        project.sql(&format!("CREATE SCHEMA {}", project.schema)).await;
        project.sql(sql).await;
        project
    }

    fn named() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("engine_test_{}_{count}", std::process::id());
        Self { dir: tempfile::tempdir().unwrap(), schema, url: url() }
    }

    fn context(&self) -> Context {
        Context {
            clock: Arc::new(Real),
            rng: Arc::new(Zeros),
            http: Arc::new(NoNetwork),
            secrets: Arc::new(Given(self.url.clone())),
            vault: Arc::new(NoVault),
            cancel: Cancel::default(),
            project_dir: self.dir.path().to_owned(),
        }
    }

    fn config(&self) -> serde_json::Value {
        json!({ "url": { "secret": "url" }, "schema": self.schema })
    }

    async fn open_with(&self, config: serde_json::Value, access: Access) -> engine_contract::Connection {
        DynConnector::open(&PostgresConnector, &self.context(), &config, access).await.unwrap()
    }

    async fn target(&self) -> Box<dyn Target> {
        self.open_with(self.config(), Access::Write).await.target.unwrap()
    }

    async fn source(&self, streams: serde_json::Value) -> Box<dyn Source> {
        let mut config = self.config();
        config["stream"] = streams;
        self.open_with(config, Access::Read).await.source.unwrap()
    }

    /// A connection of somebody else.
    async fn other(&self) -> PgConnection {
        let mut other = PgConnection::connect(&self.url).await.unwrap();
        run(&mut other, &format!("SET search_path = {}, public", self.schema)).await;
        other
    }

    async fn sql(&self, sql: &str) {
        run(&mut self.other().await, sql).await;
    }

    /// The first column of all rows, as text.
    async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut self.other().await).await.unwrap();
        let text = |row: &sqlx::postgres::PgRow| {
            row.get::<Option<String>, _>(0).unwrap_or_else(|| "NULL".to_owned())
        };
        rows.iter().map(text).collect()
    }

    async fn write(&self, target: &dyn Target, writes: &[Write]) -> Vec<String> {
        show(&target.write(&self.context(), writes).await.unwrap())
    }

    /// Tests end with this: a schema cannot be dropped where nothing may wait.
    async fn end(self) {
        if self.url == url() {
            self.sql(&format!("DROP SCHEMA {} CASCADE", self.schema)).await;
            return;
        }
        let mut server = PgConnection::connect(&url()).await.unwrap();
        run(&mut server, &format!("DROP DATABASE {} WITH (FORCE)", self.schema)).await;
    }
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// Names each write by its place.
fn numbered(mut writes: Vec<Write>) -> Vec<Write> {
    for (index, write) in writes.iter_mut().enumerate() {
        write.id = format!("{index:05}");
    }
    writes
}

/// The outcomes in the order of the writes' names.
fn show(outcomes: &[(String, Outcome)]) -> Vec<String> {
    let mut outcomes: Vec<_> = outcomes.iter().collect();
    outcomes.sort_by(|(one, _), (two, _)| one.cmp(two));
    outcomes.iter().map(|(_, outcome)| told(outcome)).collect()
}

fn request(stream: &str) -> ReadRequest {
    ReadRequest {
        stream: stream.to_owned(),
        options: Map::new(),
        cursor: None,
        since: None,
        resume: None,
        max_records: 100_000,
        max_bytes: 1_000_000_000,
    }
}

async fn read_all(
    project: &Project,
    source: &dyn Source,
    mut request: ReadRequest,
) -> (Vec<Batch>, Option<Cursor>) {
    let mut batches = Vec::new();
    loop {
        let batch = source.read(&project.context(), &request).await.unwrap();
        request.resume.clone_from(&batch.checkpoint.resume);
        let cursor = batch.checkpoint.cursor;
        batches.push(batch);
        if request.resume.is_none() {
            return (batches, cursor);
        }
        assert_eq!(cursor, None);
    }
}

fn keys(batches: &[Batch]) -> Vec<String> {
    batches.iter().flat_map(|batch| &batch.records).map(|record| record.key.clone()).collect()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
