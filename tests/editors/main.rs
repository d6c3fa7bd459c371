//! What people see in their editors: the real language servers over the schemas that `sync` makes.
//!
//! `cases/*.toml` are tables of edits of the project in `project/`, with a cursor, and of what each server must
//! offer, show or complain of there. `agree` proves that schemas and the engine's own types say the same. The
//! servers are installed by `tests/editors/prepare`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "what fails here fails a test, whose message says where"
)]

mod agree;
mod case;
mod project;
mod server;

use case::Case;
use server::{Kind, Server};
use std::path::{Path, PathBuf};

/// The tables of rows, in alphabetical order.
fn tables() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/cases");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn cases() -> Vec<Case> {
    tables().iter().flat_map(|path| case::read(path)).collect()
}

/// Every row that a server does not answer as it must.
fn run(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let files = project::write(folder.path());
    let mut server = Server::start(kind, folder.path());
    let mut wrong = Vec::new();
    for case in cases() {
        let found = case.run(&mut server, &files);
        wrong.extend(found.into_iter().map(|found| format!("{}: {found}", case.name)));
    }
    assert!(wrong.is_empty(), "{kind:?}:\n{}", wrong.join("\n"));
}

#[test]
fn tombi_offers_shows_and_complains_as_it_must() {
    run(Kind::Tombi);
}

#[test]
fn taplo_offers_shows_and_complains_as_it_must() {
    run(Kind::Taplo);
}

#[test]
fn the_tables_ask_enough() {
    let questions: usize = cases().iter().map(Case::questions).sum();
    assert!(questions >= 80, "{questions}");
}
