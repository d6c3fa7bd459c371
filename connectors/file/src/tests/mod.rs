//! The connector as the engine uses it: through the registry's face, on real folders.

mod broken;
mod formats;
mod resume;
mod root;
mod writing;

use crate::FileConnector;
use engine_contract::{
    Access, Batch, Cancel, Clock, ConnectorError, Context, Cursor, DynConnector, Map, NoNetwork, NoSecrets,
    NoVault, ReadRequest, Rng, Source, async_trait,
};
use std::{io::Write, sync::Arc, time::Duration};

struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, _: Duration) {}
}

struct Zeros;

impl Rng for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A project's folder with some files in `data/`.
struct Project {
    dir: tempfile::TempDir,
}

impl Project {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::create_dir(project.dir.path().join("data")).unwrap();
        for (name, content) in files {
            project.write(name, content);
        }
        project
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.dir.path().join("data").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
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

    /// Opens a connection with one stream, `s`.
    async fn open(&self, stream: serde_json::Value) -> Result<Box<dyn Source>, ConnectorError> {
        let config = serde_json::json!({ "root": "data", "stream": { "s": stream } });
        let connection = DynConnector::open(&FileConnector, &self.context(), &config, Access::Write).await?;
        Ok(connection.source.unwrap())
    }

    async fn read(&self, stream: serde_json::Value) -> Result<Batch, ConnectorError> {
        self.open(stream).await?.read(&self.context(), &request()).await
    }
}

/// A request for everything at once.
fn request() -> ReadRequest {
    ReadRequest {
        stream: "s".to_owned(),
        options: Map::new(),
        cursor: None,
        since: None,
        resume: None,
        max_records: 1_000_000,
        max_bytes: 1_000_000_000,
    }
}

fn stream(files: &[&str]) -> serde_json::Value {
    serde_json::json!({ "files": files, "key": ["id"] })
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Keys, origins and contents of a batch, one record per line.
fn show(batch: &Batch) -> Vec<String> {
    let records = batch.records.iter();
    records
        .map(|record| format!("{} {} {}", record.key, record.origin, record.record.to_value().to_json()))
        .collect()
}

fn show_broken(batch: &Batch) -> Vec<String> {
    batch.broken.iter().map(|(name, error)| format!("{name}: {error}")).collect()
}

fn instant(text: &str) -> Cursor {
    Cursor::parse(text).unwrap()
}
