//! Backups of the state are tried: what was destroyed comes back, and the next run has nothing to write.

use crate::{ENGINE, assert_outcome, custody::piped, guide::Guide, quickstart, synced};
use kit::{Database, Outcome, Project, Tables};
use std::{fs, path::Path};

/// The tables of the first version, as engines before data keys made them, with what a run left.
const FIRST: &str = include_str!("fixtures/state-schema-1.sql");

/// The key with which the first version was made: payloads were sealed with it.
const FIRST_KEY: [u8; 32] = [7; 32];

fn destroy(project: &Project) {
    fs::remove_dir_all(project.path(".engine")).unwrap();
}

#[track_caller]
fn wrote_nothing(outcome: &Outcome) {
    let is_quiet = !["CREATED", "UPDATED", "DELETED"].iter().any(|word| outcome.stdout.contains(word));
    assert!(is_quiet, "{}", outcome.stdout);
}

#[test]
fn a_state_that_was_destroyed_comes_back_and_nothing_is_written_again() {
    let project = synced();
    let before = project.tables();
    drop(piped(&project, &["secret", "set", "shop_key"], "ck_canary").ended(0));
    project.write("phrase", "correct horse\n");
    let backup = ["state", "backup", "it.backup", "--passphrase-file", "phrase"];
    assert_outcome!("backup", project.engine(&backup).ended(0));
    destroy(&project);
    let restore = ["state", "restore", "it.backup", "--passphrase-file", "phrase"];
    let restored = project.engine(&restore).ended(0);
    assert!(restored.stderr.contains("Restored"), "{}", restored.stderr);
    wrote_nothing(&project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&before), None);
    assert!(project.engine(&["secret", "ls"]).ended(0).stdout.contains("shop_key"), "the vault is in it");
    assert_eq!(
        project.engine(&["history", "--format", "json"]).ended(0).json()["runs"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn a_backup_with_the_master_key_opens_with_that_key_and_no_other() {
    let project = synced();
    let key = fs::read(project.path(".engine/state.key")).unwrap();
    let backup = project.engine(&["state", "backup", "it.backup", "--format", "json"]).ended(0).json();
    assert_eq!(backup["opens_with"], "master_key");
    drop(project.engine(&["keys", "rotate"]).ended(0));
    let restore = &["state", "restore", "it.backup", "--force"];
    let refused = project.engine(restore).ended(1);
    assert!(refused.stderr.contains("error[state/other-key]"), "{}", refused.stderr);
    // The key of then opens the backup, and the key of now goes on to seal the state.
    let hexadecimal = key.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let mut command = project.command(restore);
    drop(project.end(command.env("ENGINE_MASTER_KEY", hexadecimal)).ended(0));
    wrote_nothing(&project.engine(&["run", "."]).ended(0));
}

#[test]
fn a_state_that_holds_something_is_replaced_only_by_force_and_kept() {
    let project = synced();
    drop(project.engine(&["state", "backup", "it.backup"]).ended(0));
    drop(piped(&project, &["secret", "set", "later"], "x").ended(0));
    assert_outcome!("refused", project.engine(&["state", "restore", "it.backup"]).ended(2));
    let forced =
        project.engine(&["state", "restore", "it.backup", "--force", "--format", "json"]).ended(0).json();
    assert!(!project.engine(&["secret", "ls"]).ended(0).stdout.contains("later"));
    let kept = forced["kept"].as_str().unwrap();
    drop(project.engine(&["state", "restore", kept, "--force"]).ended(0));
    assert!(project.engine(&["secret", "ls"]).ended(0).stdout.contains("later"), "what was there is kept");
}

#[test]
fn what_is_no_backup_or_has_another_passphrase_restores_nothing() {
    let project = synced();
    assert_outcome!("stranger", project.engine(&["state", "restore", "data/orders.json"]).ended(1));
    assert_outcome!("missing", project.engine(&["state", "restore", "none.backup"]).ended(1));
    drop(piped(&project, &["state", "backup", "it.backup", "--passphrase"], "correct horse").ended(0));
    let restore = ["state", "restore", "it.backup", "--force"];
    assert_outcome!("passphrase", piped(&project, &restore, "battery staple").ended(1));
    assert_outcome!("empty", piped(&project, &restore, "").ended(2));
    let mut cut = fs::read(project.path("it.backup")).unwrap();
    cut.truncate(cut.len() - 10);
    project.write("it.backup", cut);
    assert_outcome!("cut", piped(&project, &restore, "correct horse").ended(1));
    wrote_nothing(&project.engine(&["run", "."]).ended(0));
    destroy(&project);
    assert_outcome!("nothing", project.engine(&["state", "backup", "other.backup"]).ended(9));
}

#[test]
fn a_backup_is_made_while_a_run_works_and_nothing_is_restored_under_it() {
    let project = quickstart();
    let mut command = project.command(&["run", ".", "-vvv"]);
    let stop = "options.batch_records=return(40);deliver.answered=2*off->1*sleep(60000)";
    let mut run = project.start(command.env("FAILPOINTS", stop));
    assert!(run.wait_for("place=\"deliver.answered\"", 3));
    drop(project.engine(&["state", "backup", "it.backup"]).ended(0));
    let refused = project.engine(&["state", "restore", "it.backup", "--force"]).ended(8);
    assert!(refused.stderr.contains("error[state/in-use]"), "{}", refused.stderr);
    drop(run.kill().ended(128 + 9));
    let key = fs::read(project.path(".engine/state.key")).unwrap();
    destroy(&project);
    project.write(".engine/state.key", key);
    // The target is ahead of the state that comes back, as after a crash: nothing is lost or doubled.
    drop(project.engine(&["state", "restore", "it.backup"]).ended(0));
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}

#[test]
fn a_state_moves_to_postgres_and_back_and_runs_have_nothing_to_write() {
    let (project, database) = (synced(), Database::create());
    drop(piped(&project, &["secret", "set", "shop_key"], "ck_canary").ended(0));
    let before = project.engine(&["history", "--format", "json"]).ended(0).stdout;
    let moved =
        project.engine(&["state", "migrate", "--to", &database.url(), "--format", "json"]).ended(0).json();
    let settings = project.read("engine.toml");
    project.write("engine.toml", format!("{settings}\n[state]\nurl = \"{}\"\n", database.url()));
    fs::rename(project.path(".engine/state.db"), project.path("old.db")).unwrap();
    assert_eq!(project.engine(&["history", "--format", "json"]).ended(0).stdout, before);
    assert!(project.engine(&["secret", "ls"]).ended(0).stdout.contains("shop_key"));
    wrote_nothing(&project.engine(&["run", "."]).ended(0));
    let again = project.engine(&["state", "migrate", "--to", &database.url()]).ended(2);
    assert!(again.stderr.contains("the place where the state is"), "{}", again.stderr);
    drop(project.engine(&["state", "migrate", "--to", "sqlite:.engine/state.db"]).ended(0));
    let twice = project.engine(&["state", "migrate", "--to", "sqlite:.engine/state.db"]).ended(2);
    assert!(twice.stderr.contains("error[state/not-empty]"), "{}", twice.stderr);
    project.write("engine.toml", settings);
    wrote_nothing(&project.engine(&["run", "."]).ended(0));
    assert!(moved["rows"].as_u64().unwrap() > 100, "{moved}");
    assert!(Path::new(moved["backup"].as_str().unwrap()).exists());
}

/// A project whose state an engine of the first version made.
fn first_version() -> Project {
    let project = quickstart();
    project.write(".engine/state.key", FIRST_KEY);
    project.write(".engine/state.db", "");
    project.database(".engine/state.db").execute_batch(FIRST).unwrap();
    project
}

#[test]
fn a_state_of_the_version_before_is_opened_after_a_copy_was_kept() {
    let project = first_version();
    let before = Tables::of(&project.database(".engine/state.db"));
    assert!(project.engine(&["history"]).ended(0).stdout.contains("gone"));
    assert!(!project.path(".engine/state.schema-1.db").exists(), "looking changes nothing");
    assert_outcome!("migrated", project.engine(&["state", "migrate"]).ended(0));
    assert_outcome!("again", project.engine(&["state", "migrate"]).ended(0));
    let kept = project.database(".engine/state.schema-1.db");
    assert_eq!(Tables::of(&kept), before, "the engine of then can go on with the copy");
    let version = |file: &str| -> i64 {
        project.database(file).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    };
    assert_eq!((version(".engine/state.schema-1.db"), version(".engine/state.db")), (1, 3));
    let failures = project.engine(&["failures", "--format", "json"]).ended(0).stdout;
    assert!(failures.contains("mapping/required"), "{failures}");
    drop(project.engine(&["state", "backup", "it.backup"]).ended(0));
}

#[test]
fn a_run_brings_a_state_of_the_version_before_up_to_date_by_itself() {
    let project = first_version();
    drop(project.engine(&["run", "."]).ended(0));
    assert!(project.path(".engine/state.schema-1.db").exists());
}

#[test]
fn the_guide_to_safe_state_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/keep-your-state-safe.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
