//! `engine schema show CONNECTION.ENTITY`: the fields of a stream or target object as a table.

use crate::{
    args::Which,
    diagnostic::{Finding, human},
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    select::{Selection, current},
    table::columns,
    workspace::{Depth, Workspace},
};
use engine_contract::{Cancel, Discovery, EntitySchema, Field, FieldType, Registry, StreamInfo};
use engine_project::diag::suggest;
use std::path::Path;

pub(super) fn run(name: &str, which: &Which, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let (place, entity) = name.split_once('.').unwrap_or((name, ""));
    let offer = offer(place, which, project, output)?;
    if entity.is_empty() {
        list(place, &offer, output);
        return Ok(Exit::Done);
    }
    one((place, entity), &offer, output).map(|()| Exit::Done)
}

/// Prints the fields of a stream, or of a target object, that a connection offers.
pub(in crate::command) fn one(
    (place, entity): (&str, &str),
    offer: &Discovery,
    output: &Output,
) -> Result<()> {
    let name = &format!("{place}.{entity}");
    let stream = offer.streams.iter().find(|stream| stream.name == entity);
    let stream_schema = offer.stream_schemas.iter().find(|schema| schema.name == entity);
    let object = offer.objects.iter().find(|schema| schema.name == entity);
    if stream.is_none() && stream_schema.is_none() && object.is_none() {
        return Err(unknown_entity(place, entity, offer));
    }
    if !output.is_text() {
        output.json(&serde_json::json!({ "stream": stream, "fields": stream_schema, "object": object }));
        return Ok(());
    }
    if stream.is_some() || stream_schema.is_some() {
        print_stream(name, stream, stream_schema, output);
    }
    if let Some(object) = object {
        print_schema(&format!("{name}: a target object"), object, output);
    }
    Ok(())
}

/// What a connection offers; or, where none is called so, what all connections of a connector offer.
fn offer(place: &str, which: &Which, project: Option<&Path>, output: &Output) -> Result<Discovery> {
    let folder = match current(project) {
        Ok(folder) => folder,
        // What a connector always offers is known without a project.
        Err(error) => return described(&connectors::registry(), place).ok_or(error),
    };
    let selection = Selection { project: folder, pipelines: Vec::new() };
    let mut workspace = Workspace::load_to(Depth::Files, &selection, which, &Cancel::default())?;
    if workspace.project.connections.contains_key(place) {
        let found: Vec<Finding> = workspace.look_at(place)?.into_iter().map(Finding::from).collect();
        if let Some(offer) = workspace.catalogs.0.remove(place) {
            return Ok(offer);
        }
        if output.is_text() {
            human::print(output, &workspace.project, &found);
        }
        let message = format!("what connection `{place}` offers is not known");
        return Err(CommandError::new(Exit::NotFound, "command/nothing-offered", message)
            .help(format!("save it as catalogs/{place}.json, or mend the connection's settings")));
    }
    described(&workspace.registry, place).ok_or_else(|| {
        let own = workspace.project.connections.keys().map(String::as_str);
        let names = own.chain(workspace.registry.names());
        let message = format!("there is no connection or connector `{place}`");
        near(CommandError::new(Exit::NotFound, "command/nothing-offered", message), suggest(place, names))
    })
}

/// What all connections of a connector offer.
fn described(registry: &Registry, connector: &str) -> Option<Discovery> {
    registry.get(connector)?.describe()
}

fn near(error: CommandError, near: Option<&str>) -> CommandError {
    match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

fn unknown_entity(place: &str, entity: &str, offer: &Discovery) -> CommandError {
    let message = format!("`{place}` has no stream or target object `{entity}`");
    let streams = offer.streams.iter().map(|stream| stream.name.as_str());
    let names = streams.chain(offer.objects.iter().map(|object| object.name.as_str()));
    near(CommandError::new(Exit::NotFound, "command/nothing-offered", message), suggest(entity, names))
}

/// The names of everything that is offered.
fn list(place: &str, offer: &Discovery, output: &Output) {
    let streams = offer.streams.iter().map(|stream| ("stream", &stream.name, &stream.description));
    let objects = offer.objects.iter().map(|object| ("target object", &object.name, &object.description));
    let all: Vec<_> = streams.chain(objects).collect();
    if !output.is_text() {
        let one = |(kind, name, about): &(&str, &String, &String)| serde_json::json!({ "kind": kind, "name": name, "description": about });
        output.json(&serde_json::json!({ "offers": all.iter().map(one).collect::<Vec<_>>() }));
        return;
    }
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|(kind, name, about)| vec![format!("{place}.{name}"), kind.to_owned(), about.clone()])
        .collect();
    for line in columns(&["NAME", "KIND", "ABOUT"], &rows) {
        output.result(&line);
    }
}

fn print_stream(name: &str, stream: Option<&StreamInfo>, schema: Option<&EntitySchema>, output: &Output) {
    let cursors = stream.map(|stream| stream.cursors.join(", ")).unwrap_or_default();
    let cursors = if cursors.is_empty() { "none: it is swept".to_owned() } else { cursors };
    let filters: Vec<&str> =
        stream.into_iter().flat_map(|stream| &stream.filters).map(|filter| filter.name.as_str()).collect();
    let filters =
        if filters.is_empty() { String::new() } else { format!("; filters: {}", filters.join(", ")) };
    let title = format!("{name}: a stream; cursors: {cursors}{filters}");
    if let Some(schema) = schema {
        print_schema(&title, schema, output);
        return;
    }
    output.result(&title);
    output.result("its fields are not known");
}

fn print_schema(title: &str, schema: &EntitySchema, output: &Output) {
    output.result(title);
    if !schema.description.is_empty() {
        output.result(&schema.description);
    }
    let mut rows = Vec::new();
    add(&schema.fields, "", &mut rows);
    if rows.is_empty() {
        output.result("its fields are not known");
        return;
    }
    for line in columns(&["FIELD", "TYPE", "", "ABOUT"], &rows) {
        output.result(&line);
    }
}

/// A row per field, members below their object.
fn add(fields: &[Field], before: &str, rows: &mut Vec<Vec<String>>) {
    for field in fields {
        let path = format!("{before}{}", field.name);
        rows.push(vec![path.clone(), kind(field), marks(field), about(field)]);
        let after = if field.kind == FieldType::List { "[]." } else { "." };
        add(&field.fields, &format!("{path}{after}"), rows);
    }
}

fn kind(field: &Field) -> String {
    let word = |kind: FieldType| {
        let text = kind.as_str();
        text.strip_prefix("a ").or_else(|| text.strip_prefix("an ")).unwrap_or(text).to_owned()
    };
    match (field.kind, field.max_length, field.element) {
        (FieldType::Text, Some(length), _) => format!("text({length})"),
        (FieldType::List, _, Some(element)) => format!("list of {}", word(element)),
        (kind, ..) => word(kind),
    }
}

fn marks(field: &Field) -> String {
    let marks = [
        (field.required, "required"),
        (field.read_only, "read only"),
        (field.nullable, "may be null"),
        (field.is_money, "money"),
        (field.is_personal, "personal"),
    ];
    marks.into_iter().filter(|(is_set, _)| *is_set).map(|(_, word)| word).collect::<Vec<_>>().join(", ")
}

fn about(field: &Field) -> String {
    let values = if field.one_of.is_empty() { String::new() } else { field.one_of.join(" | ") };
    let refers = field.refers_to.as_ref().map(|object| format!("-> {object}")).unwrap_or_default();
    let parts = [values, refers, field.description.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}
