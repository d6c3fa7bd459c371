//! Credentials are kept so that only the engine sees them: no output, no log and no file gives one away.

use crate::{assert_outcome, quickstart, synced};
use kit::{Outcome, Project};
use std::process::Stdio;

/// A command that is given a text on standard input.
pub(crate) fn piped(project: &Project, arguments: &[&str], input: &str) -> Outcome {
    project.write("input", input);
    let file = std::fs::File::open(project.path("input")).unwrap();
    let outcome = project.end(project.command(arguments).stdin(Stdio::from(file)));
    project.remove("input");
    outcome
}

/// A project whose connections name secrets.
pub(crate) fn shop() -> Project {
    let project = quickstart();
    let connections = project.read("connections.toml");
    let more = "\n[connection.shop]\nconnector = \"woocommerce\"\nurl = \"https://shop.example.com\"\n\
        consumer_key = { secret = \"shop_key\" }\nconsumer_secret = { secret = \"shop_secret\" }\n\
        production = true\n\n[connection.books]\nconnector = \"quickbooks\"\nrealm = \"42\"\n\
        client_id = { secret = \"app_id\" }\nclient_secret = { secret = \"app_secret\" }\n";
    project.write("connections.toml", format!("{connections}{more}"));
    project
}

#[test]
fn a_secret_is_kept_listed_without_its_value_and_taken_away() {
    let project = shop();
    let set = ["secret", "set", "shop_key", "--host", "Shop.example.com", "--host", "api.example.com"];
    assert_outcome!("set", piped(&project, &set, "ck_canary\n").ended(0));
    drop(piped(&project, &["secret", "set", "shop_secret"], "cs_canary").ended(0));
    assert_outcome!("list", project.engine(&["secret", "ls"]).ended(0));
    assert_outcome!("json", project.engine(&["secret", "ls", "--format", "json"]).ended(0));
    let mut check = project.command(&["secret", "check"]);
    assert_outcome!("check", project.end(check.env("ENGINE_SECRET_APP_ID", "from outside")).ended(6));
    assert_outcome!("remove", project.engine(&["secret", "rm", "shop_secret"]).ended(0));
    assert_outcome!("unknown", project.engine(&["secret", "rm", "shop_kye"]).ended(9));
}

#[test]
fn a_secret_without_a_value_or_with_a_wrong_name_is_refused() {
    let project = shop();
    assert_outcome!("empty", piped(&project, &["secret", "set", "shop_key"], "\n").ended(2));
    assert_outcome!("name", piped(&project, &["secret", "set", "shop key"], "x").ended(2));
    assert_outcome!(
        "host",
        piped(&project, &["secret", "set", "shop_key", "--host", "https://x"], "x").ended(2)
    );
    assert!(!project.path(".engine").exists(), "what is refused makes no state");
}

#[test]
fn missing_secrets_name_the_command_that_sets_them() {
    let project = shop();
    let doctor = project.engine(&["doctor"]).ended(0).stdout;
    assert!(doctor.contains("engine secret set shop_key, or set ENGINE_SECRET_SHOP_KEY"), "{doctor}");
    drop(piped(&project, &["secret", "set", "shop_key"], "x").ended(0));
    drop(piped(&project, &["secret", "set", "shop_secret"], "x").ended(0));
    let doctor = project.engine(&["doctor"]).ended(0).stdout;
    assert!(!doctor.contains("secret set shop"), "{doctor}");
}

