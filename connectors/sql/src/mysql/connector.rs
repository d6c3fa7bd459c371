//! Opens connections to MySQL and MariaDB.

use super::{
    config::Config,
    connect::{self, Database},
    create, error, schema,
    source::{MysqlSource, StreamRule},
    table::{self, Table},
    target::MysqlTarget,
};
use engine_contract::{
    Access, Capabilities, Connection, Connector, Context, Discovery, EffectClass, EntitySchema, Result,
    async_trait,
};
use sqlx::MySqlConnection;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// The connector called `mysql`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MysqlConnector;

#[async_trait]
impl Connector for MysqlConnector {
    type Config = Config;

    fn name(&self) -> &'static str {
        "mysql"
    }

    fn statements(&self, _: &Config, wanted: &EntitySchema) -> Vec<String> {
        vec![create::create_table(wanted)]
    }

    fn creates_objects(&self) -> bool {
        true
    }

    async fn open(&self, context: &Context, config: Config, access: Access) -> Result<Connection> {
        let db = Database::open(context, &config, access).await?;
        let streams = streams(&mut *db.acquire().await?, &config).await?;
        let db = Arc::new(db);
        Ok(Connection {
            capabilities: Capabilities {
                can_read: true,
                can_fetch: true,
                can_write: true,
                can_delete: true,
                effect_class: EffectClass::NaturalKey,
                can_guard: true,
                write_batch_max: 1_000,
                write_concurrency_max: usize::try_from(connect::size(&config)).unwrap_or(1),
                ..Capabilities::default()
            },
            source: Some(Box::new(MysqlSource::new(Arc::clone(&db), streams))),
            target: Some(Box::new(MysqlTarget::new(db))),
        })
    }

    async fn discover(&self, context: &Context, config: Config) -> Result<Discovery> {
        let database = Database::open(context, &config, Access::Read).await?;
        let mut db = database.acquire().await?;
        let failed = |error: &sqlx::Error| error::of_database(error, "reading the tables");
        let mut discovery = Discovery::default();
        for (name, rule) in streams(&mut db, &config).await? {
            let table = Table::load(&mut db, &rule.table).await.map_err(|error| failed(&error))?;
            let Some(table) = table else { return Err(table::missing(&mut db, &rule.table).await) };
            let mut info = rule.info(&name);
            info.description.clone_from(&table.comment);
            discovery.streams.push(info);
            let mut schema = schema::of_table(&table);
            schema.name = name;
            if !rule.key.is_empty() {
                schema.key = rule.key;
            }
            discovery.stream_schemas.push(schema);
        }
        for name in table::names(&mut db, false).await.map_err(|error| failed(&error))? {
            let table = Table::load(&mut db, &name).await.map_err(|error| failed(&error))?;
            discovery.objects.extend(table.as_ref().map(schema::of_table));
        }
        Ok(discovery)
    }
}

/// The streams that the settings name, and the tables with a primary key that they do not.
async fn streams(db: &mut MySqlConnection, config: &Config) -> Result<BTreeMap<String, StreamRule>> {
    let failed = |error: &sqlx::Error| error::of_database(error, "reading the tables");
    let visibility_lag = Duration::from_secs(u64::from(config.visibility_lag.unwrap_or(60)));
    let rule = |table: String| StreamRule { table, key: Vec::new(), cursor: None, visibility_lag };
    let mut streams = BTreeMap::new();
    for (name, stream) in &config.stream {
        let table = stream.table.clone().unwrap_or_else(|| name.clone());
        let rule = StreamRule { key: stream.key.clone(), cursor: stream.cursor.clone(), ..rule(table) };
        streams.insert(name.clone(), rule);
    }
    for name in table::keyed(db).await.map_err(|error| failed(&error))? {
        let is_taken = streams.contains_key(&name) || streams.values().any(|rule| rule.table == name);
        if !is_taken {
            streams.insert(name.clone(), rule(name));
        }
    }
    Ok(streams)
}
