//! Cursors by hand, and parts of the past.

use crate::{ENGINE, guide::Guide, quickstart};
use kit::Project;
use serde_json::Value;
use std::path::Path;

/// A synced quickstart whose orders are read by their last change.
fn synced() -> Project {
    let project = quickstart();
    let stream = "files = [\"orders.json\"]";
    project.edit("connections.toml", stream, &format!("{stream}\ncursor = \"date_modified_gmt\""));
    for entity in ["order", "order_line"] {
        let write = format!("[entity.{entity}.write]");
        let source = format!("[entity.{entity}.source]\ncursor = \"date_modified_gmt\"\n\n{write}");
        project.edit("store-to-sqlite.toml", &write, &source);
    }
    drop(project.engine(&["run", "."]).ended(0));
    project
}

fn cursors(project: &Project) -> Vec<Value> {
    project.engine(&["state", "ls", "--format", "json"]).ended(0).json()["cursors"]
        .as_array()
        .unwrap()
        .clone()
}

fn cursor_of(project: &Project, group: &str) -> Value {
    cursors(project).into_iter().find(|cursor| cursor["group"] == group).unwrap()["cursor"].clone()
}

/// How many source records of an entity a command has read.
fn read(project: &Project, command: &[&str], entity: &str) -> u64 {
    let run = project.engine(&[command, &["--format", "json"]].concat()).ended(0).json();
    run["runs"][0]["entities"][entity]["read"].as_u64().unwrap()
}

#[test]
fn cursors_are_listed_set_and_reset_after_a_backup() {
    let project = synced();
    let before = cursors(&project);
    assert!(
        before.iter().any(|cursor| cursor["group"] == "order" && cursor["cursor"].is_string()),
        "{before:?}"
    );
    let fresh = read(&project, &["run", "."], "order");
    let set = project.engine(&["state", "set", "store-to-sqlite", "order", "2000-01-01T00:00:00Z"]).ended(0);
    assert!(set.stderr.contains("before-set-"), "{}", set.stderr);
    assert_eq!(cursor_of(&project, "order"), "2000-01-01T00:00:00Z");
    assert_eq!(read(&project, &["run", "."], "order"), 207);
    assert!(fresh < 207);
    drop(project.engine(&["state", "reset", "store-to-sqlite", "order"]).ended(0));
    assert!(!cursors(&project).iter().any(|cursor| cursor["group"] == "order"));
    assert_eq!(read(&project, &["run", "."], "order"), 207);
    let again: Vec<Value> = cursors(&project).iter().map(|cursor| cursor["cursor"].clone()).collect();
    let were: Vec<Value> = before.iter().map(|cursor| cursor["cursor"].clone()).collect();
    assert_eq!(again, were);
    drop(project.engine(&["state", "show", "store-to-sqlite"]).ended(0));
}

#[test]
fn a_cursor_that_is_not_there_or_of_another_kind_is_refused() {
    let project = synced();
    let before = cursors(&project);
    let wrong = project.engine(&["state", "set", "store-to-sqlite", "orders", "2026-01-31"]).ended(9);
    assert!(wrong.stderr.contains("error[state/no-cursor]"), "{}", wrong.stderr);
    let other = project.engine(&["state", "set", "store-to-sqlite", "order", "1500"]).ended(2);
    assert!(other.stderr.contains("error[state/other-cursor]"), "{}", other.stderr);
    project.write("cursors.json", "{\"format\":1,\"cursors\":[],\"links\":[]}");
    let file = project.engine(&["state", "import", "cursors.json"]).ended(3);
    assert!(file.stderr.contains("error[state/no-export]"), "{}", file.stderr);
    assert_eq!(cursors(&project), before);
}

#[test]
fn exported_cursors_can_be_imported() {
    let project = synced();
    let exported = project.engine(&["state", "export"]).ended(0).stdout;
    let were = cursor_of(&project, "order");
    drop(project.engine(&["state", "reset", "store-to-sqlite"]).ended(0));
    assert!(cursors(&project).is_empty());
    project.write("cursors.json", exported);
    drop(project.engine(&["state", "import", "cursors.json"]).ended(0));
    assert_eq!(cursor_of(&project, "order"), were);
}

/// When orders last changed, oldest first.
fn changes(project: &Project) -> Vec<String> {
    let orders: Vec<Value> = serde_json::from_str(&project.read("data/orders.json")).unwrap();
    let mut moments: Vec<String> =
        orders.iter().map(|order| order["date_modified_gmt"].as_str().unwrap().to_owned()).collect();
    moments.sort();
    moments
}

#[test]
fn a_backfill_reads_a_part_of_the_past_and_moves_no_cursor() {
    let project = synced();
    let moments = changes(&project);
    let (from, to) = (format!("{}Z", moments[50]), format!("{}Z", moments[150]));
    let expected = moments.iter().filter(|at| **at >= moments[50] && **at < moments[150]).count() as u64;
    let before = cursor_of(&project, "order");
    let backfill = ["backfill", "store-to-sqlite", "--from", &from, "--to", &to];
    assert_eq!(read(&project, &backfill, "order"), expected);
    assert_eq!(cursor_of(&project, "order"), before);
    assert_eq!(read(&project, &backfill, "order"), expected, "it begins anew once it has come to its end");
    let stopped = [&backfill[..], &["--limit", "40"]].concat();
    assert_eq!(read(&project, &stopped, "order"), 40);
    let rest = read(&project, &backfill, "order");
    assert!(
        rest < expected && rest >= expected - 40,
        "it goes on where it was stopped: {rest} of {expected}"
    );
    assert_eq!(cursor_of(&project, "order"), before);
}

#[test]
fn since_reads_what_changed_since_then() {
    let project = synced();
    let moments = changes(&project);
    let since = format!("{}Z", moments[180]);
    let expected = moments.iter().filter(|at| **at >= moments[180]).count() as u64;
    let before = cursor_of(&project, "order");
    assert_eq!(read(&project, &["run", ".", "--since", &since], "order"), expected);
    assert_eq!(cursor_of(&project, "order"), before);
    let plan = project.engine(&["plan", ".", "--since", &since, "--format", "json"]).ended(0).json();
    assert_eq!(plan["plans"][0]["entities"]["order"]["read"], expected);
    let nonsense = project.engine(&["run", ".", "--since", "yesterday"]).ended(2);
    assert!(nonsense.stderr.contains("neither a day"), "{}", nonsense.stderr);
}

#[test]
fn the_guide_to_reading_again_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/read-again.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
