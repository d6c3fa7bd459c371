//! Opens connections to `SQLite` databases.

use super::{
    config::Config,
    create,
    database::Database,
    error, schema,
    source::{SqliteSource, StreamRule},
    table::{self, Table},
    target::SqliteTarget,
};
use engine_contract::{
    Access, Capabilities, Connection, Connector, Context, Discovery, EffectClass, EntitySchema, Result,
    async_trait,
};
use std::{collections::BTreeMap, sync::Arc};

/// The connector called `sqlite`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteConnector;

#[async_trait]
impl Connector for SqliteConnector {
    type Config = Config;

    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn statements(&self, _: &Config, wanted: &EntitySchema) -> Vec<String> {
        vec![create::create_table(wanted)]
    }

    fn creates_objects(&self) -> bool {
        true
    }

    async fn open(&self, context: &Context, config: Config, access: Access) -> Result<Connection> {
        let db = Database::open(context, &config, access)?;
        let streams = streams(&db.lock(), &config)?;
        let db = Arc::new(db);
        Ok(Connection {
            capabilities: Capabilities {
                can_read: true,
                can_fetch: true,
                can_write: true,
                can_delete: true,
                is_local: true,
                effect_class: EffectClass::NaturalKey,
                can_guard: true,
                write_batch_max: 500,
                write_concurrency_max: 1,
                ..Capabilities::default()
            },
            source: Some(Box::new(SqliteSource::new(Arc::clone(&db), streams))),
            target: Some(Box::new(SqliteTarget::new(db))),
        })
    }

    /// Describes the database, or what the schema script would make of one that does not exist yet.
    async fn discover(&self, context: &Context, config: Config) -> Result<Discovery> {
        let db = Database::open(context, &config, Access::Read)?;
        let db = db.lock();
        let failed = |error| error::of_database(error, "reading the tables");
        let mut discovery = Discovery::default();
        for (name, rule) in streams(&db, &config)? {
            discovery.streams.push(rule.info(&name));
            let table = Table::load(&db, &rule.table).map_err(failed)?;
            let mut schema = schema::of_table(&table.ok_or_else(|| table::missing(&db, &rule.table))?);
            schema.name = name;
            if !rule.key.is_empty() {
                schema.key = rule.key;
            }
            discovery.stream_schemas.push(schema);
        }
        for name in table::names(&db, false).map_err(failed)? {
            let table = Table::load(&db, &name).map_err(failed)?;
            discovery.objects.extend(table.as_ref().map(schema::of_table));
        }
        Ok(discovery)
    }
}

/// The streams that the settings name, then each other table that has a primary key.
fn streams(db: &rusqlite::Connection, config: &Config) -> Result<BTreeMap<String, StreamRule>> {
    let failed = |error| error::of_database(error, "reading the tables");
    let mut streams: BTreeMap<String, StreamRule> = BTreeMap::new();
    for (name, stream) in &config.stream {
        let table = stream.table.clone().unwrap_or_else(|| name.clone());
        let rule = StreamRule { table, key: stream.key.clone(), cursor: stream.cursor.clone() };
        streams.insert(name.clone(), rule);
    }
    for name in table::names(db, false).map_err(failed)? {
        let is_taken = streams.contains_key(&name) || streams.values().any(|rule| rule.table == name);
        let has_key = Table::load(db, &name).map_err(failed)?.is_some_and(|table| !table.key().is_empty());
        if has_key && !is_taken {
            streams.insert(name.clone(), StreamRule { table: name, key: Vec::new(), cursor: None });
        }
    }
    Ok(streams)
}
