//! Records that the source does not have any more: their objects are taken away once two reads of everything have missed
//! them, and not before.

use crate::{
    ENGINE,
    bases::{Base, project, wrote},
    count,
    guide::Guide,
    quickstart,
};
use kit::{Outcome, Project};
use serde_json::Value;
use std::path::Path;

const PIPELINE: &str = r#"
[pipeline]
name = "orders"
[source]
connection = "store"
[target]
connection = "warehouse"

[entity.order]
from = "orders"
to = "orders"
write = { match = ["id"], delete = "delete" }
[entity.order.map]
id = { path = "$.id", transform = ["integer"] }
number = { path = "$.number", transform = ["text"] }
"#;

fn orders() -> Project {
    let project = project(&Base::Sqlite, PIPELINE);
    let table = "CREATE TABLE orders (id INTEGER PRIMARY KEY, number TEXT NOT NULL)";
    Base::Sqlite.execute(&project, &[table]);
    drop(project.engine(&["run", "."]).ended(0));
    project
}

/// Takes the first orders out of the source; gives their ids.
fn lose(project: &Project, orders: usize) -> Vec<u64> {
    let mut lost = Vec::new();
    project.edit_records("data/orders.json", |records| {
        lost = records.drain(..orders).map(|order| order["id"].as_u64().unwrap()).collect();
    });
    lost
}

/// How many of these are still in the target.
fn there(project: &Project, ids: &[u64]) -> i64 {
    let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
    let sql = format!("SELECT count(*) FROM orders WHERE id IN ({})", ids.join(","));
    count(&project.database("warehouse.db"), &sql)
}

fn missing(project: &Project) -> i64 {
    count(&project.database(".engine/state.db"), "SELECT count(*) FROM missing")
}

fn run(project: &Project, more: &[&str]) -> Outcome {
    project.engine(&[&["run", "."], more].concat())
}

#[test]
fn what_two_reads_of_everything_miss_is_deleted_and_what_comes_back_in_between_is_not() {
    let project = orders();
    let whole = project.read("data/orders.json");
    let lost = lose(&project, 3);
    let first = run(&project, &[]).ended(0);
    assert!(!wrote(&first.stdout), "{}", first.stdout);
    let told = "3 x order missing from the source: taken away when the next read of everything misses it too";
    assert!(first.stdout.contains(told), "{}", first.stdout);
    assert_eq!((there(&project, &lost), missing(&project)), (3, 3));

    // One of them is there again.
    project.write("data/orders.json", &whole);
    project.edit_records("data/orders.json", |records| drop(records.drain(..2)));
    let second = run(&project, &["--format", "json"]).ended(0).json();
    assert_eq!(second["runs"][0]["entities"]["order"]["by_status"]["deleted"], 2);
    assert_eq!((there(&project, &lost[..2]), there(&project, &lost[2..]), missing(&project)), (0, 1, 0));

    // It is lost again: that counts anew.
    project.edit_records("data/orders.json", |records| drop(records.remove(0)));
    let third = run(&project, &["--format", "json"]).ended(0).json();
    assert_eq!(third["runs"][0]["missing"][0]["count"], 1);
    assert_eq!(there(&project, &lost), 1);
    assert!(run(&project, &[]).ended(0).stdout.contains("DELETED"));
    assert_eq!((there(&project, &lost), missing(&project)), (0, 0));
    assert!(!wrote(&run(&project, &[]).ended(0).stdout), "once");
    let audited = "SELECT count(*) FROM audit WHERE action = 'delete'";
    assert_eq!(count(&project.database(".engine/state.db"), audited), 3);
}

#[test]
fn a_plan_tells_what_is_missing_and_notes_nothing_and_one_that_is_carried_out_keeps_to_it() {
    let project = orders();
    let whole = project.read("data/orders.json");
    let lost = lose(&project, 2);
    for _ in 0..2 {
        let plan = project.engine(&["plan", "."]).ended(0);
        assert!(plan.stdout.contains("2 x order missing from the source"), "{}", plan.stdout);
        assert!(plan.stdout.contains("0 to delete"), "{}", plan.stdout);
        assert_eq!(missing(&project), 0);
    }
    drop(run(&project, &[]).ended(0));
    let plan = project.engine(&["plan", ".", "--out", "plan.json"]).ended(0);
    assert!(plan.stdout.contains("2 to delete"), "{}", plan.stdout);
    assert_eq!(there(&project, &lost), 2);
    // One of the two comes back before the plan is carried out.
    project.write("data/orders.json", &whole);
    project.edit_records("data/orders.json", |records| drop(records.remove(0)));
    drop(project.engine(&["apply", "plan.json"]));
    assert_eq!((there(&project, &lost[..1]), there(&project, &lost[1..])), (0, 1));
}