#[test]
fn the_master_key_is_shown_by_name_and_rotated() {
    let project = synced();
    let key = std::fs::read(project.path(".engine/state.key")).unwrap();
    let show = |code| project.engine(&["keys", "show", "--format", "json"]).ended(code).json();
    let before = show(0);
    assert_eq!(before["place"], project.path(".engine/state.key").to_string_lossy().as_ref());
    assert_eq!(before["key"], before["needed"]);
    drop(project.engine(&["keys", "rotate"]).ended(0));
    assert_ne!(std::fs::read(project.path(".engine/state.key")).unwrap(), key);
    assert_ne!(show(0)["key"], before["key"]);
    assert_eq!(kept_keys(&project), ["state.key"]);
    drop(project.engine(&["run", "."]).ended(0));
    project.write(".engine/state.key", &key);
    let run = project.engine(&["run", "."]).ended(1);
    assert!(run.stderr.contains("error[state/other-key]"), "{}", run.stderr);
    assert_eq!(show(1)["key"], before["key"]);
}

/// The files with keys beside the state.
fn kept_keys(project: &Project) -> Vec<String> {
    let names = std::fs::read_dir(project.path(".engine")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.contains("key")).collect();
    names.sort();
    names
}

#[test]
fn a_key_in_the_environment_is_used_and_rotated_to_one_that_is_given() {
    let project = shop();
    let (first, second) = ("11".repeat(32), "22".repeat(32));
    let with = |arguments: &[&str], key: &str| {
        let mut command = project.command(arguments);
        project.end(command.env("ENGINE_MASTER_KEY", key))
    };
    drop(with(&["run", "."], &first).ended(0));
    assert!(!project.path(".engine/state.key").exists());
    assert_outcome!("needs-key", with(&["keys", "rotate"], &first).ended(2));
    let mut rotate = project.command(&["keys", "rotate"]);
    rotate.env("ENGINE_MASTER_KEY", &first).env("ENGINE_NEW_MASTER_KEY", &second);
    assert_outcome!("rotated", project.end(&mut rotate).ended(0));
    drop(with(&["run", "."], &second).ended(0));
    assert_outcome!("other", with(&["run", "."], &first).ended(1));
    assert_outcome!("malformed", with(&["run", "."], "letmein").ended(2));
    let without = project.engine(&["run", "."]).ended(1);
    assert!(without.stderr.contains("state/key-missing"), "{}", without.stderr);
}

#[test]
fn a_rotation_that_is_killed_anywhere_leaves_a_state_that_opens() {
    for place in ["keys.published", "keys.wrapped", "keys.committed"] {
        let project = shop();
        drop(piped(&project, &["secret", "set", "shop_key"], "ck_canary").ended(0));
        let mut command = project.command(&["keys", "rotate", "-vvv"]);
        let mut rotation = project.start(command.env("FAILPOINTS", format!("{place}=sleep(60000)")));
        assert!(rotation.wait_for(&format!("place=\"{place}\""), 1), "{place}");
        drop(rotation.kill().ended(128 + 9));
        let shows = || {
            let said = project.engine(&["connections", "show", "shop"]).ended(0).stdout;
            assert!(said.contains("shop_key: vault"), "{place}: {said}");
        };
        // Looking changes nothing; writing ends what was begun; the next rotation cleans up.
        shows();
        drop(piped(&project, &["secret", "set", "shop_secret"], "cs_canary").ended(0));
        shows();
        drop(project.engine(&["keys", "rotate"]).ended(0));
        shows();
        assert_eq!(kept_keys(&project), ["state.key"], "{place}");
    }
}

#[test]
fn keys_are_rotated_while_a_run_writes() {
    let project = quickstart();
    let mut command = project.command(&["run", "."]);
    let run =
        project.start(command.env("FAILPOINTS", "options.batch_records=return(5);settle.committed=sleep(3)"));
    while !project.path(".engine/state.db").exists() {
        std::thread::yield_now();
    }
    let rotations = (0..5).filter(|_| project.engine(&["keys", "rotate"]).code == 0).count();
    drop(run.wait().ended(0));
    assert!(rotations > 0, "at least one rotation found its turn");
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}

#[test]
fn networks_that_are_none_are_refused_before_anything_runs() {
    let project = quickstart();
    let mut command = project.command(&["run", "."]);
    assert_outcome!(project.end(command.env("ENGINE_ALLOW_PRIVATE", "localhost")).ended(2));
}
