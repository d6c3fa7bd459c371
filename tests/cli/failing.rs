//! Records that fail: by cause, tried again, ignored; and why a record is as it is.

use crate::{ENGINE, assert_outcome, guide::Guide, quickstart, synced};
use kit::{Outcome, Project};
use serde_json::Value;
use std::path::Path;

/// A quickstart of which three orders fail, two for one reason.
fn failing() -> Project {
    let project = quickstart();
    project.edit_records("data/orders.json", |orders| {
        orders[0]["total"] = "12,50".into();
        orders[1]["total"] = "a lot".into();
        orders[2]["total"] = Value::Null;
    });
    drop(project.engine(&["run", "."]).ended(5));
    project
}

/// The orders as they were before somebody broke them.
fn mend(project: &Project) {
    project.write("data/orders.json", quickstart().read("data/orders.json"));
}

fn failures(project: &Project) -> Vec<Value> {
    let json = project.engine(&["failures", "--format", "json"]).ended(0).json();
    json["failures"].as_array().unwrap().clone()
}

/// The ID of the failed record with this code, the first by place.
fn id_of(project: &Project, code: &str) -> String {
    let mut rows = failures(project);
    rows.sort_by_key(|row| row["origin"].to_string());
    rows.iter().find(|row| row["code"] == code).unwrap()["id"].as_str().unwrap().to_owned()
}

fn retry(project: &Project, more: &[&str]) -> Outcome {
    project.engine(&[&["retry", "--format", "json"], more].concat())
}

#[test]
fn failures_are_told_by_cause_with_what_to_do() {
    let project = failing();
    assert_outcome!("groups", project.engine(&["failures"]).ended(0));
    assert_outcome!("code", project.engine(&["failures", "--code", "mapping/required"]).ended(0));
    assert_outcome!("entity", project.engine(&["failures", "--entity", "customer"]).ended(0));
    let id = id_of(&project, "mapping/required");
    let shown = project.engine(&["failures", "show", &id]).ended(0);
    assert!(shown.stdout.contains("`$.total` has no value"), "{}", shown.stdout);
    assert!(shown.stdout.contains("orders.json:4"), "{}", shown.stdout);
    // error[command/unknown-failure]
    assert_outcome!("unknown", project.engine(&["failures", "show", "aaaaaaaaaa"]).ended(9));
}

#[test]
fn filters_narrow_failed_records_down_and_all_must_hold() {
    let project = failing();
    let with = |filters: &[&str]| -> Vec<String> {
        let filters = filters.iter().flat_map(|filter| ["--filter", *filter]);
        let asked: Vec<&str> = ["failures", "--format", "json"].into_iter().chain(filters).collect();
        let told = project.engine(&asked).ended(0).json();
        let rows = told["failures"].as_array().unwrap().iter();
        let mut keys: Vec<String> = rows.map(|row| row["origin"].as_str().unwrap().to_owned()).collect();
        keys.sort();
        keys
    };
    let all = with(&[]);
    assert_eq!(all, ["orders.json:2", "orders.json:3", "orders.json:4"]);
    let run = failures(&project)[0]["run"].as_str().unwrap().to_owned();
    assert_eq!(with(&["entity=order", &format!("run={run}"), "pipeline=store-to-sqlite"]), all);
    assert_eq!(with(&["code=mapping/transform-failed"]), all[..2]);
    assert_eq!(with(&["code=mapping/transform-failed", "key=83"]), all[..1]);
    assert!(with(&["code=mapping/required", "key=83"]).is_empty());
    // error[command/unknown-filter]
    assert_outcome!("unknown", project.engine(&["failures", "--filter", "entitty=order"]).ended(2));
    assert_outcome!("nothing", project.engine(&["retry", "--filter", "key"]).ended(2));

    let ignore = ["failures", "ignore", "--note", "a test order"];
    assert_outcome!("which", project.engine(&ignore).ended(2));
    let both = [&ignore[..], &["aaaaaaaaaa", "--filter", "key=83"]].concat();
    drop(project.engine(&both).ended(2));
    let told = project.engine(&[&ignore[..], &["--filter", "key=83"]].concat()).ended(0);
    assert!(told.stderr.contains("1 failed record"), "{}", told.stderr);
    mend(&project);
    let again = retry(&project, &["--filter", "entity=order", "--filter", "key=85"]).ended(0).json();
    assert_eq!((&again["retried"], &again["failed_again"]), (&1.into(), &0.into()));
    assert_eq!(failures(&project).len(), 2);
}

