//! What a connector.toml and its field schemas must agree on, beyond their syntax.

mod field;
mod hooks;
mod names;
mod object;
mod read;
mod service;
mod setting;
mod stream;
mod tables;
mod webhook;
mod write;

use crate::{
    manifest::Manifest,
    problem::{Problem, ProblemKind},
    script::Script,
    source::MANIFEST,
    spans::Spans,
};
use engine_contract::{EntitySchema, Offer};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the checks look at.
pub(crate) struct Scene<'a> {
    manifest: &'a Manifest,
    files: &'a BTreeMap<String, String>,
    schemas: &'a BTreeMap<String, EntitySchema>,
    spans: Spans<'a>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        manifest: &'a Manifest,
        files: &'a BTreeMap<String, String>,
        schemas: &'a BTreeMap<String, EntitySchema>,
    ) -> Self {
        let text = files.get(MANIFEST).map_or("", String::as_str);
        Self { manifest, files, schemas, spans: Spans::of(text) }
    }

    /// A problem in connector.toml.
    fn problem(&self, path: &[&str], message: impl Into<String>) -> Problem {
        Problem::new(MANIFEST, self.spans.find(path), message)
    }
}

/// Pushes every mistake.
pub(crate) fn verify(scene: &Scene<'_>, script: Option<&Script>, out: &mut Vec<Problem>) {
    about(scene, out);
    setting::check(scene, out);
    service::check(scene, out);
    webhook::check(scene, out);
    stream::check(scene, out);
    object::check(scene, out);
    tables::check(scene, out);
    hooks::check(scene, script, out);
    for (file, schema) in scene.schemas {
        schema_file(scene, file, schema, out);
    }
}

fn about(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    let about = &scene.manifest.connector;
    if !names::is_plain(&about.name) {
        let message = "the name of a connector has lower-case letters, digits and `-` only";
        out.push(scene.problem(&["connector", "name"], message));
    }
    let docs: Result<http::Uri, _> = about.docs.parse();
    if !docs.is_ok_and(|docs| docs.scheme_str() == Some("https")) {
        out.push(
            scene.problem(&["connector", "docs"], "`docs` must be an address that starts with `https://`"),
        );
    }
}

fn schema_file(scene: &Scene<'_>, file: &str, schema: &EntitySchema, out: &mut Vec<Problem>) {
    let used: BTreeSet<_> = {
        let streams = scene.manifest.stream.values().map(|table| &table.schema);
        streams.chain(scene.manifest.object.values().map(|table| &table.schema)).collect()
    };
    if !used.contains(&file.to_owned()) {
        let message = "no stream and no object names this file";
        out.push(Problem::new(file, 0..0, message).of(ProblemKind::Fields));
    }
    let is_elsewhere =
        !schema.key.is_empty() || !schema.description.is_empty() || schema.offer != Offer::default();
    if is_elsewhere {
        let message = format!("`key`, `description` and `offer` stand in {MANIFEST}");
        out.push(Problem::new(file, 0..0, message).of(ProblemKind::Fields));
    }
    if schema.fields.is_empty() {
        out.push(Problem::new(file, 0..0, "a schema needs fields").of(ProblemKind::Fields));
    }
    let text = scene.files.get(file).map_or("", String::as_str);
    field::check(&field::Place { scene, file, text }, &schema.fields, out);
}
