//! Broken records: reported with their places, and no reason to stop.

use crate::{ENGINE, assert_outcome, count, quickstart, synced};
use kit::Project;
use serde_json::Value;

/// A quickstart whose source has every kind of broken record.
fn broken() -> Project {
    let project = quickstart();
    project.edit_records("data/orders.json", |orders| {
        orders[0]["total"] = Value::Null;
        orders[1]["total"] = "12,50".into();
        orders[2]["total"] = "12.505".into();
        orders[3]["status"] = "wc-custom".into();
        orders[4]["date_created_gmt"] = "yesterday".into();
        orders[5].as_object_mut().unwrap().shift_remove("total_tax");
    });
    project.edit_records("data/customers.json", |customers| customers[0]["date_created_gmt"] = 7.into());
    project.edit_records("data/products.json", |products| {
        products[0]["name"] = Value::Null;
        products[1].as_object_mut().unwrap().shift_remove("id");
    });
    let variations = project.read("data/variations.ndjson");
    let mut lines: Vec<&str> = variations.lines().collect();
    let cut = lines[3].split_at(40).0.to_owned();
    lines[3] = &cut;
    project.write("data/variations.ndjson", format!("{}\n", lines.join("\n")));
    project
}

#[test]
fn broken_records_are_reported_and_the_rest_is_written() {
    let project = broken();
    assert_outcome!("run", project.engine(&["run", "."]).ended(5));
    let warehouse = project.database("warehouse.db");
    assert_eq!(count(&warehouse, "SELECT count(*) FROM orders"), 201);
    assert_eq!(count(&warehouse, "SELECT count(*) FROM customers"), 65);
    assert_outcome!("failures", project.engine(&["failures", "--list"]).ended(0).in_any_order(""));
    assert_outcome!("groups", project.engine(&["failures"]).ended(0));
    assert_outcome!("status", project.engine(&["status"]).ended(0));
}

#[test]
fn a_broken_record_is_told_to_programs() {
    let project = quickstart();
    project.edit_records("data/orders.json", |orders| orders[3]["status"] = "wc-custom".into());
    assert_outcome!("json", project.engine(&["run", ".", "--format", "json"]).ended(5));
    let stream = project.engine(&["run", ".", "--format", "ndjson"]).ended(5).json_lines();
    let failed: Vec<&Value> = stream.iter().filter(|line| line["type"] == "record_failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["origin"], "orders.json:5");
    assert_eq!(failed[0]["place"]["file"], "store-to-sqlite.toml");
    assert_outcome!("failures", project.engine(&["failures", "--format", "json"]).ended(0));
}

#[test]
fn the_command_that_lists_the_failures_works_where_the_run_was_started() {
    let project = broken();
    let folder = project.path(".").canonicalize().unwrap();
    let elsewhere = Project::empty(ENGINE);
    let run = elsewhere.engine(&["run", folder.to_str().unwrap()]).ended(5);
    let command = run.stderr.lines().find_map(|line| line.strip_prefix("  help: engine ")).unwrap();
    let listed = elsewhere.engine(&command.split(' ').collect::<Vec<_>>()).ended(0);
    assert!(listed.stderr.contains("10 failed records"), "{}", listed.stderr);
}

#[test]
fn records_that_were_mended_heal_with_the_next_run() {
    let project = broken();
    drop(project.engine(&["run", "."]).ended(5));
    let whole = quickstart();
    for file in ["orders.json", "customers.json", "products.json", "variations.ndjson"] {
        let file = format!("data/{file}");
        project.write(&file, whole.read(&file));
    }
    drop(project.engine(&["run", "."]).ended(0));
    assert_outcome!(project.engine(&["failures"]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}

#[test]
fn a_mapping_that_was_mended_heals_its_records() {
    let project = quickstart();
    project.edit_records("data/orders.json", |orders| orders[3]["status"] = "wc-custom".into());
    drop(project.engine(&["run", "."]).ended(5));
    let stages = project.read("lookups/stages.csv");
    project.write("lookups/stages.csv", format!("{stages}wc-custom,open\n"));
    drop(project.engine(&["run", "."]).ended(0));
    assert_outcome!(project.engine(&["failures"]).ended(0));
}
