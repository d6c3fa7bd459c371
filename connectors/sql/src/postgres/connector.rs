//! Opens connections to `PostgreSQL` databases.

use super::{
    address::Address,
    config::Config,
    schema,
    session::Sessions,
    source::{PostgresSource, StreamRule},
    table::{self, Kind, Table},
    target::PostgresTarget,
};
use engine_contract::{
    Access, Capabilities, Connection, Connector, Context, Discovery, EffectClass, EntitySchema, Result,
    async_trait,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// The connector called `postgres`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PostgresConnector;

#[async_trait]
impl Connector for PostgresConnector {
    type Config = Config;

    fn name(&self) -> &'static str {
        "postgres"
    }

    fn statements(&self, config: &Config, wanted: &EntitySchema) -> Vec<String> {
        vec![connector_kit::table::create_table(&config.schema, wanted)]
    }

    fn creates_objects(&self) -> bool {
        true
    }

    /// Logs in when something is asked of the connection, not before.
    async fn open(&self, context: &Context, config: Config, access: Access) -> Result<Connection> {
        let sessions = sessions(context, &config, access)?;
        let streams = streams(&config);
        Ok(Connection {
            capabilities: Capabilities {
                can_read: true,
                can_fetch: true,
                can_write: true,
                can_delete: true,
                effect_class: EffectClass::NaturalKey,
                can_guard: true,
                write_batch_max: 5000,
                write_concurrency_max: 1,
                ..Capabilities::default()
            },
            source: Some(Box::new(PostgresSource::new(
                Arc::clone(&sessions),
                config.schema.clone(),
                streams,
            ))),
            target: Some(Box::new(PostgresTarget::new(sessions, config.schema))),
        })
    }

    async fn discover(&self, context: &Context, config: Config) -> Result<Discovery> {
        let sessions = sessions(context, &config, Access::Read)?;
        let mut session = sessions.lend(context).await?;
        let mut tables = Vec::new();
        for name in table::names(&mut session, &config.schema, false).await? {
            tables.extend(Table::load(&mut session, &config.schema, &name).await?);
        }
        let mut streams = streams(&config);
        for table in &tables {
            let is_taken = streams.contains_key(&table.name)
                || streams.values().any(|rule| rule.is_named && rule.table == table.name);
            if !table.key().is_empty() && !is_taken {
                streams.insert(table.name.clone(), StreamRule::of_table(&table.name));
            }
        }
        let mut discovery = Discovery::default();
        for (name, rule) in streams {
            discovery.streams.push(rule.info(&name));
            let table = Table::find(&mut session, &config.schema, &rule.table).await?;
            let mut schema = schema::of_table(&table);
            schema.name = name;
            if !rule.key.is_empty() {
                schema.key = rule.key;
            }
            discovery.stream_schemas.push(schema);
        }
        let writable = tables.iter().filter(|table| table.kind != Kind::View);
        discovery.objects.extend(writable.map(schema::of_table));
        Ok(discovery)
    }
}

fn sessions(context: &Context, config: &Config, access: Access) -> Result<Arc<Sessions>> {
    let address = Address::of(context, config)?;
    Ok(Arc::new(Sessions::new(address, access, config.pool.unwrap_or(4))))
}

/// The streams that the settings name.
fn streams(config: &Config) -> BTreeMap<String, StreamRule> {
    let rule = |(name, stream): (&String, &super::config::Stream)| {
        let rule = StreamRule {
            table: stream.table.clone().unwrap_or_else(|| name.clone()),
            key: stream.key.clone(),
            cursor: stream.cursor.clone(),
            lag: Duration::from_secs(u64::from(stream.lag_seconds)),
            is_named: true,
        };
        (name.clone(), rule)
    };
    config.stream.iter().map(rule).collect()
}
