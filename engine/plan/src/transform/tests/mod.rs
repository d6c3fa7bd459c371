//! What transforms promise.

mod docs;
mod examples;
mod output;
mod properties;

use super::*;
use engine_contract::Value;
use engine_project::{FileText, diag::Diagnostics, toml::Document};
use serde_json::Value as Json;
use std::sync::Arc;

/// The transform of an element of a `transform` list, with its name and argument.
fn call(toml: &str) -> (String, Json) {
    let text = FileText::new("call.toml", format!("call = {toml}"));
    let document = Document::parse(&Arc::new(text), &mut Diagnostics::default()).unwrap();
    match document.json()["call"].clone() {
        Json::String(name) => (name, Json::Null),
        Json::Object(table) => table.into_iter().next().unwrap(),
        other => panic!("{other}"),
    }
}

fn transform(toml: &str) -> Transform {
    let (name, argument) = call(toml);
    Transform::parse(&name, &argument, &Defaults::default()).unwrap()
}

fn value(json: &str) -> Value {
    Value::from(serde_json::from_str::<Json>(json).unwrap())
}

/// All examples of the catalog.
fn examples() -> impl Iterator<Item = (&'static catalog::Spec, &'static catalog::Example)> {
    catalog::TABLE.into_iter().flat_map(|spec| spec.examples.iter().map(move |example| (spec, example)))
}
