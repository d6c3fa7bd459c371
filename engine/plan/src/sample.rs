//! A small project for tests: two connections of a connector that does nothing, a catalog of each, and a
//! pipeline that a test writes.

use crate::{
    Blueprint, Catalogs, Find, Found, Item, Links, MapError, Program, Reference, Resolved, Routed, compile,
};
use engine_contract::{
    Access, Connection, Connector, Context, Discovery, EntitySchema, Field, FieldType, Map, Op, Record,
    Registry, Result, SourceRecord, StreamInfo, Value, async_trait,
};
use engine_project::{
    MemoryFiles, Project,
    diag::{Diagnostic, Diagnostics},
    load,
};
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// Opens nothing.
struct Idle;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(rename = "path")]
    _path: String,
}

#[async_trait]
impl Connector for Idle {
    type Config = Settings;

    fn name(&self) -> &'static str {
        "idle"
    }

    async fn open(&self, _: &Context, _: Settings, _: Access) -> Result<Connection> {
        unreachable!("compiling opens nothing")
    }

    async fn discover(&self, _: &Context, _: Settings) -> Result<Discovery> {
        unreachable!("compiling opens nothing")
    }
}

pub(crate) fn registry() -> Registry {
    Registry::default().with(Idle)
}

/// A source with `orders` (cursors `modified`) and `customers`; a target with the objects `order`, `line` and
/// `customer`.
pub(crate) fn catalogs() -> Catalogs {
    let stream = |name: &str, cursors: &[&str]| StreamInfo {
        name: name.to_owned(),
        cursors: cursors.iter().map(|cursor| (*cursor).to_owned()).collect(),
        ..StreamInfo::default()
    };
    let field = |name: &str, kind| Field::new(name, kind);
    let required = |name: &str, kind| Field { required: true, ..Field::new(name, kind) };
    let object = |name: &str, fields: Vec<Field>| EntitySchema {
        name: name.to_owned(),
        fields,
        ..EntitySchema::default()
    };
    let source = Discovery {
        streams: vec![stream("orders", &["modified"]), stream("customers", &[])],
        ..Discovery::default()
    };
    let target = Discovery {
        objects: vec![
            object(
                "order",
                vec![
                    required("id", FieldType::Integer),
                    Field { max_length: Some(8), ..field("number", FieldType::Text) },
                    Field {
                        one_of: vec!["open".to_owned(), "paid".to_owned()],
                        ..field("status", FieldType::Text)
                    },
                    field("total", FieldType::Decimal),
                    field("paid", FieldType::Boolean),
                    field("customer_id", FieldType::Text),
                    field("raw", FieldType::Json),
                    Field { read_only: true, ..field("created", FieldType::Text) },
                ],
            ),
            object("line", vec![required("id", FieldType::Integer), field("order_id", FieldType::Text)]),
            object("customer", vec![required("id", FieldType::Integer), field("email", FieldType::Text)]),
        ],
        ..Discovery::default()
    };
    Catalogs([("shop".to_owned(), source), ("books".to_owned(), target)].into())
}

/// Loads a project whose pipeline `p` has these tables.
pub(crate) fn project(tables: &str) -> (Project, Diagnostics) {
    let head =
        "[pipeline]\nname = \"p\"\n[source]\nconnection = \"shop\"\n[target]\nconnection = \"books\"\n";
    let connections = "[connection.shop]\nconnector = \"idle\"\npath = \"a\"\n\
                       [connection.books]\nconnector = \"idle\"\npath = \"b\"\n";
    let files = MemoryFiles::default()
        .with("engine.toml", "[project]\nname = \"sample\"\n")
        .with("connections.toml", connections)
        .with("pipelines/p.toml", format!("{head}{tables}"));
    load(&files, &BTreeMap::new(), None)
}

/// Compiles tables that must be right, without catalogs.
pub(crate) fn blueprint(tables: &str) -> Blueprint {
    with(tables, &Catalogs::default())
}

pub(crate) fn with(tables: &str, catalogs: &Catalogs) -> Blueprint {
    let (project, diagnostics) = project(tables);
    let loaded: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    let (blueprint, found) = compile(&project, "p", &project.tenants[0], &registry(), catalogs);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    blueprint.unwrap_or_else(|| panic!("{loaded:#?}\n{found:#?}"))
}

