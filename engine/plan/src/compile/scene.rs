//! All that is known while a pipeline is compiled.

use super::Catalogs;
use crate::checks::types::Shape;
use engine_contract::{Discovery, EntitySchema, Registry};
use engine_project::{
    PipelineFile, Project, Tenant,
    project::{Connection, Entity, Side},
    toml::child,
};
use serde_json::Value as Json;

/// A pipeline, and what is known around it.
pub(crate) struct Scene<'a> {
    pub(crate) project: &'a Project,
    pub(crate) file: &'a PipelineFile,
    pub(crate) tenant: &'a Tenant,
    pub(crate) registry: &'a Registry,
    catalogs: &'a Catalogs,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        project: &'a Project,
        file: &'a PipelineFile,
        tenant: &'a Tenant,
        registry: &'a Registry,
        catalogs: &'a Catalogs,
    ) -> Self {
        Self { project, file, tenant, registry, catalogs }
    }

    /// What a side's connection offers; nothing when that is not known.
    pub(crate) fn offer(&self, side: &Side) -> Option<&'a Discovery> {
        self.catalogs.0.get(&self.connection(side)?.name)
    }

    /// What the source offers; nothing when its streams are not known.
    pub(crate) fn source(&self) -> Option<&'a Discovery> {
        self.offer(self.file.source.as_ref()?).filter(|known| !known.streams.is_empty())
    }

    /// What the target takes; nothing when its objects are not known.
    pub(crate) fn target(&self) -> Option<&'a Discovery> {
        self.offer(self.file.target.as_ref()?).filter(|known| !known.objects.is_empty())
    }

    /// The fields of a target object, where they are known.
    pub(crate) fn schema(&self, object: &str) -> Option<&'a EntitySchema> {
        let schema = self.target()?.objects.iter().find(|schema| schema.name == object)?;
        (!schema.fields.is_empty()).then_some(schema)
    }

    /// The records of an entity's stream, as far as they are known.
    pub(crate) fn record(&self, entity: &Entity) -> Shape<'_> {
        let streams = self.source().map(|source| source.stream_schemas.as_slice()).unwrap_or_default();
        let schema = streams.iter().find(|schema| schema.name == entity.from);
        schema.map_or(Shape::Unknown, |schema| Shape::record(&schema.fields))
    }

    /// Whether the pipeline has an entity of this name, even one that the loader refused.
    pub(crate) fn has_entity(&self, name: &str) -> bool {
        self.file.entities.contains_key(name) || self.is_refused(&["entity", name])
    }

    /// Whether the loader refused what these keys lead to, or anything around it: that has been reported.
    pub(crate) fn is_refused(&self, keys: &[&str]) -> bool {
        let mut pointer = String::new();
        keys.iter().any(|key| {
            pointer = child(&pointer, key);
            self.file.incomplete.contains(&pointer)
        })
    }

    pub(crate) fn connection(&self, side: &Side) -> Option<&'a Connection> {
        self.project.connection(side, self.tenant)
    }
}

/// A connection's settings with the pipeline's own options laid over them: what its connector opens.
pub(crate) fn settings(connection: &Connection, side: &Side) -> Json {
    let mut settings = connection.settings.clone();
    settings.extend(side.options.clone());
    Json::Object(settings)
}