#[test]
fn just_what_is_named_is_tried_again() {
    let project = failing();
    // error[command/needs-filter]
    assert_outcome!("nothing", project.engine(&["retry"]).ended(2));
    let again = retry(&project, &["--all"]).ended(5).json();
    assert_eq!((&again["retried"], &again["failed_again"]), (&3.into(), &3.into()));
    assert!(failures(&project).iter().all(|row| row["attempts"] == 2), "they keep their count");
    mend(&project);
    let id = id_of(&project, "mapping/transform-failed");
    let dry = retry(&project, &[&id, "--dry-run"]).ended(0).json();
    assert_eq!(dry["runs"][0]["entities"]["order"]["by_status"]["created"], 1);
    assert_eq!(failures(&project).len(), 3, "nothing was written");
    let one = retry(&project, &[&id]).ended(0).json();
    assert_eq!((&one["retried"], &one["failed_again"]), (&1.into(), &0.into()));
    assert_eq!(one["runs"][0]["entities"]["order"]["by_status"]["created"], 1);
    assert_eq!(failures(&project).len(), 2);
    drop(retry(&project, &["--code", "mapping/required"]).ended(0));
    assert_eq!(failures(&project).len(), 1);
    let run = failures(&project)[0]["run"].as_str().unwrap().to_owned();
    drop(retry(&project, &["--run", &run, "--entity", "order"]).ended(0));
    assert_eq!(failures(&project), Vec::<Value>::new());
    assert_outcome!("none", project.engine(&["retry", "--all"]).ended(0));
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}

