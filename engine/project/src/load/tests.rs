//! Tests of whole projects.

mod environments;
mod folders;
mod mistakes;
mod noise;
mod rules;
mod shops;
mod tables;
mod tenants;
mod valid;

use super::load;
use crate::{
    MemoryFiles, Place, Project,
    diag::{Diagnostic, Diagnostics},
};
use std::collections::BTreeMap;

/// A project that uses everything the format has.
fn valid_files() -> MemoryFiles {
    MemoryFiles::default()
        .with("engine.toml", include_str!("tests/project/engine.toml"))
        .with("connections.toml", include_str!("tests/project/connections.toml"))
        .with("pipelines/shop.toml", include_str!("tests/project/shop.toml"))
        .with("pipelines/lookups/tax.csv", "from,to\n,Exempt\n6,GST\n6+7,\"GST, QST\"\n")
        .with("pipelines/samples/order.json", "{\"id\": 7}")
}

fn environment() -> BTreeMap<String, String> {
    BTreeMap::from([("STORE_URL".to_owned(), "https://store.example".to_owned())])
}

fn load_all(files: &MemoryFiles) -> (Project, Diagnostics) {
    load(files, &environment(), None)
}

/// Two connections and nothing else.
fn connections() -> MemoryFiles {
    MemoryFiles::default().with(
        "connections.toml",
        "[connection.a]\nconnector = \"csv\"\n[connection.b]\nconnector = \"sqlite\"\n",
    )
}

/// A project of one pipeline file and two connections.
fn load_pipeline(text: &str) -> (Project, Vec<Diagnostic>) {
    let (project, out) = load_all(&connections().with("p.toml", text));
    (project, out.sorted())
}

/// The pipeline's head, two lines long.
const HEAD: &str = "source.connection = \"a\"\ntarget.connection = \"b\"\n";

/// What stands at a place of a text.
fn shown<'a>(text: &'a str, place: &Place) -> &'a str {
    text.get(place.start..place.end).unwrap()
}

/// Each diagnostic as `line code`, in order.
fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |diagnostic: &Diagnostic| diagnostic.place().map_or(0, |place| place.line);
    diagnostics.iter().map(|diagnostic| format!("{} {}", line(diagnostic), diagnostic.code)).collect()
}
