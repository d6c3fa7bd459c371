//! `engine run`: what a run says and writes when all is well.

use crate::{assert_outcome, quickstart, synced};
use kit::{rows, sum_by};
use rusqlite::types::Value;

#[test]
fn the_first_run_writes_everything_and_the_second_nothing() {
    let project = quickstart();
    assert_outcome!("first", project.engine(&["run", "."]).ended(0));
    let written = project.tables();
    assert_outcome!("second", project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&written), None);
    assert_outcome!("history", project.engine(&["history"]).ended(0));
    assert_outcome!("status", project.engine(&["status"]).ended(0));
    assert_outcome!("failures", project.engine(&["failures"]).ended(0));
}

#[test]
fn a_run_tells_programs_all_in_one_document() {
    let outcome = quickstart().engine(&["run", ".", "--format", "json"]).ended(0);
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    drop(outcome.json());
    assert_outcome!(outcome);
}

#[test]
fn a_run_streams_numbered_events_after_its_version() {
    let outcome = quickstart().engine(&["run", ".", "--format", "ndjson"]).ended(0);
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    let lines = outcome.json_lines();
    let text =
        |line: &serde_json::Value, name: &str| line.get(name).and_then(|it| it.as_str().map(str::to_owned));
    assert_eq!(text(&lines[0], "type").as_deref(), Some("version"));
    let numbers: Vec<u64> = lines[1..].iter().map(|line| line["seq"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let run = text(&lines[1], "run_id");
    assert!(lines[1..].iter().all(|line| text(line, "run_id") == run && text(line, "ts").is_some()));
    // Customers and products are read beside each other.
    assert_outcome!(outcome.in_any_order(r#","seq":\d+"#));
}

#[test]
fn amounts_arrive_exactly() {
    let project = synced();
    let orders: Vec<serde_json::Value> = serde_json::from_str(&project.read("data/orders.json")).unwrap();
    let text = |order: &serde_json::Value, name: &str| order[name].as_str().unwrap().to_owned();
    let sent = sum_by(orders.iter().map(|order| (text(order, "currency"), text(order, "total"))));
    let stored = rows(&project.database("warehouse.db"), "SELECT currency, total FROM orders");
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?} is stored instead of a text"),
    };
    assert_eq!(sum_by(stored.iter().map(|row| (text(&row[0]), text(&row[1])))), sent);
    assert_eq!(sent.len(), 5, "the quickstart sells in five currencies");
}

#[test]
fn pipelines_are_named_by_name_file_or_folder() {
    let project = quickstart();
    let second = project.read("store-to-sqlite.toml").replace("store-to-sqlite", "second");
    let second = second.replace("connection = \"warehouse\"", "connection = \"second\"");
    project.write("pipelines/second.toml", second.split("[[test]]").next().unwrap());
    let connections = project.read("connections.toml");
    let warehouse = connections.split_at(connections.find("[connection.warehouse]").unwrap()).1;
    let another = warehouse.replace("warehouse", "second");
    project.write("connections.toml", format!("{connections}\n{another}"));
    project.write("pipelines/lookups/stages.csv", project.read("lookups/stages.csv"));
    for arguments in [["run", "second"], ["run", "pipelines/second.toml"]] {
        let outcome = project.engine(&arguments).ended(0);
        assert!(outcome.stderr.contains("Finished second in"), "{}", outcome.stderr);
    }
    assert_outcome!("all", project.engine(&["run", "--all", "--quiet"]).ended(0));
    assert_outcome!("unknown", project.engine(&["run", "secnod"]).ended(9));
    assert_outcome!("no-file", project.engine(&["run", "pipelines/third.toml"]).ended(9));
}
