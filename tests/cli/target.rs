//! Targets that cannot be written now.

use crate::{assert_outcome, count, quickstart, synced};
use kit::{Outcome, Project};

#[test]
fn a_locked_warehouse_is_waited_for() {
    let project = synced();
    let lock = project.database("warehouse.db");
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    project.edit_records("data/orders.json", |orders| orders[0]["number"] = "83b".into());
    let mut run = project.start(&mut project.command(&["run", "."]));
    let waits = run.wait_for("Waiting", 1);
    lock.execute_batch("ROLLBACK").unwrap();
    assert_outcome!(run.wait().ended(0));
    assert!(waits, "the run says that it waits");
    assert_eq!(
        count(&project.database("warehouse.db"), "SELECT count(*) FROM orders WHERE number = '83b'"),
        1
    );
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
    assert_outcome!(project.engine(&["run", "."]).ended(3));
    assert_eq!(project.tables().difference(&before), None);
}

/// Runs the quickstart where no file can grow beyond so many blocks of 512 bytes: as on a full disk, the
/// write fails.
fn cramped(project: &Project, blocks: u32) -> Outcome {
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
    project.end(&mut project.after(&limit, &["run", "."]))
}

#[test]
fn files_that_cannot_grow_stop_the_run_and_the_next_one_carries_on() {
    let whole = synced().tables();
    let stop = |blocks| {
        let project = quickstart();
        let stopped = cramped(&project, blocks).ended(1);
        assert!(stopped.stderr.contains("nothing is half-done"), "{blocks}: {}", stopped.snapshot());
        drop(project.engine(&["run", "."]).ended(0));
        assert_eq!(project.tables().difference(&whole), None, "{blocks}");
        let state = project.database(".engine/state.db");
        assert_eq!(count(&state, "SELECT count(*) FROM failed"), 0, "{blocks}");
    };
    // Too little for the state file, for the warehouse, and for the last of the rows.
    std::thread::scope(|scope| {
        for blocks in [100, 400, 1200] {
            let stop = &stop;
            scope.spawn(move || stop(blocks));
        }
    });
}

#[test]
fn a_change_that_finds_no_room_is_made_by_the_next_run() {
    let project = synced();
    project.edit_records("data/orders.json", |orders| orders[0]["note"] = "x".repeat(4 << 20).into());
    let before = project.tables();
    assert_outcome!("stopped", cramped(&project, 6000).ended(1));
    assert_eq!(project.tables().difference(&before), None);
    assert_outcome!("carried-on", project.engine(&["run", "."]).ended(0));
}

#[test]
fn an_emptied_warehouse_is_seen_before_anything_is_written() {
    let project = synced();
    let whole = project.tables();
    let away = project.path("away.db");
    std::fs::rename(project.path("warehouse.db"), &away).unwrap();
    assert_outcome!(project.engine(&["run", "."]).ended(1));
    assert!(project.tables().0.values().all(Vec::is_empty));

    std::fs::rename(away, project.path("warehouse.db")).unwrap();
    drop(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&whole), None);
}

#[test]
fn a_lost_state_file_doubles_nothing() {
    let project = synced();
    let whole = project.tables();
    std::fs::remove_dir_all(project.path(".engine")).unwrap();
    assert_outcome!(project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&whole), None);
}
