//! `--dry-run`, `--entity`, `--limit`, `--full`: parts of a run.

use crate::{assert_outcome, count, quickstart, synced};
use kit::{Project, rows};
use serde_json::Value;

fn entities(project: &Project, arguments: &[&str], code: i32) -> Value {
    let document = project.engine(&[arguments, &["--format", "json"]].concat()).ended(code).json();
    document["runs"][0]["entities"].clone()
}

#[test]
fn a_dry_run_writes_nothing_and_predicts_the_run() {
    let project = quickstart();
    let before = project.files();
    assert_outcome!(project.engine(&["run", ".", "--dry-run"]).ended(0));
    let predicted = entities(&project, &["run", ".", "--dry-run"], 0);
    assert_eq!(project.files(), before);
    assert_eq!(entities(&project, &["run", "."], 0), predicted);
}

#[test]
fn a_dry_run_predicts_a_run_with_changes_and_failures() {
    let project = synced();
    project.edit_records("data/orders.json", |orders| {
        orders[0]["total"] = "1.00".into();
        orders[1]["total"] = "a lot".into();
        orders[2]["line_items"].as_array_mut().unwrap().pop();
        let mut order = orders[3].clone();
        order["id"] = 5000.into();
        order["line_items"] = serde_json::json!([]);
        orders.push(order);
    });
    let before = project.files();
    let predicted = entities(&project, &["run", ".", "--dry-run"], 5);
    assert_eq!(project.files(), before);
    assert_eq!(entities(&project, &["run", "."], 5), predicted);
}

#[test]
fn a_run_of_one_entity_leaves_the_others_and_the_shared_cursor() {
    let project = quickstart();
    drop(project.engine(&["run", ".", "--limit", "5"]).ended(0));
    let cursors = "SELECT stream_group, value, resume FROM cursor ORDER BY stream_group";
    let before = (rows(&project.database(".engine/state.db"), cursors), project.tables());

    assert_outcome!(project.engine(&["run", ".", "--entity", "order", "--limit", "10"]).ended(0));
    assert_eq!(rows(&project.database(".engine/state.db"), cursors), before.0);
    let mut tables = project.tables();
    assert_eq!(tables.counts()["orders"], 15, "it goes on where the shared read stands");
    tables.0.insert("orders".to_owned(), before.1.0["orders"].clone());
    assert_eq!(tables.difference(&before.1), None);
}

#[test]
fn a_misspelt_entity_is_not_a_run_with_nothing_to_do() {
    let project = quickstart();
    assert_outcome!(project.engine(&["run", ".", "--entity", "order_lines"]).ended(9));
    assert!(!project.path(".engine").exists());
}

#[test]
fn a_limited_run_is_carried_on_where_it_stopped() {
    let whole = synced().tables();
    let project = quickstart();
    assert_outcome!("limited", project.engine(&["run", ".", "--limit", "100"]).ended(0));
    assert_outcome!("carried-on", project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&whole), None);
}

#[test]
fn a_full_run_reads_again_what_was_read() {
    let project = quickstart();
    drop(project.engine(&["run", ".", "--limit", "100"]).ended(0));
    assert_outcome!(project.engine(&["run", ".", "--full"]).ended(0));
    assert_eq!(count(&project.database("warehouse.db"), "SELECT count(*) FROM orders"), 207);
}
