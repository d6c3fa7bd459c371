//! Reads the sums by which both sides are compared.

use super::decode::{Refused, missing_key};
use crate::{
    PipelineFile, Text,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{ReconcileTable, Table},
    project::Reconcile,
    rule::Reader,
    toml::child,
};
use indexmap::IndexMap;

/// Reads `[[reconcile]]` of a pipeline whose entities are known.
pub(super) fn read(
    pipeline: &PipelineFile,
    tables: &[Table<ReconcileTable>],
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Vec<Reconcile> {
    let numbered = tables.iter().enumerate();
    let one = |(index, table): (usize, &Table<ReconcileTable>)| {
        let pointer = child("/reconcile", index);
        check(pipeline, &pointer, table, refused, reader.out);
        compared(&pointer, table, reader)
    };
    numbered.filter_map(one).collect()
}

fn compared(pointer: &str, table: &ReconcileTable, reader: &mut Reader<'_, '_>) -> Option<Reconcile> {
    let (source, target) = (child(pointer, "source"), child(pointer, "target"));
    let by = child(pointer, "by");
    let sums_of_source = sums(&source, &table.source.sum, reader);
    let sums_of_target = sums(&target, &table.target.sum, reader);
    let document = reader.document;
    Some(Reconcile {
        name: document.text_at(&child(pointer, "name")).filter(|_| table.name.is_some())?,
        by: (0..table.by.len()).filter_map(|index| document.text_at(&child(&by, index))).collect(),
        entity: document.text_at(&child(&source, "entity")).filter(|_| table.source.entity.is_some())?,
        count: table.source.count,
        source: sums_of_source,
        target: sums_of_target,
        place: document.key_place(pointer),
    })
}

fn sums(side: &str, table: &IndexMap<String, String>, reader: &mut Reader<'_, '_>) -> IndexMap<String, Text> {
    let at = child(side, "sum");
    let sums = table.keys().filter_map(|name| Some((name.clone(), reader.path(&child(&at, name))?)));
    sums.collect()
}

fn check(
    pipeline: &PipelineFile,
    pointer: &str,
    table: &ReconcileTable,
    refused: &Refused,
    out: &mut Diagnostics,
) {
    let document = &pipeline.document;
    let (source, target) = (child(pointer, "source"), child(pointer, "target"));
    if table.name.is_none() && !refused.has(&child(pointer, "name")) {
        out.push(missing_key(document, pointer, "name", "\"sales\""));
    }
    let entity = child(&source, "entity");
    if table.source.entity.is_none() && !refused.has(&entity) {
        let table = if document.get(&source).is_some() { source.as_str() } else { pointer };
        let (key, example) = if table == pointer {
            ("source", "{ entity = \"order\", count = true }")
        } else {
            ("entity", "\"order\"")
        };
        out.push(missing_key(document, table, key, example));
    }
    if let Some(name) = &table.source.entity {
        out.extend(unknown_entity(pipeline, name, &entity));
    }
    if refused.touches(&source) || refused.touches(&target) {
        return;
    }
    let sides = [
        (&source, &table.source.sum, "target", &table.target.sum),
        (&target, &table.target.sum, "source", &table.source.sum),
    ];
    for (side, sums, other, others) in sides {
        for name in sums.keys().filter(|name| !others.contains_key(*name)) {
            let message = format!("the sum `{name}` has no counterpart on the side of the {other}");
            let place = document.key_place(&child(&child(side, "sum"), name));
            let diagnostic = Diagnostic::error(code::RECONCILE_SUMS, message).at(place, "");
            out.push(diagnostic.help("both sides have the same sums: what they say is compared"));
        }
    }
}

fn unknown_entity(pipeline: &PipelineFile, name: &str, at: &str) -> Option<Diagnostic> {
    if pipeline.entities.contains_key(name) || pipeline.incomplete.contains(&child("/entity", name)) {
        return None;
    }
    let message = format!("the pipeline has no entity `{name}`");
    let diagnostic = Diagnostic::error(code::RECONCILE_ENTITY, message).at(pipeline.place(at), "");
    Some(diagnostic.meant(suggest(name, pipeline.entities.keys().map(String::as_str)), ""))
}
