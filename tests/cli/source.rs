//! Sources that cannot be read to their end.

use crate::{assert_outcome, count, quickstart, synced};

#[test]
fn corrupt_json_names_the_place_and_keeps_what_came_before() {
    let project = quickstart();
    let sound = project.read("data/orders.json");
    let mut lines: Vec<&str> = sound.lines().collect();
    lines[100] = lines[100].split_at(200).0;
    project.write("data/orders.json", lines.join("\n"));
    assert_outcome!("corrupt", project.engine(&["run", "."]).ended(1));
    assert_eq!(count(&project.database("warehouse.db"), "SELECT count(*) FROM orders"), 99);
    assert_outcome!("status", project.engine(&["status"]).ended(0));

    project.write("data/orders.json", sound);
    assert_outcome!("mended", project.engine(&["run", "."]).ended(0));
    assert_eq!(project.tables().difference(&synced().tables()), None);
}

#[test]
fn a_source_file_that_vanished_is_named_and_deletes_nothing() {
    let project = synced();
    let before = project.tables();
    project.remove("data/orders.json");
    assert_outcome!(project.engine(&["run", "."]).ended(1));
    assert_eq!(project.tables().difference(&before), None);
}

#[test]
fn a_truncated_file_is_an_error_and_not_an_end() {
    let project = quickstart();
    let sound = project.read("data/refunds.json");
    project.write("data/refunds.json", sound.split_at(sound.len() - 3).0);
    assert_outcome!(project.engine(&["run", "."]).ended(1));
}