#[test]
fn a_record_is_tried_again_as_it_was_when_that_is_asked_for() {
    let project = quickstart();
    let total = |project: &Project| {
        let sql = "SELECT CAST(total AS TEXT) FROM orders WHERE id = 88";
        project.database("warehouse.db").query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let at = |orders: &[Value]| orders.iter().position(|order| order["id"] == 88).unwrap();
    project.edit_records("data/orders.json", |orders| {
        let at = at(orders);
        orders[at]["status"] = "wc-custom".into();
        orders[at]["total"] = "11.00".into();
    });
    drop(project.engine(&["run", "."]).ended(5));
    let stages = project.read("lookups/stages.csv");
    project.write("lookups/stages.csv", format!("{stages}wc-custom,open\n"));
    project.edit_records("data/orders.json", |orders| {
        let at = at(orders);
        orders[at]["total"] = "22.00".into();
    });
    drop(retry(&project, &["--all", "--as-of-run"]).ended(0));
    assert!(total(&project).starts_with("11"), "the record as it was");
    assert_eq!(failures(&project), Vec::<Value>::new());
    drop(project.engine(&["run", "."]).ended(0));
    assert!(total(&project).starts_with("22"), "and as it is with the next run");
}

#[test]
fn an_ignored_record_counts_for_nothing_until_it_fails_otherwise() {
    let project = failing();
    let ids: Vec<String> =
        failures(&project).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let ignore = [&["failures", "ignore"], &ids[..], &["--note", "test orders"]].concat();
    drop(project.engine(&ignore).ended(0));
    assert_outcome!("run", project.engine(&["run", "."]).ended(0));
    assert_outcome!("failures", project.engine(&["failures"]).ended(0));
    assert_outcome!("status", project.engine(&["status"]).ended(0));
    assert!(failures(&project).iter().all(|row| row["note"] == "test orders"));
    // All but those that are ignored: none.
    assert_eq!(retry(&project, &["--all"]).ended(0).json()["retried"], 0);
    project.edit_records("data/orders.json", |orders| orders[2]["total"] = "much".into());
    drop(project.engine(&["run", "."]).ended(5));
    let open: Vec<Value> = failures(&project).into_iter().filter(|row| row["state"].is_null()).collect();
    assert_eq!(open.len(), 1, "it fails for another reason");
    assert_eq!(open[0]["code"], "mapping/transform-failed");
    drop(project.engine(&[&["failures", "unignore"], &ids[..]].concat()).ended(0));
    assert!(failures(&project).iter().all(|row| row["state"].is_null()));
}

#[test]
fn a_place_that_cannot_be_read_is_ignored_too() {
    let project = quickstart();
    let variations = project.read("data/variations.ndjson");
    let mut lines: Vec<&str> = variations.lines().collect();
    lines[3] = "{\"id\": ";
    project.write("data/variations.ndjson", format!("{}\n", lines.join("\n")));
    drop(project.engine(&["run", "."]).ended(5));
    assert_eq!(
        retry(&project, &["--all"]).ended(0).json()["left"],
        1,
        "only a read of everything looks there"
    );
    assert_eq!(failures(&project).len(), 1);
    let id = id_of(&project, "connector/corrupt");
    drop(project.engine(&["failures", "ignore", &id, "--note", "known"]).ended(0));
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(failures(&project)[0]["note"], "known");
}

#[test]
fn a_record_can_be_run_and_planned_alone() {
    let project = synced();
    project.edit_records("data/orders.json", |orders| {
        for order in orders.iter_mut().take(3) {
            order["total"] = "1.00".into();
        }
    });
    let orders: Vec<Value> = serde_json::from_str(&project.read("data/orders.json")).unwrap();
    let id = orders[1]["id"].to_string();
    let updated = |outcome: &Outcome, place: &str| {
        outcome.json()[place][0]["entities"]["order"]["by_status"]["updated"].clone()
    };
    let one = ["store-to-sqlite", "--id", &id, "--format", "json"];
    assert_eq!(updated(&project.engine(&[&["plan"], &one[..]].concat()).ended(0), "plans"), 1);
    assert_eq!(updated(&project.engine(&[&["run"], &one[..]].concat()).ended(0), "runs"), 1);
    let rest = project.engine(&["run", ".", "--format", "json"]).ended(0);
    assert_eq!(updated(&rest, "runs"), 2);
    // error[command/unknown-record]
    assert_outcome!("unknown", project.engine(&["run", ".", "--id", "nobody"]).ended(9));
}

fn explained(project: &Project, more: &[&str]) -> Outcome {
    project.engine(&[&["explain-record", "store-to-sqlite"], more].concat())
}

#[test]
fn the_life_of_a_record_is_told_and_where_its_fields_come_from() {
    let project = synced();
    assert_outcome!("unchanged", explained(&project, &["order", "88"]).ended(0));
    project.edit_records("data/orders.json", |orders| {
        let at = orders.iter().position(|order| order["id"] == 88).unwrap();
        orders[at]["total"] = "a lot".into();
    });
    drop(project.engine(&["run", "."]).ended(5));
    assert_outcome!("failed", explained(&project, &["order", "88"]).ended(0));
    assert_outcome!("unknown", explained(&project, &["order", "99999"]).ended(9));
    let revealed = explained(&project, &["customer", "2", "--reveal"]);
    let masked = explained(&project, &["customer", "2"]);
    assert!(masked.stdout.contains("\u{2022}") && !revealed.stdout.contains("\u{2022}"), "{}", masked.stdout);
    let json = explained(&project, &["order_line", "88", "--format", "json"]).ended(0).json();
    assert!(!json["records"].as_array().unwrap().is_empty(), "by the key of its source record");
}

#[test]
fn the_guide_to_failed_records_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/when-records-fail.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}

#[test]
fn the_guide_to_single_records_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/why-is-this-record.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
