//! Reads tests and the samples that they name.

use super::{
    beside,
    decode::{Refused, missing_key},
    vars,
};
use crate::{
    PipelineFile, Place,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{InputTable, TestTable},
    project::Test,
    rule::Reader,
    toml::child,
};
use engine_contract::Value;
use std::collections::BTreeMap;

/// Reads a test of a pipeline whose entities are known; nothing when it was refused.
pub(super) fn read(
    pipeline: &PipelineFile,
    pointer: String,
    table: TestTable,
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Option<Test> {
    let document = reader.document;
    let mut needs = |key: &str, is_given: bool, example: &str| {
        if !is_given && !refused.has(&child(&pointer, key)) {
            reader.out.push(missing_key(document, &pointer, key, example));
        }
    };
    needs("name", table.name.is_some(), "\"a paid order becomes a sales receipt\"");
    needs("entity", table.entity.is_some(), "\"order\"");
    check_names(pipeline, &pointer, &table, reader.out);
    check_vars(pipeline, &child(&pointer, "vars"), &table.vars, reader.out);
    let input_pointer = child(&pointer, "input");
    let was_refused = refused.touches(&input_pointer);
    let (input, input_file) = input(&input_pointer, &table.input, was_refused, reader)?;
    Some(Test {
        name: table.name?,
        entity: table.entity.filter(|entity| pipeline.entities.contains_key(entity))?,
        input,
        input_file,
        tenant: document.text_at(&child(&pointer, "tenant")).filter(|_| table.tenant.is_some()),
        vars: table.vars,
        find: table.find,
        refs: table.refs,
        expect: table.expect.0,
        place: document.key_place(&pointer),
        pointer,
    })
}

/// Checks the values of variables.
fn check_vars(pipeline: &PipelineFile, at: &str, values: &BTreeMap<String, Value>, out: &mut Diagnostics) {
    for (name, value) in values {
        let pointer = child(at, name);
        if let Some(var) = pipeline.vars.get(name) {
            let wrong = vars::wrong_type(name, var.kind, value, pipeline.place(&pointer));
            out.extend(wrong.map(|wrong| wrong.and(var.place.clone(), "declared here")));
        } else if !vars::may_declare(pipeline, name) {
            let message = format!("the pipeline has no variable `{name}`");
            let declared = pipeline.vars.keys().map(String::as_str);
            out.push(vars::unknown(name, declared, message, pipeline.key_place(&pointer)));
        }
    }
}

/// Checks the entities and routes that a test names.
fn check_names(pipeline: &PipelineFile, pointer: &str, table: &TestTable, out: &mut Diagnostics) {
    if let Some(entity) = &table.entity {
        let place = pipeline.place(&child(pointer, "entity"));
        out.extend(unknown_entity(pipeline, entity, None, place));
        let at = child(&child(pointer, "expect"), "route");
        let route = table.expect.route.as_deref();
        out.extend(route.and_then(|route| unknown_route(pipeline, entity, route, pipeline.place(&at), "")));
    }
    for name in table.refs.keys() {
        let place = pipeline.key_place(&child(&child(pointer, "refs"), name));
        let (entity, route) = match name.split_once('.') {
            Some((entity, route)) => (entity, Some(route)),
            None => (name.as_str(), None),
        };
        out.extend(unknown_entity(pipeline, entity, route, place.clone()));
        let before = format!("{entity}.");
        out.extend(route.and_then(|route| unknown_route(pipeline, entity, route, place, &before)));
    }
}

/// An entity that the pipeline does not have, alone or with a route behind it.
fn unknown_entity(
    pipeline: &PipelineFile,
    entity: &str,
    route: Option<&str>,
    place: Place,
) -> Option<Diagnostic> {
    if pipeline.entities.contains_key(entity) || pipeline.incomplete.contains(&child("/entity", entity)) {
        return None;
    }
    let message = format!("the pipeline has no entity `{entity}`");
    let found = Diagnostic::error(code::TEST_ENTITY, message).at(place.clone(), "");
    let behind = route.map(|route| format!(".{route}")).unwrap_or_default();
    Some(match suggest(entity, pipeline.entities.keys().map(String::as_str)) {
        Some(near) => found.help(format!("did you mean `{near}`?")).fix(place, format!("\"{near}{behind}\"")),
        None => found,
    })
}

/// A route that an entity does not have; `before` stands before it in its text.
fn unknown_route(
    pipeline: &PipelineFile,
    entity: &str,
    route: &str,
    place: Place,
    before: &str,
) -> Option<Diagnostic> {
    let known = pipeline.entities.get(entity).filter(|known| known.route(route).is_none())?;
    let routes = child(&known.pointer, "route");
    // An entity without a target object was meant to have routes.
    let is_vague = known.routes.is_empty() && known.to.is_none();
    if is_vague || pipeline.incomplete.iter().any(|at| at.starts_with(&routes)) {
        return None;
    }
    let message = format!("`{entity}` has no route `{route}`");
    let found = Diagnostic::error(code::TEST_ROUTE, message).at(place.clone(), "");
    let found = found.and(known.place.clone(), "");
    Some(match suggest(route, known.routes.iter().map(|route| route.name.as_str())) {
        Some(near) => found.help(format!("did you mean `{near}`?")).fix(place, format!("\"{before}{near}\"")),
        None => found,
    })
}

/// The record and the file it stands in.
fn input(
    pointer: &str,
    table: &InputTable,
    was_refused: bool,
    reader: &mut Reader<'_, '_>,
) -> Option<(String, String)> {
    let document = reader.document;
    match (&table.file, &table.json) {
        (Some(file), None) => {
            let text = beside::read(document, &child(pointer, "file"), file, reader.shelf, reader.out)?;
            Some((text.text().to_owned(), text.file().to_owned()))
        }
        (None, Some(json)) => Some((json.clone(), document.place(pointer).file)),
        (None, None) if was_refused => None,
        (file, _) => {
            let message = if file.is_some() {
                "the test has both `input.file` and `input.json`"
            } else {
                "the test has no input"
            };
            let diagnostic = Diagnostic::error(code::TEST_INPUT, message).at(document.place(pointer), "");
            reader.out.push(diagnostic.help("give it either `input.file` or `input.json`"));
            None
        }
    }
}
