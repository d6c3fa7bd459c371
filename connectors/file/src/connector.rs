//! Opens connections to folders of files.

use crate::{
    config::{Config, Format},
    folder::Folder,
    scan,
    source::FileSource,
    stream::StreamRule,
    target::{FileTarget, ObjectRule, Place},
};
use engine_contract::{
    Access, Capabilities, Connection, Connector, Context, Discovery, EffectClass, EntitySchema, ErrorKind,
    Field, FieldType, Result, Target, async_trait,
};
use std::{collections::BTreeMap, sync::Arc};

/// The connector called `file`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileConnector;

#[async_trait]
impl Connector for FileConnector {
    type Config = Config;

    fn name(&self) -> &'static str {
        "file"
    }

    async fn open(&self, context: &Context, config: Config, access: Access) -> Result<Connection> {
        let (folder, streams) = open(context, &config)?;
        let (folder, objects) = (Arc::new(folder), objects(&config)?);
        let root = context.project_dir.join(&config.root);
        let writes = !objects.is_empty();
        let place = Place { folder: Arc::clone(&folder), root, access };
        let target = writes.then(|| Box::new(FileTarget::new(place, objects)) as Box<dyn Target>);
        Ok(Connection {
            capabilities: Capabilities {
                can_read: true,
                can_fetch: true,
                can_write: writes,
                can_delete: writes,
                is_local: true,
                effect_class: if writes { EffectClass::NaturalKey } else { EffectClass::None },
                can_guard: writes,
                write_batch_max: 5_000,
                ..Capabilities::default()
            },
            source: Some(Box::new(FileSource::new(folder, streams))),
            target,
        })
    }

    /// Lists the streams, and the columns of those that are CSV. A stream whose files are not there, or cannot
    /// be read, is listed without: it says nothing about the others.
    async fn discover(&self, context: &Context, config: Config) -> Result<Discovery> {
        let (folder, streams) = open(context, &config)?;
        let objects = objects(&config)?.values().map(ObjectRule::schema).collect();
        let mut discovery = Discovery { objects, ..Discovery::default() };
        for stream in streams.values() {
            discovery.streams.push(stream.info());
            match schema(&folder, stream) {
                Err(error) if error.kind() == ErrorKind::Config => return Err(error),
                columns => discovery.stream_schemas.extend(columns.ok().flatten()),
            }
        }
        Ok(discovery)
    }
}

fn objects(config: &Config) -> Result<BTreeMap<String, ObjectRule>> {
    let objects = config.object.iter();
    objects.map(|(name, object)| Ok((name.clone(), ObjectRule::new(name, object)?))).collect()
}

fn open(context: &Context, config: &Config) -> Result<(Folder, BTreeMap<String, Arc<StreamRule>>)> {
    let mut streams = BTreeMap::new();
    for (name, stream) in &config.stream {
        streams.insert(name.clone(), Arc::new(StreamRule::new(name, stream)?));
    }
    Ok((Folder::open(&context.project_dir, &config.root)?, streams))
}

/// The columns of all files of a stream, when all are CSV.
fn schema(folder: &Folder, stream: &StreamRule) -> Result<Option<EntitySchema>> {
    let mut schema =
        EntitySchema { name: stream.name.clone(), key: stream.key_names.clone(), ..EntitySchema::default() };
    for file in folder.find(&stream.globs)?.keys() {
        if stream.format_of(file)? != Format::Csv {
            return Ok(None);
        }
        for name in scan::columns(folder, stream, file)? {
            if schema.field(&name).is_none() {
                schema.fields.push(Field::new(name, FieldType::Text));
            }
        }
    }
    Ok(Some(schema))
}
