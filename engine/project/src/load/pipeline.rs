//! Reads a pipeline file.

use super::{
    connections::Connections,
    decode::{decode, empty_name},
    entity, layout, library, lookup, moved, reconcile, schedule,
    shelf::{Read, Shelf},
    sides::Sides,
    test, vars,
};
use crate::{
    PipelineFile, Text,
    diag::{Diagnostic, Diagnostics, code},
    model::{PipelineToml, Table},
    rule::Reader,
    toml::{Document, child, unite},
};
use std::sync::Arc;

/// What pipelines are read with.
pub(super) struct Surroundings<'a> {
    pub(super) connections: &'a Connections,
    /// Whether there are tenants that could bind connections.
    pub(super) has_tenants: bool,
}

/// Reads a pipeline; nothing when one of its files is no TOML.
pub(super) fn read(
    parts: layout::Parts,
    around: &Surroundings<'_>,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Option<PipelineFile> {
    let errors = out.errors();
    let mut documents = Vec::with_capacity(parts.files.len());
    for path in &parts.files {
        if let Read::Text(text) = shelf.read(path, None, out) {
            documents.extend(Document::parse(&text, out));
        }
    }
    // What stands in a file that cannot be read would be missed everywhere else.
    let is_whole = documents.len() == parts.files.len();
    let document = Arc::new(unite(documents, out).filter(|_| is_whole)?);
    let mut pipeline = tables(parts, &document, around, &mut Reader { document: &document, shelf, out });
    pipeline.complete = out.errors() == errors;
    Some(pipeline)
}

fn tables(
    parts: layout::Parts,
    document: &Arc<Document>,
    around: &Surroundings<'_>,
    reader: &mut Reader<'_, '_>,
) -> PipelineFile {
    let decoded = decode::<Table<PipelineToml>>(document, "", document.json(), reader.out);
    let (Table(toml), refused) = (decoded.table, decoded.refused);
    let mut file = PipelineFile {
        name: name(document, toml.pipeline.0.name, &parts.path, reader.out),
        description: toml.pipeline.0.description,
        libraries: library::read(&toml.pipeline.0.libraries, reader),
        vars: vars::read(document, toml.vars, reader.out),
        schedule: schedule::read(document, &toml.schedule, reader.out),
        webhooks: topics(&toml.webhooks.topics, reader),
        moved: moved::read(document, &toml.moved, &refused, reader.out),
        incomplete: refused.0.clone(),
        file: parts.path,
        files: parts.files,
        document: Arc::clone(document),
        ..PipelineFile::default()
    };
    let mut sides = Sides { document, around, refused: &refused, out: reader.out };
    file.source = sides.read("source", toml.source.0);
    file.target = sides.read("target", toml.target.0);
    for (name, Table(table)) in toml.lookup {
        match lookup::read(&name, table, &refused, reader) {
            Some(lookup) => drop(file.lookups.insert(name, lookup)),
            None => drop(file.incomplete.insert(child("/lookup", &name))),
        }
    }
    if toml.entity.is_empty() && !refused.touches("/entity") {
        reader.out.push(no_entity(document));
    }
    for (name, Table(table)) in toml.entity {
        let entity = entity::read(&name, table, &refused, reader);
        file.entities.insert(name, entity);
    }
    file.reconcile = reconcile::read(&file, &toml.reconcile, &refused, reader);
    for (index, Table(table)) in toml.test.into_iter().enumerate() {
        let pointer = child("/test", index);
        match test::read(&file, pointer.clone(), table, &refused, reader) {
            Some(test) => file.tests.push(test),
            None => drop(file.incomplete.insert(pointer)),
        }
    }
    file
}

fn topics(names: &[String], reader: &mut Reader<'_, '_>) -> Vec<Text> {
    let at = (0..names.len()).map(|index| child("/webhooks/topics", index));
    let mut topics = Vec::with_capacity(names.len());
    for pointer in at {
        reader.out.extend(empty_name(reader.document, &pointer));
        topics.extend(reader.document.text_at(&pointer));
    }
    topics
}

/// The pipeline's own name, else its file's or folder's.
fn name(document: &Document, given: Option<String>, path: &str, out: &mut Diagnostics) -> String {
    out.extend(empty_name(document, "/pipeline/name"));
    given.filter(|name| !name.is_empty()).unwrap_or_else(|| stem(path))
}

/// The name of a file without folder and `.toml`.
pub(super) fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name).to_owned()
}

fn no_entity(document: &Document) -> Diagnostic {
    Diagnostic::error(code::PIPELINE_EMPTY, "the pipeline has no entity")
        .at(document.key_place("/pipeline"), "")
        .help("an entity says what becomes of a stream: `[entity.order]` with `from`, `to` and `map`")
}
