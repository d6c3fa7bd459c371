//! All that is known while a pipeline is compiled: both sides, the variables, the order of entities, the rules and
//! where they stand, the shapes of records and where paths lead in them.

mod compared;
mod lookups;
mod merge;
mod order;
mod shape;
mod sight;
mod walk;

pub(crate) mod visit;
pub(crate) use lookups::{lookups, stored};
pub(crate) use merge::merged;
pub(crate) use order::{Edge, edges, order};
pub(crate) use shape::{Content, Shape};
pub(crate) use sight::{Sight, steps};
pub(crate) use walk::{Misstep, Walk};

use crate::checks::types::{Tables, tables};
use engine_contract::{Discovery, EntitySchema, Offer, Registry, StreamInfo, Value};
use engine_project::{
    PipelineFile, Project, Tenant,
    model::VarType,
    project::{Connection, Entity, Side},
    toml::child,
};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What was saved of each connection, by its name: `catalogs/<connection>.json`. It is united with what the
/// connection's connector says of all its connections; where neither says anything, fewer checks are made.
#[derive(Clone, Debug, Default)]
pub struct Catalogs(pub BTreeMap<String, Discovery>);

/// A pipeline, and what is known around it.
pub(crate) struct Scene<'a> {
    pub(crate) project: &'a Project,
    pub(crate) file: &'a PipelineFile,
    pub(crate) tenant: &'a Tenant,
    pub(crate) registry: &'a Registry,
    /// What the connections of both sides offer, by the connection's name.
    known: BTreeMap<&'a str, Discovery>,
    /// What is made where the target does not have it.
    pub(crate) tables: Tables,
    /// The values of the pipeline's variables.
    vars: BTreeMap<&'a str, Value>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        project: &'a Project,
        file: &'a PipelineFile,
        tenant: &'a Tenant,
        registry: &'a Registry,
        catalogs: &Catalogs,
    ) -> Self {
        let sides = file.source.iter().chain(&file.target);
        let known = sides.filter_map(|side| {
            let connection = project.connection(side, tenant)?;
            let described = registry.get(&connection.connector).and_then(|connector| connector.describe());
            let saved = catalogs.0.get(&connection.name).cloned();
            let known = match (saved, described) {
                (Some(saved), Some(described)) => united(saved, described),
                (saved, described) => saved.or(described)?,
            };
            Some((connection.name.as_str(), known))
        });
        let vars = file.vars.values().filter_map(|var| {
            let own = tenant.vars.get(&var.name).map(|setting| &setting.value);
            Some((var.name.as_str(), typed(own.or(var.default.as_ref())?, var.kind)))
        });
        let (known, vars) = (known.collect(), vars.collect());
        let mut scene = Self { project, file, tenant, registry, known, vars, tables: Tables::default() };
        scene.tables = tables(&scene);
        scene
    }

    /// The value of a variable: the tenant's, else the pipeline's own; nothing when there is none, or when the
    /// pipeline does not declare it.
    pub(crate) fn var(&self, name: &str) -> Option<&Value> {
        self.vars.get(name)
    }

    /// The values of all variables that have one.
    pub(crate) fn vars(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.vars.iter().map(|(name, value)| (*name, value))
    }

    /// Settings with each `{ var = "x" }` replaced by the variable's value; nothing when one has none.
    pub(crate) fn filled(&self, settings: &Json) -> Option<Json> {
        Some(match settings {
            Json::Object(table) => {
                if let Some(name) = variable(table) {
                    return Some(Json::from(self.var(name)?));
                }
                let filled = table.iter().map(|(name, value)| Some((name.clone(), self.filled(value)?)));
                Json::Object(filled.collect::<Option<_>>()?)
            }
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| self.filled(item)).collect::<Option<_>>()?)
            }
            other => other.clone(),
        })
    }

    /// The tenant's time zone: its own, else the project's.
    pub(crate) fn timezone(&self) -> &str {
        self.tenant.timezone.as_deref().unwrap_or(&self.project.timezone)
    }

    /// What a side's connection offers; nothing when that is not known.
    pub(crate) fn offer(&self, side: &Side) -> Option<&Discovery> {
        self.known.get(self.connection(side)?.name.as_str())
    }

    /// What the source offers; nothing when its streams are not known.
    pub(crate) fn source(&self) -> Option<&Discovery> {
        self.offer(self.file.source.as_ref()?).filter(|known| !known.streams.is_empty())
    }

    /// What the target takes; nothing when its objects are not known.
    pub(crate) fn target(&self) -> Option<&Discovery> {
        self.offer(self.file.target.as_ref()?).filter(|known| !known.objects.is_empty())
    }

    /// A target object, where the target is known to have it, or where it is to be made.
    pub(crate) fn object(&self, name: &str) -> Option<&EntitySchema> {
        let known = self.target().and_then(|target| target.objects.iter().find(|object| object.name == name));
        known.or_else(|| self.tables.wanted.get(name))
    }

    /// The object that a stream of the source is written as, where the source is known to take it.
    pub(crate) fn source_object(&self, stream: &str) -> Option<&EntitySchema> {
        self.source()?.objects.iter().find(|object| object.name == stream)
    }

    /// The stream by which objects of the target are read, where it is known to have one.
    pub(crate) fn target_stream(&self, object: &str) -> Option<&StreamInfo> {
        let target = self.offer(self.file.target.as_ref()?)?;
        target.streams.iter().find(|stream| stream.name == object)
    }

    /// What a target object offers beyond creates and updates; one that says nothing at all is not known.
    pub(crate) fn policies(&self, object: &str) -> Option<&Offer> {
        self.object(object).map(|object| &object.offer).filter(|offer| **offer != Offer::default())
    }

    /// The stream that an entity reads, where the source is known to have it.
    pub(crate) fn stream(&self, entity: &Entity) -> Option<&StreamInfo> {
        self.source()?.streams.iter().find(|stream| stream.name == entity.from)
    }

    /// The fields of a target object, where they are known.
    pub(crate) fn schema(&self, object: &str) -> Option<&EntitySchema> {
        let schema = self.object(object)?;
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

/// The name in a table that is nothing but `{ var = "name" }`.
fn variable(table: &serde_json::Map<String, Json>) -> Option<&str> {
    if table.len() == 1 { table.get("var")?.as_str() } else { None }
}

/// A decimal may be written as text; everything else stays as it is.
fn typed(value: &Value, kind: VarType) -> Value {
    let exact = match (kind, value) {
        (VarType::Decimal, Value::Text(text)) => Decimal::from_str_exact(text).ok().map(Value::Decimal),
        (VarType::Decimal, Value::Int(number)) => Some(Value::Decimal(Decimal::from(*number))),
        _ => None,
    };
    exact.unwrap_or_else(|| value.clone())
}

/// What was saved of a connection, with what its connector says of all the others.
fn united(mut saved: Discovery, described: Discovery) -> Discovery {
    let streams = described.streams.into_iter();
    let new: Vec<_> =
        streams.filter(|stream| saved.streams.iter().all(|known| known.name != stream.name)).collect();
    saved.streams.extend(new);
    add_new(&mut saved.stream_schemas, described.stream_schemas);
    add_new(&mut saved.objects, described.objects);
    saved
}

fn add_new(known: &mut Vec<EntitySchema>, more: Vec<EntitySchema>) {
    let new: Vec<_> =
        more.into_iter().filter(|schema| known.iter().all(|other| other.name != schema.name)).collect();
    known.extend(new);
}
