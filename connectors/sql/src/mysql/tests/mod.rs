//! The connector as the engine uses it: through the registry's face, on a real server.
//!
//! `TEST_MYSQL_URL` names the server and an account that may make databases.

mod opening;
mod reading;
mod refusals;
mod values;
mod waiting;
mod writing;

use super::{MysqlConnector, connect::Database, sequel};
use crate::trial::{Zeros, delete, map, put, told};
use engine_contract::{
    Access, Batch, Cancel, Clock, Connection, ConnectorError, Context, Cursor, DynConnector, ErrorKind, Map,
    NoNetwork, NoVault, Op, Outcome, ReadRequest, SecretValue, Secrets, Source, Target, Value, Write,
    async_trait,
};
use sqlx::{Connection as _, Executor, MySqlConnection};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// Waits for real: the server's picture of its transactions takes its time.
struct Waiting;

#[async_trait]
impl Clock for Waiting {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The secrets of a test, by name.
struct Texts(Vec<(&'static str, SecretValue)>);

impl Secrets for Texts {
    fn get(&self, name: &str) -> Option<SecretValue> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }
}

#[expect(clippy::disallowed_methods, reason = "the test, not the connector, is told its server")]
fn server() -> String {
    std::env::var("TEST_MYSQL_URL").unwrap_or_else(|_| "mysql://root@127.0.0.1:3306/test".to_owned())
}

/// A database of one test, dropped with it.
struct Shop {
    name: String,
}

impl Shop {
    async fn new(schema: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let shop = Self { name: format!("engine_test_{}_{count}", std::process::id()) };
        let mut db = MySqlConnection::connect(&server()).await.unwrap();
        let sql =
            format!("DROP DATABASE IF EXISTS {0}; CREATE DATABASE {0} COLLATE utf8mb4_general_ci", shop.name);
        db.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        shop.run(schema).await;
        shop
    }

    fn url(&self) -> String {
        format!("{}/{}", server().rsplit_once('/').unwrap().0, self.name)
    }

    /// The database seen by somebody else.
    async fn db(&self) -> MySqlConnection {
        let mut db = MySqlConnection::connect(&self.url()).await.unwrap();
        db.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await.unwrap();
        db
    }

    async fn run(&self, sql: &str) {
        if !sql.is_empty() {
            self.db().await.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
        }
    }

    /// The first column of all rows, as text.
    async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.db().await.fetch_all(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
        rows.iter().map(|row| sequel::text(row, 0).unwrap().unwrap_or_else(|| "NULL".to_owned())).collect()
    }

    fn context(&self) -> Context {
        let secrets = vec![("url", SecretValue::unbound(self.url())), ("empty", SecretValue::unbound(""))];
        context(secrets)
    }

    async fn open(&self, access: Access, stream: serde_json::Value) -> Result<Connection, ConnectorError> {
        let config = serde_json::json!({ "url": { "secret": "url" }, "stream": stream });
        DynConnector::open(&MysqlConnector, &self.context(), &config, access).await
    }

    async fn target(&self) -> Box<dyn Target> {
        self.open(Access::Write, serde_json::json!({})).await.unwrap().target.unwrap()
    }

    async fn source(&self, stream: serde_json::Value) -> Box<dyn Source> {
        self.open(Access::Read, stream).await.unwrap().source.unwrap()
    }

    async fn write(&self, target: &dyn Target, writes: &[Write]) -> Vec<String> {
        show(writes, &target.write(&self.context(), writes).await.unwrap())
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {}", self.name);
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut db = MySqlConnection::connect(&server()).await.unwrap();
                db.execute("SET lock_wait_timeout = 5").await.unwrap();
                db.execute(sqlx::AssertSqlSafe(sql)).await.map(drop)
            })
        });
        drop(dropped.join());
    }
}

fn context(secrets: Vec<(&'static str, SecretValue)>) -> Context {
    Context {
        clock: Arc::new(Waiting),
        rng: Arc::new(Zeros),
        http: Arc::new(NoNetwork),
        secrets: Arc::new(Texts(secrets)),
        vault: Arc::new(NoVault),
        cancel: Cancel::default(),
        project_dir: "/".into(),
    }
}

/// The outcomes in the order of the writes.
fn show(writes: &[Write], outcomes: &[(String, Outcome)]) -> Vec<String> {
    assert_eq!(writes.len(), outcomes.len());
    let of =
        |write: &Write| outcomes.iter().find(|(id, _)| *id == write.id).map(|(_, outcome)| told(outcome));
    writes.iter().map(|write| of(write).unwrap()).collect()
}
