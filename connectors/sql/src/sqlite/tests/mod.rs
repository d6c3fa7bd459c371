//! The connector as the engine uses it: through the registry's face, on real files.

mod opening;
mod reading;
mod refusals;
mod writing;

use super::SqliteConnector;
use crate::trial::{Zeros, delete, map, put, told};
use engine_contract::{
    Access, Batch, Cancel, Clock, ConnectorError, Context, DynConnector, Encode, ErrorKind, Map, NoNetwork,
    NoSecrets, NoVault, Op, Outcome, ReadRequest, Source, Target, Write, async_trait,
};
use std::{sync::Arc, time::Duration};

struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, _: Duration) {}
}

/// A project's folder with a schema script.
struct Project {
    dir: tempfile::TempDir,
}

impl Project {
    fn new(schema: &str) -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::write(project.dir.path().join("schema.sql"), schema).unwrap();
        project
    }

    fn context(&self) -> Context {
        Context {
            clock: Arc::new(Still),
            rng: Arc::new(Zeros),
            http: Arc::new(NoNetwork),
            secrets: Arc::new(NoSecrets),
            vault: Arc::new(NoVault),
            cancel: Cancel::default(),
            project_dir: self.dir.path().to_owned(),
        }
    }

    async fn open(&self, access: Access) -> Result<engine_contract::Connection, ConnectorError> {
        DynConnector::open(&SqliteConnector, &self.context(), &config(), access).await
    }

    async fn target(&self) -> Box<dyn Target> {
        self.open(Access::Write).await.unwrap().target.unwrap()
    }

    /// The database seen by somebody else.
    fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("w.db")).unwrap()
    }

    /// The first column of all rows, as text.
    fn texts(&self, sql: &str) -> Vec<String> {
        let db = self.db();
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
        rows.map(|text| text.unwrap().unwrap_or_else(|| "NULL".to_owned())).collect()
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    async fn write(&self, target: &dyn Target, writes: &[Write]) -> Vec<String> {
        show(&target.write(&self.context(), writes).await.unwrap())
    }
}

fn config() -> serde_json::Value {
    serde_json::json!({ "path": "w.db", "schema": "schema.sql" })
}

fn show(outcomes: &[(String, Outcome)]) -> Vec<String> {
    outcomes.iter().map(|(_, outcome)| told(outcome)).collect()
}