/// What the checks say of tables, notes left out, each with the text it points at: `code "text": message | help`.
pub(crate) fn findings(tables: &str) -> Vec<String> {
    let (project, diagnostics) = project(tables);
    assert!(
        !diagnostics.has_errors(),
        "{:?}",
        diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
    let (blueprint, found) = compile(&project, "p", &project.tenants[0], &registry(), &catalogs());
    let has_errors = found.iter().any(|one| one.severity == engine_project::diag::Severity::Error);
    assert_eq!(blueprint.is_none(), has_errors);
    let is_note = |one: &&Diagnostic| one.severity == engine_project::diag::Severity::Note;
    found.iter().filter(|one| !is_note(one)).map(|one| shown(&project, one)).collect()
}

fn shown(project: &Project, found: &Diagnostic) -> String {
    let pointed = |place: &engine_project::Place| {
        let text = project.texts.get(&place.file).map(|file| file.text()).unwrap_or_default();
        text.get(place.start..place.end).unwrap_or_default().to_owned()
    };
    let labels: Vec<String> =
        found.labels.iter().map(|label| format!("{:?}", pointed(&label.place))).collect();
    let help = found.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
    format!("{} {}: {}{help}", found.code, labels.join(" "), found.message)
}

pub(crate) fn source(json: &str) -> SourceRecord {
    let record = Record::parse(json.to_owned()).unwrap();
    SourceRecord {
        key: "k1".to_owned(),
        modified: None,
        record,
        origin: "sample:1".to_owned(),
        is_admitted: true,
    }
}

/// Links by `entity[.route] key`, and target objects by `object by=value`: several ids are joined with `,`.
#[derive(Default)]
pub(crate) struct Known(pub(crate) BTreeMap<String, String>);

impl Links for Known {
    fn target_id(&self, of: &Reference) -> Option<String> {
        let route = of.route.as_ref().map(|route| format!(".{route}")).unwrap_or_default();
        self.0.get(&format!("{}{route} {}", of.entity, of.key)).cloned()
    }

    fn found(&self, find: &Find) -> Option<Found> {
        Some(match self.0.get(&format!("{} {}={}", find.object, find.by, find.value)) {
            None => Found::Missing,
            Some(ids) if ids.contains(',') => Found::Ambiguous,
            Some(id) => Found::One(id.clone()),
        })
    }
}

pub(crate) fn links(known: &[(&str, &str)]) -> Known {
    Known(known.iter().map(|(key, id)| ((*key).to_owned(), (*id).to_owned())).collect())
}

/// The items of the entity called `e`.
pub(crate) fn items(blueprint: &Blueprint, json: &str) -> Vec<Item> {
    Program::build(blueprint).unwrap().entity_named("e").unwrap().items(&source(json))
}

/// Maps a record through the entity called `e`.
pub(crate) fn mapped(
    blueprint: &Blueprint,
    json: &str,
    known: &Known,
    op: Op,
) -> std::result::Result<String, String> {
    let program = Program::build(blueprint).unwrap();
    let entity = program.entity_named("e").unwrap();
    let item = entity.items(&source(json)).remove(0);
    let told = |error: MapError| format!("{}: {}", error.code, error.message);
    let held = |of: Reference, hold_for: Duration| {
        let route = of.route.map(|route| format!(".{route}")).unwrap_or_default();
        format!("held {}s for {}{route} {}", hold_for.as_secs(), of.entity, of.key)
    };
    let mapped = match entity.map(&item, None, known).map_err(told)? {
        Routed::Mapped(mapped) => mapped,
        Routed::Filtered => return Err("filtered".to_owned()),
        Routed::Missing { reference, hold_for, .. } => return Err(held(reference, hold_for)),
    };
    match mapped.resolve(known, op) {
        Resolved::Ready(fields) => Ok(json_of(fields)),
        Resolved::Missing { reference, hold_for, .. } => Err(held(reference, hold_for)),
        Resolved::Awaits => Err("held: a parent is on its way".to_owned()),
        Resolved::Failed(error) => Err(told(error)),
        Resolved::Blocked(error) => Err(format!("blocked: {}", told(error))),
    }
}

pub(crate) fn json_of(fields: Map) -> String {
    Value::Map(fields).to_json()
}
