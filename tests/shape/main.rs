//! The shape of the workspace: what design and house style promise, checked.
//!
//! - `rooms`: which crate may use which, one place for versions, lints everywhere.
//! - `tree`: what stands at the top, how long a source file may be, no stubs, no traces of a machine.
//! - `codes`: each diagnostic code has a page and a case, each page a code.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails here fails a test, whose message says where"
)]

mod codes;
mod rooms;
mod tree;

use engine_project::{FileText, diag::Diagnostics, toml::Document};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What a program prints, run in the folder of the workspace.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A TOML file as JSON.
fn toml(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let mut found = Diagnostics::default();
    let document = Document::parse(&Arc::new(FileText::new(path, text)), &mut found);
    document.unwrap_or_else(|| panic!("{found:?}")).json().clone()
}

/// Fails with a list of everything that breaks a rule.
fn insist(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}