#[test]
fn a_read_that_may_have_passed_records_over_misses_nothing() {
    let project = orders();
    let whole = project.read("data/orders.json");
    let lost = lose(&project, 2);
    drop(run(&project, &["--limit", "50"]).ended(0));
    drop(run(&project, &["--id", "90"]).ended(0));
    assert_eq!(missing(&project), 0, "a part is not everything");
    project.edit_records("data/orders.json", |records| {
        records[5].as_object_mut().unwrap().shift_remove("id");
    });
    drop(run(&project, &["--full"]).ended(5));
    assert_eq!(missing(&project), 0, "nobody knows which record that place is");
    project.write("data/orders.json", "[]");
    for _ in 0..2 {
        drop(run(&project, &["--full"]).ended(0));
    }
    assert_eq!((missing(&project), there(&project, &lost)), (0, 2), "an empty source empties nothing");
    project.write("data/orders.json", whole);
}

#[test]
fn a_stream_with_a_cursor_misses_records_in_whole_reads_alone() {
    let project = orders();
    project.edit("connections.toml", "key = [\"id\"]", "key = [\"id\"]\ncursor = \"date_modified_gmt\"");
    project.edit(
        "orders.toml",
        "to = \"orders\"",
        "to = \"orders\"\nsource = { cursor = \"date_modified_gmt\" }",
    );
    drop(run(&project, &[]).ended(0));
    let lost = lose(&project, 2);
    for _ in 0..2 {
        drop(run(&project, &[]).ended(0));
    }
    assert_eq!((missing(&project), there(&project, &lost)), (0, 2));
    drop(run(&project, &["--full"]).ended(0));
    drop(run(&project, &[]).ended(0));
    assert_eq!((missing(&project), there(&project, &lost)), (2, 2), "only a read of everything counts");
    drop(run(&project, &["--full"]).ended(0));
    assert_eq!((missing(&project), there(&project, &lost)), (0, 0));
}

#[test]
fn limits_count_what_is_taken_away_and_what_they_stopped_is_taken_later() {
    let project = orders();
    project.write("engine.toml", "[project]\nname = \"tables\"\n[safety.unattended]\nmax_deletes = 1\n");
    let lost = lose(&project, 3);
    drop(run(&project, &["--unattended"]).ended(0));
    let parked = run(&project, &["--unattended"]);
    assert!(parked.stderr.contains("run/awaiting-approval"), "{}", parked.stderr);
    assert_eq!((there(&project, &lost), missing(&project)), (2, 2));
    let asked = project.engine(&["confirm", "--format", "json"]).ended(0).json();
    let parked = asked["parked"][0]["run"].as_str().unwrap_or_default().to_owned();
    drop(project.engine(&["confirm", &parked, "--decline"]));
    drop(run(&project, &[]).ended(0));
    assert_eq!((there(&project, &lost), missing(&project)), (0, 0));
}

#[test]
fn an_object_that_policy_keeps_stays_and_nothing_is_noted() {
    let project = orders();
    project.edit("orders.toml", ", delete = \"delete\"", "");
    let lost = lose(&project, 2);
    for _ in 0..2 {
        assert!(!wrote(&run(&project, &[]).ended(0).stdout));
    }
    assert_eq!((there(&project, &lost), missing(&project)), (2, 0));
}

#[test]
fn a_product_that_the_shop_deleted_is_made_inactive_in_the_books() {
    let project = Project::shops(ENGINE);
    let run = || project.engine(&["run", "woo-to-qbo", "--env", "demo", "--full"]).ended(5);
    drop(run());
    let db = project.database(".engine/state.db");
    let linked = "SELECT key FROM link WHERE entity = 'product' AND target_id IS NOT NULL";
    let key: u64 = db.query_row(linked, [], |row| row.get::<_, String>(0)).unwrap().parse().unwrap();
    project.edit_records("samples/store/products.json", |products| {
        products.retain(|product: &Value| product["id"] != key);
    });
    let inactive = "SELECT count(*) FROM audit WHERE action = 'deactivate'";
    drop(run());
    assert_eq!(count(&db, inactive), 0);
    drop(run());
    assert_eq!(count(&db, inactive), 1);
    drop(run());
    assert_eq!(count(&db, inactive), 1);
}

#[test]
fn the_guide_to_deleted_records_works_as_written() {
    let project = quickstart();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/when-records-are-deleted.md");
    Guide { path, project: &project, engine: ENGINE, replaced: Vec::new() }.work();
}
