//! Reads tests and the samples that they name.

use super::{
    beside,
    decode::{Refused, missing_key},
    shelf::Shelf,
};
use crate::{
    PipelineFile,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{InputTable, TestTable},
    project::Test,
    toml::child,
};

/// Reads a test of a pipeline whose entities are known; nothing when it was refused.
pub(super) fn read(
    pipeline: &PipelineFile,
    pointer: String,
    table: TestTable,
    refused: &Refused,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Option<Test> {
    let document = &pipeline.document;
    let mut needs = |key: &str, is_given: bool, example: &str| {
        if !is_given && !refused.has(&child(&pointer, key)) {
            out.push(missing_key(document, &pointer, key, example));
        }
    };
    needs("name", table.name.is_some(), "\"a paid order becomes a sales receipt\"");
    needs("entity", table.entity.is_some(), "\"order\"");
    if let Some(entity) = &table.entity {
        check_entity(pipeline, &child(&pointer, "entity"), entity, out);
    }
    let input_pointer = child(&pointer, "input");
    let was_refused = refused.touches(&input_pointer);
    let (input, input_file) = input(pipeline, &input_pointer, &table.input, was_refused, shelf, out)?;
    Some(Test {
        name: table.name?,
        entity: table.entity.filter(|entity| pipeline.entities.contains_key(entity))?,
        input,
        input_file,
        refs: table.refs,
        expect: table.expect.0,
        place: document.key_place(&pointer),
        pointer,
    })
}

fn check_entity(pipeline: &PipelineFile, pointer: &str, entity: &str, out: &mut Diagnostics) {
    let is_known =
        pipeline.entities.contains_key(entity) || pipeline.incomplete.contains(&child("/entity", entity));
    if is_known {
        return;
    }
    let message = format!("the pipeline has no entity `{entity}`");
    let diagnostic = Diagnostic::error(code::TEST_ENTITY, message).at(pipeline.place(pointer), "");
    out.push(match suggest(entity, pipeline.entities.keys().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    });
}

/// The record and the file it stands in.
fn input(
    pipeline: &PipelineFile,
    pointer: &str,
    table: &InputTable,
    was_refused: bool,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Option<(String, String)> {
    match (&table.file, &table.json) {
        (Some(file), None) => {
            let text = beside::read(&pipeline.document, &child(pointer, "file"), file, shelf, out)?;
            Some((text.text().to_owned(), text.file().to_owned()))
        }
        (None, Some(json)) => Some((json.clone(), pipeline.file.clone())),
        (None, None) if was_refused => None,
        (file, _) => {
            let message = if file.is_some() {
                "the test has both `input.file` and `input.json`"
            } else {
                "the test has no input"
            };
            let diagnostic = Diagnostic::error(code::TEST_INPUT, message).at(pipeline.place(pointer), "");
            out.push(diagnostic.help("give it either `input.file` or `input.json`"));
            None
        }
    }
}
