//! Targets that cannot be written now.

use crate::{assert_outcome, count, quickstart, synced};
use kit::Tables;

#[test]
fn a_locked_warehouse_is_waited_for() {
    let project = synced();
    let whole = project.tables();
    let lock = project.database("warehouse.db");
    lock.execute_batch("DELETE FROM order_lines; DELETE FROM refunds; BEGIN IMMEDIATE").unwrap();
    project.edit_records("data/orders.json", |orders| orders[0]["number"] = "83b".into());
    let mut run = project.start(&mut project.command(&["run", "."]));
    assert!(run.wait_for("Waiting", 1), "the run waits");
    lock.execute_batch("ROLLBACK").unwrap();
    assert_outcome!(run.wait().ended(0));
    assert_eq!(
        count(&project.database("warehouse.db"), "SELECT count(*) FROM orders WHERE number = '83b'"),
        1
    );
    assert_eq!(project.tables().counts()["orders"], whole.counts()["orders"]);
}

#[test]
fn a_warehouse_that_stays_locked_is_named() {
    let project = quickstart();
    rusqlite::Connection::open(project.path("warehouse.db"))
        .unwrap()
        .execute_batch("CREATE TABLE x (y)")
        .unwrap();
    let lock = project.database("warehouse.db");
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_outcome!(project.engine(&["run", "."]).ended(1));
}

#[test]
fn a_mapped_field_that_the_table_lost_stops_the_run_before_it_writes() {
    let project = synced();
    project.database("warehouse.db").execute_batch("ALTER TABLE refunds DROP COLUMN reason").unwrap();
    project.edit_records("data/orders.json", |orders| orders[0]["number"] = "83b".into());
    let before = project.tables();
    assert_outcome!(project.engine(&["run", "."]));
    assert_eq!(project.tables().difference(&before), None);
}

#[test]
fn a_file_that_cannot_grow_stops_the_run_and_the_next_one_carries_on() {
    let whole = synced().tables();
    for blocks in [200, 500, 800, 1200] {
        let project = quickstart();
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
        let stopped = project.end(&mut project.after(&limit, &["run", "."])).ended(1);
        assert!(stopped.stderr.contains("nothing is half-done"), "{blocks}: {}", stopped.snapshot());
        drop(project.engine(&["run", "."]).ended(0));
        assert_eq!(Tables::of(&project.database("warehouse.db")).difference(&whole), None, "{blocks}");
        let state = project.database(".engine/state.db");
        assert_eq!(count(&state, "SELECT count(*) FROM failed"), 0, "{blocks}");
    }
}
