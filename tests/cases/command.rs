//! Codes that commands end with before anything runs.

use std::{path::Path, process::Command};
use tempfile::TempDir;

/// What the engine prints on standard error.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let engine = Command::new(env!("CARGO_BIN_EXE_engine-under-test"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output();
    String::from_utf8(engine.unwrap().stderr).unwrap()
}

/// The code of the error with which a command ends.
fn code(folder: &Path, arguments: &[&str]) -> String {
    let said = said(folder, arguments);
    let last = said.lines().rfind(|line| line.starts_with("error[")).unwrap_or_else(|| panic!("{said}"));
    last.split(['[', ']']).nth(1).unwrap().to_owned()
}

/// The project that `engine init` makes.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let said = said(folder.path(), &["init", "."]);
    assert!(!said.contains("error["), "{said}");
    folder
}

#[test]
fn a_project_is_never_written_over() {
    let project = project();
    assert_eq!(code(project.path(), &["init", "."]), "project/exists");
    std::fs::write(project.path().join("file"), "").unwrap();
    assert_eq!(code(project.path(), &["init", "file/project"]), "project/not-writable");
}

#[test]
fn names_that_a_project_does_not_have_are_refused() {
    let project = project();
    let code = |arguments: &[&str]| code(project.path(), arguments);
    assert_eq!(code(&["run", "store-to-sqlit"]), "project/unknown-pipeline");
    assert_eq!(code(&["status", "store-to-sqlit"]), "project/unknown-pipeline");
    assert_eq!(code(&["run", "store-to-sqlite", "--entity", "ordr"]), "project/unknown-entity");
    assert_eq!(code(&["validate", "pipelines/none.toml"]), "file/not-found");
}

#[test]
fn a_filter_that_fits_no_test_is_no_success() {
    assert_eq!(code(project().path(), &["test", "refnud"]), "test/none-fits");
}

#[test]
fn a_folder_that_is_no_project_or_an_empty_one_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(folder.path(), &["validate"]), "project/not-found");
    std::fs::write(folder.path().join("engine.toml"), "").unwrap();
    assert_eq!(code(folder.path(), &["validate"]), "project/no-pipelines");
}

#[test]
fn nothing_runs_while_a_file_has_a_mistake() {
    let project = project();
    std::fs::write(project.path().join("engine.toml"), "[projekt]\n").unwrap();
    assert_eq!(code(project.path(), &["run", "store-to-sqlite"]), "project/invalid");
}

#[test]
fn a_state_without_its_key_is_not_touched() {
    let project = project();
    assert!(!said(project.path(), &["run", "store-to-sqlite", "--entity", "customer"]).contains("error["));
    std::fs::remove_file(project.path().join(".engine/state.key")).unwrap();
    assert_eq!(code(project.path(), &["run", "store-to-sqlite"]), "state/key-missing");
}
