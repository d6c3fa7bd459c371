//! State files that cannot be used: nothing runs, and the message says what to do.

use crate::{assert_outcome, quickstart, synced};
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_state_file_of_a_newer_engine_is_left_alone() {
    let project = synced();
    project.database(".engine/state.db").pragma_update(None, "user_version", 99).unwrap();
    let before = project.tables();
    assert_outcome!("run", project.engine(&["run", "."]).ended(1));
    assert_outcome!("status", project.engine(&["status"]).ended(1));
    assert_eq!(project.tables().difference(&before), None);
}

#[test]
fn a_state_file_of_garbage_is_reported() {
    let project = synced();
    let garbage = "no database ".repeat(1000);
    for beside in ["-wal", "-shm"] {
        drop(std::fs::remove_file(project.path(&format!(".engine/state.db{beside}"))));
    }
    project.write(".engine/state.db", &garbage);
    assert_outcome!(project.engine(&["run", "."]).ended(1));
    assert_eq!(project.read(".engine/state.db"), garbage, "what could be mended by hand is not touched");
}

#[test]
fn a_database_of_another_program_is_no_state_file() {
    let project = synced();
    let warehouse = std::fs::read(project.path("warehouse.db")).unwrap();
    for beside in ["-wal", "-shm"] {
        drop(std::fs::remove_file(project.path(&format!(".engine/state.db{beside}"))));
    }
    project.write(".engine/state.db", warehouse);
    assert_outcome!(project.engine(&["run", "."]).ended(1));
}

#[test]
fn a_missing_key_file_is_not_replaced() {
    let project = synced();
    project.remove(".engine/state.key");
    assert_outcome!(project.engine(&["run", "."]).ended(1));
    assert!(!project.path(".engine/state.key").exists());
}

#[test]
fn a_key_file_that_was_cut_is_not_used() {
    let project = synced();
    project.write(".engine/state.key", "short");
    assert_outcome!(project.engine(&["run", "."]).ended(1));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let project = quickstart();
    let folder = project.path(".");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    // Permissions do not bind the superuser.
    if std::fs::write(project.path("probe"), "").is_err() {
        let outcome = project.engine(&["run", "."]).ended(1);
        assert!(outcome.stderr.contains("error[state/unavailable]: `./.engine`"), "{}", outcome.stderr);
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}
