//! What connectors report, and the codes that become of it.

use crate::shop::Shop;
use bytes::Bytes;
use engine_contract::{
    Access, Batch, Capabilities, Connection, Connector, ConnectorError, Context, Current, Cursor, Discovery,
    EffectClass, Encode, EntitySchema, ErrorKind, Lookup, Outcome, ReadRequest, Registry, Result, Retry,
    Source, SourceRecord, StreamInfo, Target, Write, async_trait,
};
use serde::Deserialize;

#[test]
fn a_source_that_is_gone_or_broken_stops_the_run_with_its_code() {
    let shop = Shop::new();
    shop.write("customers.json", r#"[{"id": 1, "name": "Ad"#);
    assert_eq!(shop.stops(), "connector/corrupt");
    std::fs::remove_dir_all(shop.path("data")).unwrap();
    assert_eq!(shop.stops(), "connector/not-found");
}

#[test]
fn a_database_that_is_no_database_is_unavailable() {
    let shop = Shop::new();
    std::fs::write(shop.path("warehouse.db"), "not a database, for certain, and long enough to tell")
        .unwrap();
    assert_eq!(shop.stops(), "connector/unavailable");
}

#[test]
fn a_natural_key_without_a_unique_index_is_a_wrong_setting() {
    let mut shop = Shop::new();
    shop.edit(
        "write.match = [\"id\"]\nmap.id = \"$.id\"\nmap.total",
        "write.match = [\"total\"]\nmap.id = \"$.id\"\nmap.total",
    );
    assert_eq!(shop.stops(), "connector/config");
}

#[test]
fn a_row_that_the_database_refuses_fails_alone() {
    let shop = Shop::new();
    shop.write("customers.json", r#"[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Ada"}]"#);
    shop.write(
        "orders.json",
        r#"[{"id": 7, "total": "", "customer_id": 1}, {"total": "1.00", "customer_id": 1}]"#,
    );
    assert_eq!(
        shop.failures(),
        ["customer connector/duplicate", "order connector/invalid", "order connector/invalid"],
        "a unique name is taken; a total is empty; an order has no key"
    );
}

/// A service that fails in one way.
struct Faulty(Fault);

#[derive(Clone, Copy)]
enum Fault {
    /// Reading fails.
    Read(ErrorKind),
    /// One record can be read, and no write is ever answered.
    Silent,
}

#[derive(Deserialize, schemars::JsonSchema)]
struct NoSettings {}

#[async_trait]
impl Connector for Faulty {
    type Config = NoSettings;

    fn name(&self) -> &'static str {
        "faulty"
    }

    async fn open(&self, _: &Context, _: NoSettings, _: Access) -> Result<Connection> {
        let capabilities = Capabilities {
            can_read: true,
            can_fetch: true,
            can_write: true,
            effect_class: EffectClass::IdempotencyKey,
            ..Capabilities::default()
        };
        let (source, target) = (Box::new(Self(self.0)), Box::new(Self(self.0)));
        Ok(Connection { capabilities, source: Some(source), target: Some(target) })
    }

    async fn discover(&self, _: &Context, _: NoSettings) -> Result<Discovery> {
        Ok(Discovery::default())
    }
}

#[async_trait]
impl Source for Faulty {
    fn streams(&self) -> Vec<StreamInfo> {
        Vec::new()
    }

    async fn clock(&self, _: &Context, _: &str, _: Option<&str>) -> Result<Option<Cursor>> {
        Ok(None)
    }

    async fn read(&self, _: &Context, _: &ReadRequest) -> Result<Batch> {
        if let Fault::Read(kind) = self.0 {
            return Err(ConnectorError::new(kind, "it does not work"));
        }
        let record = engine_contract::Record::parse(r#"{"id": 1}"#).unwrap();
        let (key, origin) = ("1".to_owned(), "row 1".to_owned());
        let records = vec![SourceRecord { key, modified: None, record, origin, is_admitted: true }];
        Ok(Batch { records, ..Batch::default() })
    }

    async fn fetch(&self, _: &Context, _: &ReadRequest, _: &[String]) -> Result<Vec<SourceRecord>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Target for Faulty {
    async fn schema(&self, _: &Context, object: &str) -> Result<EntitySchema> {
        Ok(EntitySchema { name: object.to_owned(), ..EntitySchema::default() })
    }

    fn encode(&self, _: &Encode<'_>) -> Result<Bytes> {
        Ok(Bytes::new())
    }

    async fn write(&self, _: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>> {
        let silence = || ConnectorError::new(ErrorKind::Timeout, "no answer").with_retry(Retry::Soon);
        Ok(writes.iter().map(|write| (write.id.clone(), Outcome::Unknown(silence()))).collect())
    }

    async fn lookup(&self, _: &Context, _: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        Ok(Vec::new())
    }

    async fn read_back(&self, _: &Context, _: &str, _: &[String], _: &[String]) -> Result<Vec<Current>> {
        Ok(Vec::new())
    }
}

const CONNECTIONS: &str = r#"
[connection.store]
connector = "faulty"
[connection.warehouse]
connector = "faulty"
"#;

const PIPELINE: &str = r#"
[pipeline]
name = "shop"
[source]
connection = "store"
[target]
connection = "warehouse"
[entity.customer]
from = "customers"
to = "customers"
map.id = "$.id"
"#;

fn faulty(fault: Fault) -> Shop {
    Shop {
        registry: Registry::default().with(Faulty(fault)),
        connections: CONNECTIONS.to_owned(),
        pipeline: PIPELINE.to_owned(),
        ..Shop::new()
    }
}

#[test]
fn each_kind_of_error_has_a_code_of_its_own() {
    let kinds = [
        (ErrorKind::Config, "connector/config"),
        (ErrorKind::Unauthorized, "connector/unauthorized"),
        (ErrorKind::Forbidden, "connector/forbidden"),
        (ErrorKind::NotFound, "connector/not-found"),
        (ErrorKind::Invalid, "connector/invalid"),
        (ErrorKind::Stale, "connector/stale"),
        (ErrorKind::Duplicate, "connector/duplicate"),
        (ErrorKind::RateLimited, "connector/rate-limited"),
        (ErrorKind::Unavailable, "connector/unavailable"),
        (ErrorKind::Timeout, "connector/timeout"),
        (ErrorKind::Protocol, "connector/protocol"),
        (ErrorKind::Corrupt, "connector/corrupt"),
        (ErrorKind::Unsupported, "connector/unsupported"),
        (ErrorKind::Hook, "connector/hook"),
    ];
    for (kind, code) in kinds {
        assert_eq!(faulty(Fault::Read(kind)).stops(), code);
    }
}

#[test]
fn an_entity_with_open_effects_cannot_be_renamed() {
    let mut shop = faulty(Fault::Silent);
    assert_eq!(shop.failures(), ["customer effect/unknown-outcome"]);
    shop.edit("entity.customer", "entity.client");
    assert_eq!(shop.stops(), "run/left-behind");
    shop.edit("entity.client", "entity.customer");
    assert_eq!(shop.stops(), "", "under the old name the run goes on finding out");
}

#[test]
fn a_write_without_an_answer_is_left_to_the_next_run() {
    assert_eq!(faulty(Fault::Silent).failures(), ["customer effect/unknown-outcome"]);
}
